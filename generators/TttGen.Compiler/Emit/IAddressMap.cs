using TttGen.Compiler.Ir;
using TttGen.Compiler.Scheduling;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit;

/// <summary>A loop over columns: its bound, and whether every register of it is full.</summary>
/// <param name="Bound">Exclusive bound of j.</param>
/// <param name="Exact">No register crosses the bound: plain loads and stores.</param>
internal sealed record ColumnLoop(string Bound, bool Exact)
{
    /// <summary>The column at work.</summary>
    public Expr Column { get; init; } = Expr.Name("j");
}

/// <summary>A sum of which a part lies in memory.</summary>
/// <param name="Stored">Where the stored part lies.</param>
/// <param name="Left">Terms that are still to be added.</param>
internal sealed record Partial(Address Stored, IReadOnlyList<Node> Left);

/// <summary>Where a row-wise stage finds and puts its values. Column j, row pointers and tables are the implementer's business.</summary>
internal interface IAddressMap
{
    /// <summary>The element type: float, or the type parameter T.</summary>
    string Element { get; }

    /// <summary>A constant of the element type.</summary>
    Expr Constant(double value);

    /// <summary>The loop over a column axis.</summary>
    ColumnLoop Loop(Axis axis);

    /// <summary>True where the value lies in memory before the stage runs.</summary>
    bool IsStored(Node node);

    /// <summary>True where the value is at hand even while the stage stores it: a finished product's tile.</summary>
    bool IsInRegister(Node node);

    /// <summary>The input in whose place the stage stores a value; null where the value has a place of its own.</summary>
    Input? Replaced(Node node);

    /// <summary>A stored value's row: this one, or the one that all rows share.</summary>
    Address Row(Node node, Access access);

    /// <summary>A stored scalar: of the row, or one for all.</summary>
    Expr Scalar(Node node, Access access);

    /// <summary>What is left to add to the stored part of a sum; null where nothing of the node is stored.</summary>
    Partial? Accumulated(Node node, Access access);

    /// <summary>The causal mask may be dropped: what it would hide is not read.</summary>
    bool MaskIsImplied { get; }

    /// <summary>A node that only this map knows how to read (a rotation, a shifted row); null: an ordinary one.</summary>
    /// <param name="node">The node.</param>
    /// <param name="vector">A value under a name.</param>
    /// <param name="swapped">A value at the neighbour of each column.</param>
    /// <param name="load">What lies at an address.</param>
    Expr? Special(Node node, Func<Node, Expr> vector, Func<Node, Expr> swapped, Func<Address, Expr> load);
}
