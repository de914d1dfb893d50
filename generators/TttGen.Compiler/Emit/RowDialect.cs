using TttGen.Compiler.Ir;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit;

/// <summary>How a backend writes the values of one row: what stands in a register, how it is read from memory and put there.</summary>
internal abstract class RowDialect
{
    /// <summary>The type of a value inside a loop over columns.</summary>
    public abstract string Vector { get; }

    /// <summary>Zero of that type.</summary>
    public abstract Expr Zero { get; }

    /// <summary>The head of a loop over columns j.</summary>
    public abstract string LoopHead(ColumnLoop loop);

    /// <summary>Names that the head mentions, beside j.</summary>
    public virtual IReadOnlyList<string> LoopNames => [];

    /// <summary>Reads from an address.</summary>
    public abstract Expr Load(Address row, ColumnLoop loop);

    /// <summary>Writes to an address.</summary>
    public abstract Statement Store(Address row, Expr value, ColumnLoop loop);

    /// <summary>Writes a scalar of the row.</summary>
    public virtual Statement StoreScalar(Address target, Expr value) => Statement.Assign(target.Single, value);

    /// <summary>left · right + sum</summary>
    public abstract Expr MultiplyAdd(Expr left, Expr right, Expr sum);

    /// <summary>A scalar as a value of the loop; null where it needs a local.</summary>
    public abstract Expr? Broadcast(Expr scalar);

    /// <summary>The statement that makes one under a name.</summary>
    public virtual Statement Broadcasting(string name, Expr scalar) => Statement.Declare(Vector, name, scalar);

    /// <summary>What lies past the end of a row is zero.</summary>
    public abstract Expr WithinRow(Expr x, ColumnLoop loop);

    /// <summary>Row i sees columns up to i: all else is zero.</summary>
    public abstract Expr Causal(Expr x);

    /// <summary>A function of values of the loop, but for 1/x.</summary>
    public abstract Expr Map(Function f, Expr[] x);

    /// <summary>A function of single numbers that is called.</summary>
    public abstract Expr Call(Function function, Expr[] arguments);

    /// <summary>The sum over the columns of what a loop added up.</summary>
    public abstract Expr Sum(Expr parts);

    /// <summary>Replaces what lies at each column of a row by the sum over its head.</summary>
    public abstract Statement SumHeads(Address row, HeadSum sum);

    /// <summary>The neighbour of each column: 2k + 1 for 2k, and the other way round.</summary>
    /// <param name="value">The value at the column at work, under a name.</param>
    /// <param name="atNeighbour">The value computed at the neighbour.</param>
    public abstract Expr Swapped(Func<Expr> value, Func<Expr> atNeighbour);
}
