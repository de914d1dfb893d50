using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Emit;

/// <summary>How a backend writes the values of one row: what stands in a register, how it is read from memory and put there.</summary>
internal abstract class RowDialect
{
    /// <summary>The type of a value inside a loop over columns.</summary>
    public abstract string Vector { get; }

    /// <summary>Zero of that type.</summary>
    public abstract string Zero { get; }

    /// <summary>The head of a loop over columns j.</summary>
    public abstract string LoopHead(ColumnLoop loop);

    /// <summary>Reads from an address that <see cref="IAddressMap.Row"/> gave.</summary>
    public abstract string Load(string row, ColumnLoop loop);

    /// <summary>Writes to an address: a statement.</summary>
    public abstract string Store(string row, string value, ColumnLoop loop);

    /// <summary>Writes a scalar of the row: a statement.</summary>
    public virtual string StoreScalar(string target, string value) => $"{target} = {value};";

    /// <summary>left · right + sum, where left and right bind tighter than a product.</summary>
    public abstract string MultiplyAdd(string left, string right, string sum);

    /// <summary>A scalar as a value of the loop; a name where it can be had without another local.</summary>
    public abstract string? Broadcast(string scalar);

    /// <summary>The statement that makes one under a name.</summary>
    public virtual string Broadcasting(string name, string scalar) => $"{Vector} {name} = {scalar};";

    /// <summary>What lies past the end of a row is zero.</summary>
    public abstract string WithinRow(string x, ColumnLoop loop);

    /// <summary>Row i sees columns up to i: all else is zero.</summary>
    public abstract string Causal(string x);

    /// <summary>A function of values of the loop, but for 1/x.</summary>
    public abstract string Map(Function f, string[] x);

    /// <summary>A function of one scalar that is called.</summary>
    public abstract string Call(string function, string arguments);

    /// <summary>The sum over the columns of what a loop added up.</summary>
    public abstract string Sum(string parts);

    /// <summary>The neighbour of each column: 2k + 1 for 2k, and the other way round.</summary>
    /// <param name="value">The value at the column at work, under a name.</param>
    /// <param name="atNeighbour">The value computed at the neighbour.</param>
    public abstract string Swapped(Func<string> value, Func<string> atNeighbour);
}
