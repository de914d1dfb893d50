using TttGen.Compiler.Ir;
using TttGen.Compiler.Language;
using TttGen.Compiler.Scheduling;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit;

/// <summary>
/// One memory's scan over the tokens of one head: whole mini-batches by the dual form, the rest by its carried variant, or token by token by the
/// primal form where a weight's use is not linear.
/// </summary>
public sealed class ScanEmitter
{
    private readonly LinkedMemory _memory;
    private readonly ScheduledMemory _scheduled;
    private readonly InnerModel _model;
    private readonly Weight[] _slow;

    private ScanEmitter(LinkedMemory memory, ScheduledMemory scheduled)
    {
        (_memory, _scheduled) = (memory, scheduled);
        _model = memory.Model;
        _slow = [.. _model.Weights.Where(w => !w.Fast)];
    }

    /// <summary>What was made: the class's text, its working memory, the dual form's cost, the method of TttScan that drives it.</summary>
    public sealed record Scan(string Text, long Scratch, long FlopsPerToken, bool IsDual, string Reason, string Driver);

    /// <summary>Emits the class.</summary>
    public static Scan Emit(LinkedMemory memory, ScheduledMemory scheduled, int indent) => new ScanEmitter(memory, scheduled).Run(indent);

    private Scan Run(int indent)
    {
        var (isDual, kernels) = (_scheduled.IsDual, _scheduled.Kernels);
        var w = new CodeWriter { Indent = indent };
        long scratch = 0;
        var flops = kernels[0].Flops(_memory.MiniBatch) / (isDual ? _memory.MiniBatch : 1);

        w.Line($"/// <summary>{_memory.Name}: {(isDual ? "the dual form" : "the primal form, token by token: " + _scheduled.PrimalReason)}. Mini-batches of {_memory.MiniBatch} tokens; {_memory.Heads} heads.</summary>");
        w.Line("/// <remarks>");
        foreach (var line in Formulas.Of([("predict", _model.Predict), ("loss", _model.Loss)], n => n is Input input ? input.Name : null))
            w.Line($"/// {TileKernelEmitter.Xml(line)}<br/>");
        w.Line("/// </remarks>");
        w.Line(GeneratedCode.Attribute);
        w.Open($"internal static unsafe class {_memory.Name}Scan");
        w.Line("/// <summary>Tokens of a mini-batch.</summary>");
        w.Line($"public const int MiniBatchTokens = {Numbers.Of(_memory.MiniBatch)};");
        w.Line();
        w.Line("/// <summary>Elements of one head's state: fast weights, then their gradient sums since the mini-batch began.</summary>");
        w.Line($"public const int StateSize = {Numbers.Of(ModelLayout.HeadState(_memory))};");
        w.Line();
        var methods = new List<string>();
        foreach (var kernel in kernels)
        {
            var text = new CodeWriter { Indent = indent + 1 };
            scratch = Math.Max(scratch, TileKernelEmitter.Emit(kernel, _memory.MiniBatch, text));
            methods.Add(text.ToString());
        }
        var own = (_memory.MiniBatch + 15) / 16 * 16;
        w.Line("/// <summary>Elements of working memory.</summary>");
        w.Line($"public const int ScratchSize = {Numbers.Of(scratch + own)};");
        w.Line();
        Driver(w, isDual, kernels);
        foreach (var m in methods)
        {
            w.Line();
            foreach (var line in m.TrimEnd('\n').Split('\n')) w.Line(line.Length == 0 ? "" : line.Substring(4 * w.Indent));
        }
        w.Close();
        return new Scan(w.ToString(), scratch + own, flops, isDual, _scheduled.PrimalReason, isDual ? "Dual" : "Primal");
    }

    /// <summary>The scan over pointers, and the kernels as its driver sees them.</summary>
    private void Driver(CodeWriter w, bool isDual, IReadOnlyList<TileKernel> kernels)
    {
        w.Lines("""
            /// <summary>Reads tokens, from any place in a mini-batch.</summary>
            /// <param name="tokens">How many.</param>
            /// <param name="place">Tokens of the mini-batch that came before.</param>
            /// <param name="key">[tokens, width], rows keyRow apart; value, query and output likewise.</param>
            /// <param name="rate">[tokens], rateRow apart: the inner rate of each.</param>
            /// <param name="tok">[mini-batch]: what the gradient sum is scaled by at each place.</param>
            /// <param name="state">[StateSize].</param>
            /// <param name="scratch">[ScratchSize].</param>
            """);
        var slow = string.Concat(_slow.Select(s => $", T* {s.Name}"));
        w.Line("public static void Run<T, V>(int tokens, int place, T* key, nint keyRow, T* value, nint valueRow, T* query, nint queryRow,");
        w.Line($"    T* rate, nint rateRow, T* tok, T* state{slow}, T* output, nint outputRow, T* scratch)");
        w.Line("    where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>");
        w.Line($"    global::TttGen.Scans.TttScan.{(isDual ? "Dual" : "Primal")}<Kernels<T, V>, T>({ScanKernels.Construct(_slow.Select(s => (s.Name, s.Name)))}, new()");
        w.Line("    {");
        w.Line("        Tokens = tokens, Place = place, TokenRate = tok, State = state, Scratch = scratch,");
        w.Line("        Key = new(key, keyRow), Value = new(value, valueRow), Query = new(query, queryRow), Output = new(output, outputRow), Rate = new(rate, rateRow),");
        w.Line("    });").Line();

        var adapter = new ScanKernels($"{_memory.Name}Scan", _memory);
        w.Line("/// <summary>What <see cref=\"global::TttGen.Scans.TttScan\"/> drives.</summary>");
        adapter.Open(w, isDual ? "global::TttGen.Scans.IDualScanKernels<T>" : "global::TttGen.Scans.IPrimalScanKernels<T>");
        foreach (var kernel in kernels) adapter.Method(w, kernel);
        w.Close();
    }
}
