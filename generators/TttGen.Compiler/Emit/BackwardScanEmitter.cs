using TttGen.Compiler.Derivation;
using TttGen.Compiler.Ir;
using TttGen.Compiler.Language;
using TttGen.Compiler.Scheduling;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit;

/// <summary>
/// The outer gradient of one memory's scan: the state is kept every few mini-batches, recomputed in between, and the mini-batches are walked from the
/// last to the first. The inner gradient of a mini-batch that made the next one's state is there still when the backward pass comes to it.
/// </summary>
public sealed class BackwardScanEmitter
{
    private readonly LinkedMemory _memory;
    private readonly Weight[] _slow;
    private readonly long _weights;
    private readonly long _rows;
    private readonly bool _isDual;
    private readonly IReadOnlyList<TileKernel> _kernels;
    private readonly IReadOnlyList<Input> _shared;

    private BackwardScanEmitter(LinkedMemory memory, ScheduledMemoryGradient scheduled)
    {
        _memory = memory;
        _slow = [.. memory.Model.Weights.Where(w => !w.Fast)];
        _weights = ModelLayout.Weights(memory);
        _rows = (memory.MiniBatch + 15) / 16 * 16;
        (_isDual, _kernels, _shared) = (scheduled.IsDual, scheduled.Kernels, scheduled.Inner);
    }

    /// <summary>What was made.</summary>
    /// <param name="Text">The class.</param>
    /// <param name="FlopsPerToken">Work of the products of a whole mini-batch's gradient, its share of one token.</param>
    /// <param name="AdvanceFlopsPerToken">Work of making a mini-batch's state, its share of one token: once, and once more where it is not kept.</param>
    public sealed record BackwardScan(string Text, long FlopsPerToken, long AdvanceFlopsPerToken);

    /// <summary>Emits the class.</summary>
    public static BackwardScan Emit(LinkedMemory memory, ScheduledMemoryGradient scheduled, int indent) => new BackwardScanEmitter(memory, scheduled).Run(indent);

    private BackwardScan Run(int indent)
    {
        var methods = new List<string>();
        long scratch = 0;
        foreach (var kernel in _kernels)
        {
            var text = new CodeWriter { Indent = indent + 1 };
            scratch = Math.Max(scratch, TileKernelEmitter.Emit(kernel, _memory.MiniBatch, text));
            methods.Add(text.ToString());
        }
        // three rows of numbers; the gradient sum within a mini-batch, or every one of them
        var own = 3 * _rows + (_isDual ? 1 : _memory.MiniBatch + 1) * _weights;

        var w = new CodeWriter { Indent = indent };
        w.Line($"/// <summary>{_memory.Name}: the outer gradient of its scan, second derivatives included.</summary>");
        w.Line(GeneratedCode.Attribute);
        w.Open($"internal static unsafe class {_memory.Name}ScanBackward");
        var k = _memory.MiniBatch;
        var flops = _isDual ? Kernel("MiniBatchBackward").Flops(k) / k : Kernel("TokenBackward").Flops(1);
        var inner = _isDual ? Kernel("InnerGradient").Flops(k) / k : 0;
        var advance = _isDual ? inner + Kernel("Advance").Flops(k) / k : Kernel("Gather").Flops(1);
        Constants(w, own + scratch, flops, advance, inner);
        Driver(w);
        foreach (var m in methods)
        {
            w.Line();
            foreach (var line in m.TrimEnd('\n').Split('\n')) w.Line(line.Length == 0 ? "" : line.Substring(4 * w.Indent));
        }
        w.Close();
        return new(w.ToString(), flops, advance);
    }

    private void Constants(CodeWriter w, long scratch, long flops, long advance, long inner)
    {
        var k = _memory.MiniBatch;
        w.Line("/// <summary>Elements of one head's fast weights: half of its state.</summary>");
        w.Line($"public const int WeightsSize = {Numbers.Of(_weights)};");
        w.Line();
        w.Line("/// <summary>Elements of working memory.</summary>");
        w.Line($"public const int ScratchSize = {Numbers.Of(scratch)};");
        w.Line();
        w.Line("/// <summary>Multiplications and additions of the products of a whole mini-batch's gradient, its share of one token.</summary>");
        w.Line($"public const long FlopsPerToken = {Numbers.Of(flops)};");
        w.Line();
        w.Line("/// <summary>Those of making a mini-batch's state, its share of one token: once, and once more where it is not kept.</summary>");
        w.Line($"public const long AdvanceFlopsPerToken = {Numbers.Of(advance)};");
        w.Line();
        if (_isDual)
        {
            w.Line("/// <summary>Of these the inner gradient, whose outcome is kept for the mini-batches of a group but its last: that one's is computed when the walk back comes to it.</summary>");
            w.Line($"public const long InnerFlopsPerToken = {Numbers.Of(inner)};");
            w.Line();
            w.Line("/// <summary>Elements of a mini-batch's inner gradient.</summary>");
            w.Line($"public const int InnerSize = {Numbers.Of(InnerSize)};");
            w.Line();
        }
        w.Line($"/// <summary>Elements of memory for kept states, whatever the place that a call starts at: one every keepEvery mini-batches, and those of one group in between{(_isDual ? ", with the inner gradients of that group" : "")}.</summary>");
        w.Line("public static long KeptSize(int tokens, int keepEvery) =>");
        w.Line($"    global::TttGen.Scans.ScanCheckpoints<float>.Size(tokens, keepEvery, {Numbers.Of(k)}, WeightsSize, {(_isDual ? "InnerSize" : "0")});");
        w.Line();
    }

    private long InnerSize => _shared.Sum(Rounded);

    /// <summary>Elements that a tensor of a mini-batch's rows takes.</summary>
    private long Rounded(Input tensor) => (tensor.Shape.Aggregate(1L, (size, axis) => size * (axis.IsRows ? _memory.MiniBatch : axis.Size)) + 15) / 16 * 16;

    /// <summary>The gradient over pointers, and the kernels as its driver sees them.</summary>
    private void Driver(CodeWriter w)
    {
        var k = _memory.MiniBatch;
        w.Lines($"""
            /// <summary>
            /// Gradients of a scan over tokens that started at any place in a mini-batch. Those of tokens are set, those of tok and of slow weights added to,
            /// that of the state is replaced: in, by the state after the last token; out, by the state before the first.
            /// </summary>
            /// <param name="tokens">How many.</param>
            /// <param name="place">Tokens of the mini-batch that came before.</param>
            /// <param name="key">[tokens, width], rows keyRow apart; value, query, dOutput and gradients likewise.</param>
            /// <param name="rate">[tokens], rateRow apart: the inner rate of each.</param>
            /// <param name="tok">[mini-batch]: what the gradient sum is scaled by at each place.</param>
            /// <param name="state">The state before the first token: fast weights, then their gradient sums. Left as it is.</param>
            /// <param name="dTok">[mini-batch], added to.</param>
            /// <param name="dState">As state. At place 0 there is no gradient sum: what its gradient holds there is neither read nor of meaning, and comes out as zeros.</param>
            /// <param name="keepEvery">Mini-batches from one kept state to the next, at least 1.</param>
            /// <param name="kept">[KeptSize(tokens, keepEvery)].</param>
            /// <param name="scratch">[ScratchSize].</param>
            """);
        w.Line("public static void Run<T, V>(int tokens, int place, T* key, nint keyRow, T* value, nint valueRow, T* query, nint queryRow,");
        w.Line($"    T* rate, nint rateRow, T* tok, T* state{string.Concat(_slow.Select(s => $", T* {s.Name}"))},");
        w.Line("    T* dOutput, nint dOutputRow, T* dKey, nint dKeyRow, T* dValue, nint dValueRow, T* dQuery, nint dQueryRow,");
        w.Line($"    T* dRate, nint dRateRow, T* dTok, T* dState{string.Concat(_slow.Select(s => $", T* {Vjp.Cotangent(s.Name)}"))}, int keepEvery, T* kept, T* scratch)");
        w.Line("    where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>");
        w.Line($"    global::TttGen.Scans.TttScanBackward.{(_isDual ? "Dual" : "Primal")}<Kernels<T, V>, T>({ScanKernels.Construct(_slow.SelectMany(s => new[] { s.Name, Vjp.Cotangent(s.Name) }).Select(s => (s, s)))}, new()");
        w.Line("    {");
        w.Line("        Tokens = tokens, Place = place, TokenRate = tok, State = state, Scratch = scratch,");
        w.Line("        Key = new(key, keyRow), Value = new(value, valueRow), Query = new(query, queryRow), Rate = new(rate, rateRow),");
        w.Line("    }, new()");
        w.Line("    {");
        w.Line("        TokenRate = dTok, State = dState, CheckpointEvery = keepEvery, Checkpoints = kept, Output = new(dOutput, dOutputRow),");
        w.Line("        Key = new(dKey, dKeyRow), Value = new(dValue, dValueRow), Query = new(dQuery, dQueryRow), Rate = new(dRate, dRateRow),");
        w.Line("    });").Line();

        var adapter = new ScanKernels($"{_memory.Name}ScanBackward", _memory);
        long offset = 0;
        foreach (var tensor in _shared)
        {
            adapter.Inner(tensor.Name, offset);
            offset += Rounded(tensor);
        }
        w.Line("/// <summary>What <see cref=\"global::TttGen.Scans.TttScanBackward\"/> drives.</summary>");
        adapter.Open(w, _isDual ? "global::TttGen.Scans.IDualScanBackwardKernels<T>" : "global::TttGen.Scans.IPrimalScanBackwardKernels<T>", gradients: true);
        if (_isDual) w.Line($"public static int InnerSize => {Numbers.Of(InnerSize)};");
        foreach (var kernel in _kernels) adapter.Method(w, kernel);
        w.Close();
    }

    private TileKernel Kernel(string name) => _kernels.Single(k => k.Program.Name == name);
}
