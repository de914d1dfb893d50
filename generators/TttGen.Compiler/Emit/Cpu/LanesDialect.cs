using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Emit.Cpu;

/// <summary>SIMD registers of any width: the type parameter V.</summary>
internal sealed class LanesDialect(string element) : RowDialect
{
    public override string Vector => "V";

    public override string Zero => "V.Zero";

    public override string LoopHead(ColumnLoop loop) => $"for (int j = 0; j < {loop.Step}; j += V.Count)";

    public override string Load(string row, ColumnLoop loop) => loop.Exact ? $"V.Load({row} + j)" : $"V.LoadPartial({row} + j, {loop.Bound} - j)";

    public override string Store(string row, string value, ColumnLoop loop) => loop.Exact ? $"V.Store({value}, {row} + j);" : $"V.StorePartial({value}, {row} + j, {loop.Bound} - j);";

    public override string MultiplyAdd(string left, string right, string sum) => $"V.MultiplyAdd({left}, {right}, {sum})";

    public override string? Broadcast(string scalar) => null;

    public override string Broadcasting(string name, string scalar) => $"V {name} = V.Broadcast({scalar});";

    public override string WithinRow(string x, ColumnLoop loop) => loop.Exact ? x : $"V.Keep({x}, {loop.Bound} - j)";

    public override string Causal(string x) => $"V.Keep({x}, i + 1 - j)";

    public override string Map(Function f, string[] x) => $"V.{f}({string.Join(", ", x)})";

    public override string Call(string function, string arguments) => $"{element}.{function}({arguments})";

    public override string Sum(string parts) => $"V.Sum({parts})";

    public override string Swapped(Func<string> value, Func<string> atNeighbour) => $"V.SwapPairs({value()})";
}
