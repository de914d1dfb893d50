using TttGen.Compiler.Derivation;
using TttGen.Compiler.Ir;
using TttGen.Compiler.Language;
using TttGen.Compiler.Scheduling;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit.Cpu;

/// <summary>
/// One memory's scan over the tokens of one head, forward and back: kernels over the rows of a mini-batch, and structs of them that the runtime's drivers run. In the
/// dual form rows of a mini-batch are read at once, token by token where a weight's use is not linear.
/// </summary>
internal sealed class ScanEmitter
{
    private readonly LinkedMemory _memory;
    private readonly ScheduledMemory _scheduled;
    private readonly InnerModel _model;
    private readonly InnerOptimiser? _optimiser;
    private readonly TokenColumns _columns;
    private readonly int _indent;

    private ScanEmitter(LinkedMemory memory, ScheduledMemory scheduled, int indent)
    {
        (_memory, _scheduled, _model, _optimiser, _indent) = (memory, scheduled, memory.Model, memory.Optimiser, indent);
        _columns = new(memory);
        RowsAtOnce = _optimiser is null || scheduled.IsDual ? memory.MiniBatch : 1;
    }

    /// <summary>What was made: the class's text, its working memory, the cost of a token, the method of TttScan that drives it.</summary>
    public sealed record Scan(string Text, long Scratch, long FlopsPerToken, string Driver);

    /// <summary>The class of the scan.</summary>
    public static Scan Emit(LinkedMemory memory, ScheduledMemory scheduled, int indent) => new ScanEmitter(memory, scheduled, indent).Forward();

    /// <summary>
    /// The class of its outer gradient. The state is kept every few mini-batches, recomputed in between, and the mini-batches are walked from the last to the first.
    /// </summary>
    public static string EmitBackward(LinkedMemory memory, ScheduledMemory scheduled, ScheduledMemoryGradient gradient, int indent) => new ScanEmitter(memory, scheduled, indent).Backward(gradient);

    /// <summary>Rows that a kernel takes at most.</summary>
    private int RowsAtOnce { get; }

    private string Kind => _optimiser is not null ? "Optimised" : _scheduled.IsDual ? "Dual" : "Primal";

    private long Table => new StepTableLayout(_optimiser!.Parts.Count, RowsAtOnce).Size;

    private static long Row(long count) => StepTableLayout.Row(count);

    /// <summary>Elements that the forward driver takes for itself: the runtime's ScanScratch says the same.</summary>
    private long Own => _optimiser is null ? Row(_memory.MiniBatch) : Row(_optimiser.Inputs.Count) + Row(RowsAtOnce * _optimiser.Parts.Count * (_optimiser.Parts.Count + 1)) + Table;

    private long OwnBackward => _optimiser is null
        // three rows of numbers; the gradient sum within a mini-batch, or every one of them
        ? 3 * Row(_memory.MiniBatch) + (_scheduled.IsDual ? 1 : _memory.MiniBatch + 1) * ModelLayout.Weights(_memory)
        : 2 * Own + Row((RowsAtOnce + 1) * _optimiser.Parts.Count) + (_memory.MiniBatch + RowsAtOnce - 1) / RowsAtOnce * _optimiser.Parts.Count * ModelLayout.Weights(_memory);

    private string SlowParameters(Func<string, string> name) => string.Concat(_model.Slow.Select(s => $", T* {name(s.Name)}"));

    private ScanKernels Kernels(string @class, IReadOnlyList<Input> inner, out ScanArguments arguments) => new(@class, _memory, RowsAtOnce, arguments = new(_memory, RowsAtOnce, inner));

    private Scan Forward()
    {
        var name = $"{_memory.Name}Scan";
        var (methods, scratch) = Methods(_scheduled.Kernels);
        scratch += Own;
        var w = new CodeWriter { Indent = _indent };
        w.Line($"/// <summary>{_memory.Name}{(_optimiser is null ? "" : $", moved by {_optimiser.Name}")}: {(_scheduled.IsDual ? "the dual form" : "the primal form, token by token: " + _scheduled.Memory.PrimalReason)}. Mini-batches of {_memory.MiniBatch} tokens; {_memory.Heads} heads.</summary>");
        w.Line("/// <remarks>");
        foreach (var line in Formulas.Of([("predict", _model.Predict), ("loss", _model.Loss)], n => n is Input input ? input.Name : null))
            w.Line($"/// {Texts.Xml(line)}<br/>");
        w.Line("/// </remarks>");
        w.Line(GeneratedCode.Attribute);
        w.Open($"internal static unsafe class {name}");
        w.Line("/// <summary>Tokens of a mini-batch.</summary>");
        w.Line($"public const int MiniBatchTokens = {Numbers.Of(_memory.MiniBatch)};").Line();
        w.Line($"/// <summary>Elements of one head's state: {(_optimiser is null ? "fast weights, then their gradient sums since the mini-batch began" : $"the weights that the mini-batch started from, then {string.Join(", ", _optimiser.Parts)}")}.</summary>");
        w.Line($"public const int StateSize = {Numbers.Of(_memory.Carry.HeadSize)};").Line();
        w.Line("/// <summary>Elements of working memory.</summary>");
        w.Line($"public const int ScratchSize = {Numbers.Of(scratch)};").Line();
        w.Lines("""
            /// <summary>Reads tokens, from any place in a mini-batch.</summary>
            /// <param name="tokens">How many.</param>
            /// <param name="place">Tokens of the mini-batch that came before.</param>
            /// <param name="key">[tokens, width], rows keyRow apart; value, query and output likewise.</param>
            """);
        foreach (var line in _columns.Docs) w.Line(line);
        w.Line("/// <param name=\"state\">[StateSize].</param>");
        w.Line("/// <param name=\"scratch\">[ScratchSize].</param>");
        w.Line("public static void Run<T, V>(int tokens, int place, T* key, nint keyRow, T* value, nint valueRow, T* query, nint queryRow,");
        w.Line($"    {_columns.Parameters}T* state{SlowParameters(s => s)}, T* output, nint outputRow, T* scratch)");
        w.Line("    where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>");
        w.Line($"    global::TttGen.Scans.TttScan.{Kind}<Kernels<T, V>, T>({ScanKernels.Construct(_model.Slow.Select(s => (s.Name, s.Name)))}, new()");
        w.Line("    {");
        w.Line($"        Tokens = tokens, Place = place, {_columns.TokenRate}State = state, Scratch = scratch,");
        w.Line($"        Key = new(key, keyRow), Value = new(value, valueRow), Query = new(query, queryRow), Output = new(output, outputRow), {_columns.Views},");
        w.Line("    });").Line();
        w.Line("/// <summary>What <see cref=\"global::TttGen.Scans.TttScan\"/> drives.</summary>");
        var kernels = Kernels(name, [], out _);
        kernels.Open(w, $"I{Kind}ScanKernels");
        if (_optimiser is not null) kernels.Optimiser(w, _optimiser);
        foreach (var kernel in _scheduled.Kernels)
            if (kernel.Program.Kind == ProgramKind.Coefficients) Coefficients(kernels, w);
            else kernels.Method(w, kernel);
        w.Close();
        Append(w, methods);
        w.Close();
        var rows = _scheduled.IsDual ? _memory.MiniBatch : 1;
        return new(w.ToString(), scratch, (_scheduled.Find(ProgramKind.MiniBatch) ?? _scheduled.Step).Flops(rows) / rows, Kind);
    }

    private void Coefficients(ScanKernels kernels, CodeWriter w) =>
        kernels.Coefficients(w, $"{_memory.Name}Scan", _scheduled.Find(ProgramKind.Coefficients)!, new OptimisedForm(_model, _optimiser!).Coefficient());

    private string Backward(ScheduledMemoryGradient gradient)
    {
        var name = $"{_memory.Name}ScanBackward";
        var (methods, scratch) = Methods(gradient.Kernels);
        var kernels = Kernels(name, gradient.Inner, out var arguments);
        var w = new CodeWriter { Indent = _indent };
        w.Line($"/// <summary>{_memory.Name}{(_optimiser is null ? "" : $", moved by {_optimiser.Name}")}: the outer gradient of its scan, second derivatives included.</summary>");
        w.Line(GeneratedCode.Attribute);
        w.Open($"internal static unsafe class {name}");
        var keepsInner = gradient.Gradient.MiniBatch is not null;
        Constants(w, gradient, OwnBackward + scratch, keepsInner ? arguments.InnerSize : null);
        w.Lines($"""
            /// <summary>
            /// Gradients of a scan over tokens that started at any place in a mini-batch. Those of tokens are set, those of {(_optimiser is null ? "tok and of " : "")}slow weights added to,
            /// that of the state is replaced: in, by the state after the last token; out, by the state before the first.
            /// </summary>
            /// <param name="tokens">How many.</param>
            /// <param name="place">Tokens of the mini-batch that came before.</param>
            /// <param name="key">[tokens, width], rows keyRow apart; value, query, dOutput and gradients likewise.</param>
            """);
        foreach (var line in _columns.Docs) w.Line(line);
        w.Line($"/// <param name=\"state\">The state before the first token: {(_optimiser is null ? "fast weights, then their gradient sums" : "as the scan keeps it")}. Left as it is.</param>");
        if (_optimiser is null) w.Line("/// <param name=\"dTok\">[mini-batch], added to.</param>");
        w.Line($"/// <param name=\"dState\">As state.{(_optimiser is null ? " At place 0 there is no gradient sum: what its gradient holds there is neither read nor of meaning, and comes out as zeros." : "")}</param>");
        w.Line("/// <param name=\"checkpointEvery\">Mini-batches from one checkpoint of the inner state to the next, at least 1.</param>");
        w.Line("/// <param name=\"kept\">[CheckpointsSize(tokens, checkpointEvery)].</param>");
        w.Line("/// <param name=\"scratch\">[ScratchSize].</param>");
        w.Line("public static void Run<T, V>(int tokens, int place, T* key, nint keyRow, T* value, nint valueRow, T* query, nint queryRow,");
        w.Line($"    {_columns.Parameters}T* state{SlowParameters(s => s)},");
        w.Line("    T* dOutput, nint dOutputRow, T* dKey, nint dKeyRow, T* dValue, nint dValueRow, T* dQuery, nint dQueryRow,");
        w.Line($"    {_columns.GradientParameters}T* dState{SlowParameters(Argument.Cotangent)}, int checkpointEvery, T* kept, T* scratch)");
        w.Line("    where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>");
        w.Line($"    global::TttGen.Scans.TttScanBackward.{Kind}<Kernels<T, V>, T>({ScanKernels.Construct(_model.Slow.SelectMany(s => new[] { s.Name, Argument.Cotangent(s.Name) }).Select(s => (s, s)))}, new()");
        w.Line("    {");
        w.Line($"        Tokens = tokens, Place = place, {_columns.TokenRate}State = state, Scratch = scratch,");
        w.Line($"        Key = new(key, keyRow), Value = new(value, valueRow), Query = new(query, queryRow), {_columns.Views},");
        w.Line("    }, new()");
        w.Line("    {");
        w.Line($"        {_columns.TokenRateGradient}State = dState, CheckpointEvery = checkpointEvery, Checkpoints = kept, Output = new(dOutput, dOutputRow),");
        w.Line($"        Key = new(dKey, dKeyRow), Value = new(dValue, dValueRow), Query = new(dQuery, dQueryRow), {_columns.GradientViews},");
        w.Line("    });").Line();
        w.Line("/// <summary>What <see cref=\"global::TttGen.Scans.TttScanBackward\"/> drives.</summary>");
        kernels.Open(w, $"I{Kind}ScanBackwardKernels", gradients: true);
        if (keepsInner) w.Line($"public static int InnerSize => {Numbers.Of(arguments.InnerSize)};");
        if (_optimiser is not null)
        {
            kernels.Optimiser(w, _optimiser);
            Coefficients(kernels, w);
        }
        foreach (var kernel in gradient.Kernels)
            if (kernel.Program.Kind == ProgramKind.CoefficientsBackward) kernels.CoefficientsBackward(w, kernel);
            else kernels.Method(w, kernel);
        w.Close();
        Append(w, methods);
        w.Close();
        return w.ToString();
    }

    private void Constants(CodeWriter w, ScheduledMemoryGradient gradient, long scratch, long? innerSize)
    {
        var k = RowsAtOnce;
        var (step, inner, advance) = (_optimiser, _scheduled.IsDual) switch
        {
            (null, true) => (gradient.Kernel(ProgramKind.MiniBatchBackward).Flops(k) / k, gradient.Kernel(ProgramKind.InnerGradient).Flops(k) / k, gradient.Kernel(ProgramKind.Advance).Flops(k) / k),
            (null, false) => (gradient.Kernel(ProgramKind.TokenBackward).Flops(1), 0L, gradient.Kernel(ProgramKind.Gather).Flops(1)),
            _ => (gradient.Kernel(ProgramKind.StepBackward).Flops(k) / k, 0L, gradient.Kernel(ProgramKind.Gather).Flops(k) / k),
        };
        w.Line($"/// <summary>Elements of one head's fast weights{(_optimiser is null ? ": half of its state" : "")}.</summary>");
        w.Line($"public const int WeightsSize = {Numbers.Of(ModelLayout.Weights(_memory))};").Line();
        w.Line("/// <summary>Elements of working memory.</summary>");
        w.Line($"public const int ScratchSize = {Numbers.Of(scratch)};").Line();
        w.Line("/// <summary>Multiplications and additions of the products of a whole mini-batch's gradient, its share of one token.</summary>");
        w.Line($"public const long FlopsPerToken = {Numbers.Of(step)};").Line();
        w.Line("/// <summary>Those of making a mini-batch's state, its share of one token: once, and once more where it is not kept.</summary>");
        w.Line($"public const long AdvanceFlopsPerToken = {Numbers.Of(inner + advance)};").Line();
        if (innerSize is { } size)
        {
            w.Line("/// <summary>Of these the inner gradient, whose outcome is kept for the mini-batches of a group but its last: that one's is computed when the backward pass comes to it.</summary>");
            w.Line($"public const long InnerFlopsPerToken = {Numbers.Of(inner)};").Line();
            w.Line("/// <summary>Elements of a mini-batch's inner gradient.</summary>");
            w.Line($"public const int InnerSize = {Numbers.Of(size)};").Line();
        }
        w.Line($"/// <summary>Elements of memory for checkpoints, whatever the place that a call starts at: one every checkpointEvery mini-batches, and those of one group in between{(innerSize is not null ? ", with the inner gradients of that group" : "")}.</summary>");
        w.Line("public static long CheckpointsSize(int tokens, int checkpointEvery) =>");
        w.Line($"    global::TttGen.Scans.ScanCheckpoints<float>.Size(tokens, checkpointEvery, {Numbers.Of(_memory.MiniBatch)}, {(_optimiser is null ? "WeightsSize" : Numbers.Of(_memory.Carry.HeadSize))}, {(innerSize is not null ? "InnerSize" : "0")});").Line();
    }

    private (List<string> Texts, long Scratch) Methods(IEnumerable<TileKernel> kernels)
    {
        var (texts, scratch) = (new List<string>(), 0L);
        foreach (var kernel in kernels)
        {
            var text = new CodeWriter { Indent = _indent + 1 };
            scratch = Math.Max(scratch, TileKernelEmitter.Emit(kernel, RowsAtOnce, text));
            texts.Add(text.ToString());
        }
        return (texts, scratch);
    }

    private static void Append(CodeWriter w, List<string> methods)
    {
        foreach (var m in methods) w.Line().Written(m);
    }
}
