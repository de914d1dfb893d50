using TttGen.Compiler.Derivation;
using TttGen.Compiler.Ir;
using TttGen.Compiler.Language;
using TttGen.Compiler.Scheduling;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit;

/// <summary>The scan of a memory that an optimiser moves, and its outer gradient: kernels over rows, and structs that the runtime's drivers run.</summary>
internal sealed class OptimisedScanEmitter
{
    private readonly LinkedMemory _memory;
    private readonly ScheduledOptimisedMemory _scheduled;
    private readonly InnerOptimiser _optimiser;
    private readonly Weight[] _slow;
    private readonly OptimisedKernels _kernels;
    private readonly int _indent;

    private OptimisedScanEmitter(LinkedMemory memory, ScheduledOptimisedMemory scheduled, int indent)
    {
        (_memory, _scheduled, _optimiser, _indent) = (memory, scheduled, memory.Optimiser!, indent);
        _slow = [.. memory.Model.Weights.Where(w => !w.Fast)];
        _kernels = new(memory, IsDual ? memory.MiniBatch : 1);
    }

    /// <summary>The class of the scan.</summary>
    public static ScanEmitter.Scan Emit(LinkedMemory memory, ScheduledOptimisedMemory scheduled, int indent) => new OptimisedScanEmitter(memory, scheduled, indent).Forward();

    /// <summary>The class of its outer gradient.</summary>
    public static string EmitBackward(LinkedMemory memory, ScheduledOptimisedMemory scheduled, ScheduledOptimisedGradient gradient, int indent) => new OptimisedScanEmitter(memory, scheduled, indent).Backward(gradient);

    private bool IsDual => _scheduled.Memory.IsDual;

    private string InputColumns(string name) => string.Concat(_optimiser.Inputs.Select((_, k) => $", T* {name}{k}, nint {name}{k}Row"));

    private ScanEmitter.Scan Forward()
    {
        var (methods, scratch) = Methods([_scheduled.Step, _scheduled.Coefficients]);
        var w = new CodeWriter { Indent = _indent };
        w.Line($"/// <summary>{_memory.Name}, moved by {_optimiser.Name}: {(IsDual ? "the dual form" : "the primal form, token by token: " + _scheduled.Memory.PrimalReason)}. Mini-batches of {_memory.MiniBatch} tokens; {_memory.Heads} heads.</summary>");
        w.Line("/// <remarks>");
        foreach (var line in Formulas.Of([("predict", _memory.Model.Predict), ("loss", _memory.Model.Loss)], n => n is Input input ? input.Name : null)) w.Line($"/// {TileKernelEmitter.Xml(line)}<br/>");
        w.Line("/// </remarks>");
        w.Line(GeneratedCode.Attribute);
        w.Open($"internal static unsafe class {_memory.Name}Scan");
        w.Line("/// <summary>Tokens of a mini-batch.</summary>");
        w.Line($"public const int MiniBatchTokens = {Numbers.Of(_memory.MiniBatch)};").Line();
        w.Line($"/// <summary>Elements of one head's state: the weights that the mini-batch started from, then {string.Join(", ", _optimiser.Parts)}.</summary>");
        w.Line($"public const int StateSize = {Numbers.Of(ModelLayout.HeadState(_memory))};").Line();
        w.Line("/// <summary>Elements of working memory.</summary>");
        w.Line($"public const int ScratchSize = {Numbers.Of(scratch + _kernels.Own)};").Line();
        w.Lines($"""
            /// <summary>Reads tokens, from any place in a mini-batch.</summary>
            /// <param name="tokens">How many.</param>
            /// <param name="place">Tokens of the mini-batch that came before.</param>
            /// <param name="key">[tokens, width], rows keyRow apart; value, query and output likewise.</param>
            /// <param name="state">[StateSize].</param>
            /// <param name="scratch">[ScratchSize].</param>
            /// <remarks>Inputs: {string.Join(", ", _optimiser.Inputs)}, each [tokens], so far apart as it says.</remarks>
            """);
        w.Line($"public static void Run<T, V>(int tokens, int place, T* key, nint keyRow, T* value, nint valueRow, T* query, nint queryRow{InputColumns("input")},");
        w.Line($"    T* state{string.Concat(_slow.Select(s => $", T* {s.Name}"))}, T* output, nint outputRow, T* scratch)");
        w.Line("    where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T>").Line("{");
        w.Indent++;
        Call(w, "call", ", State = state, Output = new(output, outputRow)");
        w.Line($"global::TttGen.Scans.TttScan.Optimised<Kernels<T, V>, T>({ScanKernels.Construct(_slow.Select(s => (s.Name, s.Name)))}, call);");
        w.Close().Line();
        w.Line("/// <summary>What <see cref=\"global::TttGen.Scans.TttScan\"/> drives.</summary>");
        _kernels.Open(w, gradients: false);
        _kernels.Coefficients(w, $"{_memory.Name}Scan", _scheduled.Coefficients);
        _kernels.Method(w, $"{_memory.Name}Scan", _scheduled.Step);
        w.Close();
        Append(w, methods);
        w.Close();
        var rows = _kernels.RowsAtOnce;
        return new(w.ToString(), scratch + _kernels.Own, _scheduled.Step.Flops(rows) / rows, IsDual, _scheduled.Memory.PrimalReason, "Optimised");
    }

    private string Backward(ScheduledOptimisedGradient gradient)
    {
        var name = $"{_memory.Name}ScanBackward";
        var (methods, scratch) = Methods([gradient.Gather, gradient.Step, gradient.Coefficients]);
        var (rows, miniBatch) = (_kernels.RowsAtOnce, Numbers.Of(_memory.MiniBatch));
        var w = new CodeWriter { Indent = _indent };
        w.Line($"/// <summary>{_memory.Name}, moved by {_optimiser.Name}: the outer gradient of its scan, second derivatives included.</summary>");
        w.Line(GeneratedCode.Attribute);
        w.Open($"internal static unsafe class {name}");
        w.Line("/// <summary>Elements of one head's fast weights.</summary>");
        w.Line($"public const int WeightsSize = {Numbers.Of(ModelLayout.Weights(_memory))};").Line();
        w.Line("/// <summary>Elements of working memory.</summary>");
        w.Line($"public const int ScratchSize = {Numbers.Of(scratch + _kernels.OwnBackward)};").Line();
        w.Line("/// <summary>Multiplications and additions of the products of a whole mini-batch's gradient, its share of one token.</summary>");
        w.Line($"public const long FlopsPerToken = {Numbers.Of(gradient.Step.Flops(rows) / rows)};").Line();
        w.Line("/// <summary>Those of making a mini-batch's state, its share of one token: once, and once more where it is not kept.</summary>");
        w.Line($"public const long AdvanceFlopsPerToken = {Numbers.Of(gradient.Gather.Flops(rows) / rows)};").Line();
        w.Line("/// <summary>Elements of memory for kept states, whatever the place that a call starts at: one every keepEvery mini-batches, and those of one group in between.</summary>");
        w.Line("public static long KeptSize(int tokens, int keepEvery) =>");
        w.Line($"    global::TttGen.Scans.ScanCheckpoints<float>.Size(tokens, keepEvery, {miniBatch}, {Numbers.Of(ModelLayout.HeadState(_memory))}, 0);").Line();
        w.Lines("""
            /// <summary>
            /// Gradients of a scan over tokens that started at any place in a mini-batch. Those of tokens are set, those of slow weights added to, that of the state
            /// is replaced: in, by the state after the last token; out, by the state before the first.
            /// </summary>
            """);
        w.Line($"public static void Run<T, V>(int tokens, int place, T* key, nint keyRow, T* value, nint valueRow, T* query, nint queryRow{InputColumns("input")},");
        w.Line($"    T* state{string.Concat(_slow.Select(s => $", T* {s.Name}"))},");
        w.Line($"    T* dOutput, nint dOutputRow, T* dKey, nint dKeyRow, T* dValue, nint dValueRow, T* dQuery, nint dQueryRow{InputColumns("dInput")},");
        w.Line($"    T* dState{string.Concat(_slow.Select(s => $", T* {Vjp.Cotangent(s.Name)}"))}, int keepEvery, T* kept, T* scratch)");
        w.Line("    where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T>").Line("{");
        w.Indent++;
        Call(w, "call", ", State = state");
        w.Line("global::TttGen.Scans.ScanGradientCall<T> gradients = new()").Line("{");
        w.Line("    State = dState, CheckpointEvery = keepEvery, Checkpoints = kept, Output = new(dOutput, dOutputRow),");
        w.Line("    Key = new(dKey, dKeyRow), Value = new(dValue, dValueRow), Query = new(dQuery, dQueryRow),");
        w.Line("};");
        for (var k = 0; k < _optimiser.Inputs.Count; k++) w.Line($"gradients.Inputs[{k}] = new(dInput{k}, dInput{k}Row);");
        w.Line($"global::TttGen.Scans.TttScanBackward.Optimised<Kernels<T, V>, T>({ScanKernels.Construct(_slow.SelectMany(s => new[] { s.Name, Vjp.Cotangent(s.Name) }).Select(s => (s, s)))}, call, gradients);");
        w.Close().Line();
        w.Line("/// <summary>What <see cref=\"global::TttGen.Scans.TttScanBackward\"/> drives.</summary>");
        _kernels.Open(w, gradients: true);
        _kernels.Coefficients(w, $"{_memory.Name}Scan", _scheduled.Coefficients);
        _kernels.CoefficientsBackward(w, name, gradient.Coefficients);
        _kernels.Method(w, name, gradient.Gather);
        _kernels.Method(w, name, gradient.Step);
        w.Close();
        Append(w, methods);
        w.Close();
        return w.ToString();
    }

    /// <summary>The call's rows and inputs.</summary>
    private void Call(CodeWriter w, string name, string rest)
    {
        w.Line($"global::TttGen.Scans.ScanCall<T> {name} = new()").Line("{");
        w.Line($"    Tokens = tokens, Place = place, Scratch = scratch, Key = new(key, keyRow), Value = new(value, valueRow), Query = new(query, queryRow){rest},");
        w.Line("};");
        for (var k = 0; k < _optimiser.Inputs.Count; k++) w.Line($"{name}.Inputs[{k}] = new(input{k}, input{k}Row);");
    }

    private (List<string> Texts, long Scratch) Methods(IEnumerable<TileKernel> kernels)
    {
        var (texts, scratch) = (new List<string>(), 0L);
        foreach (var kernel in kernels)
        {
            var text = new CodeWriter { Indent = _indent + 1 };
            scratch = Math.Max(scratch, TileKernelEmitter.Emit(kernel, _kernels.RowsAtOnce, text));
            texts.Add(text.ToString());
        }
        return (texts, scratch);
    }

    private static void Append(CodeWriter w, List<string> methods)
    {
        foreach (var m in methods)
        {
            w.Line();
            foreach (var line in m.TrimEnd('\n').Split('\n')) w.Line(line.Length == 0 ? "" : line.Substring(4 * w.Indent));
        }
    }
}
