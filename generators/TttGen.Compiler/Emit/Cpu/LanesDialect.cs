using TttGen.Compiler.Ir;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit.Cpu;

/// <summary>SIMD registers of any width: the type parameter V.</summary>
internal sealed class LanesDialect(string element) : RowDialect
{
    public override string Vector => "V";

    public override Expr Zero => Expr.Name("V.Zero");

    public override string LoopHead(ColumnLoop loop) => $"for (int j = 0; j < {loop.Bound}; j += V.Count)";

    public override Expr Load(Address row, ColumnLoop loop) => loop.Exact ? Expr.Call("V.Load", row.Column(loop.Column)) : Expr.Call("V.LoadPartial", row.Column(loop.Column), Left(loop));

    public override Statement Store(Address row, Expr value, ColumnLoop loop) =>
        Statement.Do(loop.Exact ? Expr.Call("V.Store", value, row.Column(loop.Column)) : Expr.Call("V.StorePartial", value, row.Column(loop.Column), Left(loop)));

    public override Expr MultiplyAdd(Expr left, Expr right, Expr sum) => Expr.Call("V.MultiplyAdd", left, right, sum);

    public override Expr? Broadcast(Expr scalar) => null;

    public override Statement Broadcasting(string name, Expr scalar) => Statement.Declare("V", name, Expr.Call("V.Broadcast", scalar));

    public override Expr WithinRow(Expr x, ColumnLoop loop) => loop.Exact ? x : Expr.Call("V.Keep", x, Left(loop));

    public override Expr Causal(Expr x) => Expr.Call("V.Keep", x, Expr.Name("i") + Expr.Of(1) - Expr.Name("j"));

    public override Expr Map(Function f, Expr[] x) => Expr.Call($"V.{f}", x);

    public override Expr Call(Function function, Expr[] arguments) => Expr.Call($"{element}.{function}", arguments);

    public override Expr Sum(Expr parts) => Expr.Call("V.Sum", parts);

    public override Statement SumHeads(Address row, HeadSum sum) => Statement.Do(Expr.Call("HeadRows.Sum<V>", row.Start!, Expr.Of(sum.Feature), Expr.Of(sum.Heads)));

    public override Expr Swapped(Func<Expr> value, Func<Expr> atNeighbour) => Expr.Call("V.SwapPairs", value());

    /// <summary>Columns from the one at work to the end.</summary>
    private static Expr Left(ColumnLoop loop) => Expr.Name(loop.Bound) - loop.Column;
}
