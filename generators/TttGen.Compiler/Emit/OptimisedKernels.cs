using TttGen.Compiler.Derivation;
using TttGen.Compiler.Ir;
using TttGen.Compiler.Language;
using TttGen.Compiler.Scheduling;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit;

/// <summary>The kernels of a scan that an optimiser moves, as the runtime's drivers see them: a struct of the slow weights, with a method a kernel.</summary>
internal sealed class OptimisedKernels
{
    private const string Part = "in global::TttGen.Scans.ScanPart<T> part", Gradient = "in global::TttGen.Scans.ScanGradientPart<T> gradient";

    private readonly LinkedMemory _memory;
    private readonly InnerOptimiser _optimiser;
    private readonly OptimisedForm _form;
    private readonly Dictionary<string, string> _places = [];

    /// <param name="memory">The memory.</param>
    /// <param name="rowsAtOnce">Rows that a kernel takes at most.</param>
    public OptimisedKernels(LinkedMemory memory, int rowsAtOnce)
    {
        (_memory, _optimiser, RowsAtOnce) = (memory, memory.Optimiser!, rowsAtOnce);
        _form = new(memory.Model, _optimiser);
        Place("key", "part.Key");
        Place("value", "part.Value");
        Place("query", "part.Query");
        _places["output"] = "part.Output";
        _places["dOutput"] = "gradient.Output";
        _places["dKey"] = "gradient.Key";
        _places["dValue"] = "gradient.Value";
        _places["dQuery"] = "gradient.Query";
        long offset = 0;
        foreach (var w in memory.Model.Weights)
        {
            if (!w.Fast)
            {
                _places[w.Name] = "_" + w.Name;
                _places[Vjp.Cotangent(w.Name)] = "_" + Vjp.Cotangent(w.Name);
                continue;
            }
            Place(w.Name, "weights" + TileKernelEmitter.Plus(offset));
            for (var q = 0; q < Parts; q++) Place(_form.Part(w.Name, q), "parts" + TileKernelEmitter.Plus(q * ModelLayout.Weights(memory) + offset));
            offset += ModelLayout.Rounded(w);
        }
        // as StepTable lays it out
        long row = Row(rowsAtOnce), gains = 2 * Parts * row, ends = gains + Row(rowsAtOnce * rowsAtOnce);
        Place(OptimisedForm.Gains, "table" + TileKernelEmitter.Plus(gains));
        for (var q = 0; q < Parts; q++)
        {
            Place(_form.Keeps(q), "table" + TileKernelEmitter.Plus(q * row));
            Place(_form.EndGains(q), "table" + TileKernelEmitter.Plus((Parts + q) * row));
            for (var r = 0; r < Parts; r++) Place(_form.Ends(q, r), "table" + TileKernelEmitter.Plus(ends + q * Parts + r));
        }
        for (var k = 0; k < _optimiser.Inputs.Count; k++)
        {
            _places[_optimiser.Inputs[k]] = $"inputs[{k}]";
            _places[Vjp.Cotangent(_optimiser.Inputs[k])] = "dInputs" + TileKernelEmitter.Plus(k);
        }
        for (var k = 0; k < Parts * (Parts + 1); k++)
        {
            _places[OptimisedForm.Coefficient(k)] = "coefficients" + TileKernelEmitter.Plus(k);
            _places[Vjp.Cotangent(OptimisedForm.Coefficient(k))] = $"dCoefficients[{k}]";
        }
    }

    /// <summary>Rows that a kernel takes at most.</summary>
    public int RowsAtOnce { get; }

    private int Parts => _optimiser.Parts.Count;

    /// <summary>A number a row, at a boundary of 16.</summary>
    private static long Row(int count) => (count + 15) / 16 * 16;

    /// <summary>Elements that the forward driver takes for itself: ScanScratch.Optimised.</summary>
    public long Own => Row(_optimiser.Inputs.Count) + Row(RowsAtOnce * Parts * (Parts + 1)) + 2 * Parts * Row(RowsAtOnce) + Row(RowsAtOnce * RowsAtOnce) + Row(Parts * Parts);

    /// <summary>Elements that the backward driver takes for itself: ScanScratch.OptimisedBackward.</summary>
    public long OwnBackward => 2 * Own + Row((RowsAtOnce + 1) * Parts) + (_memory.MiniBatch + RowsAtOnce - 1) / RowsAtOnce * Parts * ModelLayout.Weights(_memory);

    /// <summary>Opens the struct.</summary>
    /// <param name="w">Where it goes.</param>
    /// <param name="gradients">Whether it is that of the backward scan.</param>
    public void Open(CodeWriter w, bool gradients)
    {
        w.Open($"{(gradients ? "private" : "internal")} struct Kernels<T, V> : global::TttGen.Scans.IOptimisedScan{(gradients ? "Backward" : "")}Kernels<T> where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T>");
        foreach (var weight in _memory.Model.Weights.Where(weight => !weight.Fast))
            w.Line($"public T* _{weight.Name}{(gradients ? $", _{Vjp.Cotangent(weight.Name)}" : "")}; // [{string.Join(", ", weight.Shape)}]");
        w.Line($"public static int MiniBatchTokens => {Numbers.Of(_memory.MiniBatch)};");
        w.Line($"public static int RowsAtOnce => {Numbers.Of(RowsAtOnce)};");
        w.Line($"public static int WeightsSize => {Numbers.Of(ModelLayout.Weights(_memory))};");
        w.Line($"public static int Parts => {Numbers.Of(Parts)}; // {string.Join(", ", _optimiser.Parts)}");
        w.Line($"public static int Inputs => {Numbers.Of(_optimiser.Inputs.Count)}; // {string.Join(", ", _optimiser.Inputs)}");
        var close = string.Join(", ", Enumerable.Range(0, Parts).SelectMany(q => Enumerable.Range(0, Parts).Select(r => Numbers.Of(_optimiser.Close[q, r]))));
        w.Line($"public static ReadOnlySpan<double> Close => [{(_optimiser.ClosesByItself ? "" : close)}];");
    }

    /// <summary>The method that makes a token's coefficients; those that no input has a part in are constants.</summary>
    /// <param name="w">Where it goes.</param>
    /// <param name="class">The class whose method the kernel is.</param>
    /// <param name="kernel">The kernel.</param>
    public void Coefficients(CodeWriter w, string @class, TileKernel kernel)
    {
        w.Line().Open("public void Coefficients(T* inputs, T* coefficients, T* scratch)");
        foreach (var (coefficient, k) in _form.Coefficient().Select((c, k) => (c, k)))
            if (coefficient is Zero or Literal) w.Line($"coefficients[{Numbers.Of(k)}] = {TileKernelEmitter.Constant(coefficient is Literal l ? l.Value : 0)};");
        if (kernel.Program.Outputs.Count > 0) w.Line(Call(@class, kernel, "1", "scratch"));
        w.Close();
    }

    /// <summary>The method that makes their gradient by the inputs.</summary>
    public void CoefficientsBackward(CodeWriter w, string @class, TileKernel kernel) =>
        w.Line().Line("public void CoefficientsBackward(T* inputs, T* dCoefficients, T* dInputs, T* scratch) =>").Line("    " + Call(@class, kernel, "1", "scratch"));

    /// <summary>The method that runs a kernel over rows.</summary>
    public void Method(CodeWriter w, string @class, TileKernel kernel)
    {
        var name = kernel.Program.Name;
        var signature = name == "StepBackward" ? $"{Part}, {Gradient}, T* weights, T* parts, T* table, T* dWeights, T* dParts, T* dTable" : $"{Part}, T* weights, T* parts, T* table";
        w.Line().Line($"public void {name}({signature}) =>").Line("    " + Call(@class, kernel, "part.Count", "part.Scratch"));
    }

    private string Call(string @class, TileKernel kernel, string rows, string scratch) =>
        $"{@class}.{kernel.Program.Name}<T, V>({string.Join(", ", [rows, .. kernel.Parameters.Select(Argument), scratch])});";

    private string Argument(TileBuffer parameter)
    {
        var place = _places.TryGetValue(parameter.Name, out var known) ? known : throw new ArgumentOutOfRangeException(nameof(parameter), parameter.Name, "no argument of a scan's kernels");
        if (parameter.Strided) return $"{place}.Start, {place}.Stride";
        if (place.StartsWith("part.", StringComparison.Ordinal) || place.StartsWith("gradient.", StringComparison.Ordinal)) return place + ".Start";
        // a number among those of the table goes by value
        return parameter is { Kind: BufferKind.Input, Shape.Length: 0 } && place.StartsWith("table", StringComparison.Ordinal) ? $"*({place})" : place;
    }

    private void Place(string name, string place)
    {
        _places[name] = place;
        _places[Vjp.Cotangent(name)] = Vjp.Cotangent(place);
    }
}
