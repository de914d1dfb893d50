using TttGen.Compiler.Derivation;
using TttGen.Compiler.Ir;
using TttGen.Compiler.Language;
using TttGen.Compiler.Scheduling;

namespace TttGen.Compiler.Emit;

/// <summary>
/// One memory's scan over the tokens of one head: whole mini-batches by the dual form, the rest by its carried variant, or token by token by the
/// primal form where a weight's use is not linear.
/// </summary>
public sealed class ScanEmitter
{
    private readonly LinkedMemory _memory;
    private readonly InnerModel _model;
    private readonly Weight[] _fast;
    private readonly Weight[] _slow;

    private ScanEmitter(LinkedMemory memory)
    {
        _memory = memory;
        _model = memory.Model;
        _fast = [.. _model.Weights.Where(w => w.Fast)];
        _slow = [.. _model.Weights.Where(w => !w.Fast)];
    }

    /// <summary>What was made: the class's text, its working memory, the dual form's cost.</summary>
    public sealed record Scan(string Text, long Scratch, long FlopsPerToken, bool IsDual, string Reason);

    /// <summary>Emits the class.</summary>
    public static Scan Emit(LinkedMemory memory, int indent) => new ScanEmitter(memory).Run(indent);

    private static readonly string[] RowInputs = ["key", "value", "query", "output"];

    private Scan Run(int indent)
    {
        var isDual = DualForm.Covers(_model, out var reason);
        var w = new CodeWriter { Indent = indent };
        long scratch = 0, flops = 0;
        var kernels = new List<TileKernel>();
        if (isDual)
        {
            var form = new DualForm(_model);
            kernels.Add(Schedule(form.Forward("MiniBatch", carried: false, closing: true), "Next", ""));
            kernels.Add(Schedule(form.Forward("Step", carried: true, closing: false), "SumNext", "Sum"));
            flops = kernels[0].Flops(_memory.MiniBatch) / _memory.MiniBatch;
        }
        else
        {
            kernels.Add(Schedule(new PrimalForm(_model).Forward("Token"), "SumNext", "Sum"));
            flops = kernels[0].Flops(_memory.MiniBatch);
        }
        kernels.Add(Schedule(Closing(), "Next", ""));

        w.Line($"/// <summary>{_memory.Name}: {(isDual ? "the dual form" : "the primal form, token by token: " + reason)}. Mini-batches of {_memory.MiniBatch} tokens; {_memory.Heads} heads.</summary>");
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
        return new Scan(w.ToString(), scratch + own, flops, isDual, reason);
    }

    /// <summary>The programs of a memory's scan, scheduled: whole mini-batches (of the dual form), rows of a mini-batch from any place in it, its close.</summary>
    /// <param name="memory">The memory.</param>
    /// <param name="whole">Null where it runs in its primal form.</param>
    /// <param name="step">Rows, or one token of the primal form.</param>
    /// <param name="close">What a mini-batch leaves that was read in parts.</param>
    internal static void Schedule(LinkedMemory memory, out TileKernel? whole, out TileKernel step, out TileKernel close)
    {
        var emitter = new ScanEmitter(memory);
        var form = new DualForm(memory.Model);
        var isDual = DualForm.Covers(memory.Model, out _);
        whole = isDual ? emitter.Schedule(form.Forward("MiniBatch", carried: false, closing: true), "Next", "") : null;
        step = emitter.Schedule(isDual ? form.Forward("Step", carried: true, closing: false) : new PrimalForm(memory.Model).Forward("Token"), "SumNext", "Sum");
        close = emitter.Schedule(emitter.Closing(), "Next", "");
    }

    private TileKernel Schedule(TensorProgram program, string suffix, string state)
    {
        var inPlace = new Dictionary<string, string>();
        foreach (var f in _fast)
        {
            inPlace[f.Name + suffix] = f.Name + state;
            if (suffix == "Next") inPlace[f.Name + "SumNext"] = f.Name + "Sum";
        }
        var rows = program.Inputs.Any(i => i.Name == "key" && i.Rank == 2);
        return TileScheduler.Schedule(program, inPlace, rows ? RowInputs : []);
    }

    /// <summary>What a mini-batch leaves: W − tok(K − 1) G, and no gradients.</summary>
    private TensorProgram Closing()
    {
        var g = new Graph();
        var last = g.Input("tokLast");
        var results = new List<(string, Node)>();
        foreach (var f in _fast)
        {
            var sum = g.Input(f.Name + "Sum", f.Shape);
            results.Add((f.Name + "Next", g.Sub(g.Input(f.Name, f.Shape), g.Mul(last, sum))));
            results.Add((f.Name + "SumNext", g.Zero(f.Shape)));
        }
        return TensorProgram.Of("Close", "The end of a mini-batch that was read in parts: its gradient sum becomes the next one's weights.", g, results);
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
