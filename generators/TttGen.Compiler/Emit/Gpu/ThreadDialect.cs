using TttGen.Compiler.Ir;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit.Gpu;

/// <summary>One thread's share of a row: plain floats, or four at a time. Columns are dealt out to the <c>lanes</c> threads that work on a row together.</summary>
/// <param name="loop">The head of the loop over a thread's columns j, by their bound.</param>
/// <param name="sum">The sum over the lanes of a row, of what each has added up.</param>
/// <param name="mayStore">Which threads store; null: all.</param>
internal sealed class ThreadDialect(Func<ColumnLoop, string> loop, Func<Expr, Expr> sum, Expr? mayStore) : RowDialect
{
    private static readonly Expr IsFirstLane = Expr.Binary(Expr.Name("lane"), "==", Expr.Of(0));

    /// <summary>Numbers that every lane reads and one replaces: written when all have read them.</summary>
    public Func<Address, bool> InPlace { get; init; } = _ => false;

    /// <summary>A thread has four neighbouring columns at once, a <c>Float4</c>: the column is the number of such four.</summary>
    public bool InFours { get; init; }

    public override string Vector => InFours ? "Float4" : "float";

    public override Expr Zero => Expr.Name(InFours ? "default(Float4)" : "0f");

    public override string LoopHead(ColumnLoop columns) => loop(columns);

    public override IReadOnlyList<string> LoopNames { get; } = ["lane"];

    public override Expr Load(Address row, ColumnLoop columns) => InFours ? Expr.Call("Float4.At", Four(row, columns)) : Read(row.Storage, row.Column(columns.Column));

    /// <summary>Reads an element.</summary>
    public static Expr Read(Storage storage, Expr element) => storage == Storage.BFloat16 ? Expr.Call("Bf16.ToFloat", element) : element;

    public override Statement Store(Address row, Expr value, ColumnLoop columns) =>
        (InFours ? Statement.Do(Expr.Call("Float4.Put", [.. Four(row, columns), value])) : Write(row.Storage, row.Column(columns.Column), value)).If(mayStore);

    /// <summary>A view and a place in it.</summary>
    private static Expr[] Four(Address row, ColumnLoop columns) => row.Column(columns.Column).AsElement is { } element ? [element.View, element.Index]
        : throw new InvalidOperationException("four numbers at once lie in a view");

    /// <summary>Writes an element.</summary>
    public static Statement Write(Storage storage, Expr element, Expr value) => Statement.Assign(element, storage switch
    {
        Storage.Float => value,
        Storage.BFloat16 => Expr.Call("Bf16.Round", value),
        Storage.RoundedFloat => Expr.Call("Bf16.ToFloat", Expr.Call("Bf16.Round", value)),
        _ => throw new ArgumentOutOfRangeException(nameof(storage), storage, null),
    });

    public override Statement StoreScalar(Address target, Expr value)
    {
        var store = Write(target.Storage, target.Single, value).If(mayStore is null ? IsFirstLane : Expr.Binary(mayStore, "&&", IsFirstLane));
        return InPlace(target) ? store.After(Statement.Do(Expr.Call("Group.Barrier"))) : store;
    }

    public override Expr MultiplyAdd(Expr left, Expr right, Expr added) => added.Plus(left * right);

    public override Expr? Broadcast(Expr scalar) => scalar.IsSimple ? scalar : null;

    public override Expr WithinRow(Expr x, ColumnLoop columns) => x;

    public override Expr Causal(Expr x) => InFours ? Expr.Call("Float4.UpTo", x, Expr.Of(4) * Expr.Name("j"), Expr.Name("i"))
        : Expr.Choose(Expr.Binary(Expr.Name("j"), "<=", Expr.Name("i")), x, Expr.Name("0f"));

    public override Expr Map(Function f, Expr[] x) => Expr.Call($"Fn.{f}", x);

    public override Expr Call(Function function, Expr[] arguments) => Expr.Call($"Fn.{function}", arguments);

    public override Expr Sum(Expr parts) => sum(InFours ? Expr.Invoke(parts, "Sum") : parts);

    public override Statement SumHeads(Address row, HeadSum sum) =>
        throw new CompileException("TTT166", "a norm of each head has no kernel for CUDA yet: take <TttGenCuda> out of this project, and put models with such norms into one of their own");

    public override Expr Swapped(Func<Expr> value, Func<Expr> atNeighbour) => atNeighbour();
}
