using TttGen.Compiler.Derivation;
using TttGen.Compiler.Ir;
using TttGen.Compiler.Language;
using TttGen.Compiler.Scheduling;

namespace TttGen.Compiler.Emit;

/// <summary>
/// The outer gradient of one memory's scan: the state is kept every few mini-batches, made again in between, and the mini-batches are walked from the
/// last to the first. The inner gradient of a mini-batch that made the next one's state is there still when the walk back comes to it.
/// </summary>
public sealed class BackwardScanEmitter
{
    private readonly LinkedMemory _memory;
    private readonly Weight[] _fast, _slow;
    private readonly long _weights;
    private readonly long _rows;
    private readonly bool _isDual;
    private IReadOnlyList<TileKernel> _kernels = [];
    private IReadOnlyList<Input> _shared = [];

    private BackwardScanEmitter(LinkedMemory memory)
    {
        _memory = memory;
        _fast = [.. memory.Model.Weights.Where(w => w.Fast)];
        _slow = [.. memory.Model.Weights.Where(w => !w.Fast)];
        _weights = ModelLayout.HeadState(memory) / 2;
        _rows = (memory.MiniBatch + 15) / 16 * 16;
        _isDual = DualForm.Covers(memory.Model, out _);
    }

    /// <summary>What was made.</summary>
    /// <param name="Text">The class.</param>
    /// <param name="FlopsPerToken">Work of the products of a whole mini-batch's gradient, its share of one token.</param>
    /// <param name="AdvanceFlopsPerToken">Work of making a mini-batch's state, its share of one token: once, and once more where it is not kept.</param>
    public sealed record BackwardScan(string Text, long FlopsPerToken, long AdvanceFlopsPerToken);

    /// <summary>Emits the class.</summary>
    public static BackwardScan Emit(LinkedMemory memory, int indent) => new BackwardScanEmitter(memory).Run(indent);

    private static readonly string[] Strided = ["key", "value", "query", "dOutput", "dKey", "dValue", "dQuery"];

    private BackwardScan Run(int indent)
    {
        var gradient = new OuterGradient(_memory.Model);
        var sums = _fast.ToDictionary(f => f.Name + "SumNext", f => f.Name + "Sum");
        if (_isDual)
        {
            var shared = SharedGradient.Of(_memory.Model, Strided);
            _shared = shared.Kept;
            _kernels =
            [
                Schedule(new(shared.Inner, new Dictionary<string, string>())), Schedule(shared.Advance), Schedule(shared.Backward),
                Schedule(new(new DualForm(_memory.Model).Forward("Gather", carried: true, closing: false, outputs: false), sums)), Schedule(gradient.Step()),
                Schedule(gradient.Close()), Schedule(gradient.CloseBackward()),
            ];
        }
        else
        {
            _kernels =
            [
                Schedule(new(new PrimalForm(_memory.Model).Forward("Gather", outputs: false), sums)), Schedule(gradient.Token()),
                Schedule(gradient.Close()), Schedule(gradient.CloseBackward()),
            ];
        }

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
        if (_isDual) Dual(w, own);
        else Primal(w, own);
        foreach (var m in methods)
        {
            w.Line();
            foreach (var line in m.TrimEnd('\n').Split('\n')) w.Line(line.Length == 0 ? "" : line.Substring(4 * w.Indent));
        }
        w.Close();
        return new(w.ToString(), flops, advance);
    }

    private static TileKernel Schedule(InPlaceProgram p)
    {
        var rows = p.Program.Inputs.Any(i => i.Name == "key" && i.Rank == 2);
        return TileScheduler.Schedule(p.Program, p.InPlace, rows ? Strided : []);
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
        w.Open("public static long KeptSize(int tokens, int keepEvery)");
        w.Line($"int parts = (tokens + {Numbers.Of(2 * k - 2)}) / {Numbers.Of(k)};");
        w.Line($"return StatesSize(parts, keepEvery){(_isDual ? " + (long)InnerSize * Math.Min(keepEvery, parts)" : "")};");
        w.Close();
        w.Line();
        w.Line("private static long StatesSize(int parts, int keepEvery) => (long)WeightsSize * Math.Max(0, (parts - 1) / keepEvery + Math.Min(keepEvery, parts) - 1);");
        w.Line();
    }

    private long InnerSize => _shared.Sum(Rounded);

    /// <summary>Elements that a tensor of a mini-batch's rows takes.</summary>
    private long Rounded(Input tensor) => (tensor.Shape.Aggregate(1L, (size, axis) => size * (axis.IsRows ? _memory.MiniBatch : axis.Size)) + 15) / 16 * 16;

    private void Head(CodeWriter w, long own)
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
        w.Line($"    T* dRate, nint dRateRow, T* dTok, T* dState{string.Concat(_slow.Select(s => $", T* d{s.Name}"))}, int keepEvery, T* kept, T* scratch)");
        w.Line("    where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T>");
        w.Open("");
        w.Line("if (tokens == 0) return;");
        Pointers(w, "d", "dState", 0);
        Pointers(w, "d", "dState", 1);
        w.Line($"T tokLast = tok[{Numbers.Of(k - 1)}];");
        w.Line($"T* dTokLast = dTok + {Numbers.Of(k - 1)};");
        if (_isDual)
        {
            w.Line("T* lr = scratch;");
            w.Line($"T* dLr = scratch + {Numbers.Of(_rows)};");
            w.Line($"T* lastOfRows = scratch + {Numbers.Of(2 * _rows)};");
            w.Line($"new Span<T>(lastOfRows, {Numbers.Of(k)}).Fill(tokLast);");
        }
        w.Line($"T* sums = scratch + {Numbers.Of(3 * _rows)}; // {(_isDual ? "the gradient sum" : "the gradient sum before each token, and after the last")}");
        w.Line($"scratch += {Numbers.Of(own)};");
        w.Line("// parts: what of each mini-batch is among the tokens");
        w.Line($"int parts = (place + tokens + {Numbers.Of(k - 1)}) / {Numbers.Of(k)}, groups = (parts - 1) / keepEvery + 1;");
        w.Line("for (int part = 0; part + 1 < parts; part++) Next(part);");
        w.Open("for (int part = parts - 1; part >= 0; part--)");
        w.Line("// the states inside a group, from its first one");
        w.Open("if (part % keepEvery == keepEvery - 1 && part + 1 < parts)");
        w.Line("for (int again = part - keepEvery + 1; again < part; again++) Next(again);");
        w.Close();
        w.Line("Back(part);");
        w.Close();
        w.Line("if (place == 0) new Span<T>(dState + WeightsSize, WeightsSize).Clear();");
        w.Line();
        w.Line("T* Start(int part) => part == 0 ? state");
        w.Line("    : part % keepEvery == 0 ? kept + (part / keepEvery - 1) * (nint)WeightsSize");
        w.Line("    : kept + (groups - 2 + part % keepEvery) * (nint)WeightsSize;");
        w.Line();
        w.Open("int Range(int part, out int from, out int at)");
        w.Line($"from = Math.Max(0, part * {Numbers.Of(k)} - place);");
        w.Line("at = part == 0 ? place : 0;");
        w.Line($"return Math.Min({Numbers.Of(k)} - at, tokens - from);");
        w.Close();
        w.Line();
        w.Open("void SumsAtStart(int part)");
        w.Line("if (part == 0 && place > 0) Copy(state + WeightsSize, sums);");
        w.Line("else new Span<T>(sums, WeightsSize).Clear();");
        w.Close();
        w.Line();
        w.Line("static void Copy(T* from, T* to) => new ReadOnlySpan<T>(from, WeightsSize).CopyTo(new Span<T>(to, WeightsSize));");
    }

    private void Dual(CodeWriter w, long own)
    {
        var k = Numbers.Of(_memory.MiniBatch);
        Head(w, own);
        w.Line();
        w.Line("// the state after a mini-batch, from the one before it");
        w.Open("void Next(int part)");
        w.Line("int n = Range(part, out int t, out int at);");
        w.Line("Copy(Start(part), Start(part + 1));");
        w.Line("for (int i = 0; i < n; i++) lr[i] = rate[(t + i) * rateRow];");
        Pointers(w, "", "Start(part + 1)", 0);
        w.Open($"if (n == {k})");
        InnerPointers(w);
        w.Line(Call("InnerGradient", "n"));
        w.Line(Call("Advance", "n"));
        w.Close();
        w.Open("else");
        Pointers(w, "", "sums", 1);
        w.Line("SumsAtStart(part);");
        w.Line(Call("Gather", "n"));
        w.Line(Call("Close", "n"));
        w.Close();
        w.Close();
        w.Line();
        w.Open("void Back(int part)");
        w.Line("int n = Range(part, out int t, out int at);");
        w.Line("for (int i = 0; i < n; i++) lr[i] = rate[(t + i) * rateRow];");
        Pointers(w, "", "Start(part)", 0);
        w.Open($"if (n == {k})");
        InnerPointers(w);
        w.Line("// the last of a group made no state");
        w.Line($"if (part % keepEvery == keepEvery - 1 || part + 1 == parts) {Call("InnerGradient", "n")}");
        w.Line(Call("MiniBatchBackward", "n"));
        w.Close();
        w.Open("else");
        Pointers(w, "", "sums", 1);
        w.Line("SumsAtStart(part);");
        w.Open($"if (at + n == {k})");
        w.Line(Call("Gather", "n"));
        w.Line(Call("CloseBackward", "n"));
        w.Line("SumsAtStart(part);");
        w.Close();
        w.Line(Call("StepBackward", "n"));
        w.Close();
        w.Line("for (int i = 0; i < n; i++) dRate[(t + i) * dRateRow] = dLr[i];");
        w.Close();
        w.Close();
    }

    private void Primal(CodeWriter w, long own)
    {
        var k = Numbers.Of(_memory.MiniBatch);
        Head(w, own);
        w.Line();
        w.Line("// the state after a mini-batch, from the one before it");
        w.Open("void Next(int part)");
        w.Line("Gathered(part);");
        w.Line("int n = Range(part, out int t, out int at);");
        w.Line("Copy(Start(part), Start(part + 1));");
        Pointers(w, "", "Start(part + 1)", 0);
        Pointers(w, "", "(sums + n * (nint)WeightsSize)", 1);
        w.Line(Call("Close", "1"));
        w.Close();
        w.Line();
        w.Line("// the gradient sum before each token");
        w.Open("void Gathered(int part)");
        w.Line("int n = Range(part, out int t, out int at);");
        w.Line("SumsAtStart(part);");
        Pointers(w, "", "Start(part)", 0);
        w.Open("for (int i = 0; i < n; i++, t++, at++)");
        w.Line("Copy(sums + i * (nint)WeightsSize, sums + (i + 1) * (nint)WeightsSize);");
        Pointers(w, "", "(sums + (i + 1) * (nint)WeightsSize)", 1);
        w.Line(Call("Gather", "1"));
        w.Close();
        w.Close();
        w.Line();
        w.Open("void Back(int part)");
        w.Line("Gathered(part);");
        w.Line("int n = Range(part, out int t, out int at);");
        Pointers(w, "", "Start(part)", 0);
        w.Open($"if (at + n == {k})");
        Pointers(w, "", "(sums + n * (nint)WeightsSize)", 1);
        w.Line(Call("CloseBackward", "1"));
        w.Close();
        w.Line("t += n;");
        w.Line("at += n;");
        w.Open("for (int i = n - 1; i >= 0; i--)");
        w.Line("t--;");
        w.Line("at--;");
        Pointers(w, "", "(sums + i * (nint)WeightsSize)", 1);
        w.Line(Call("TokenBackward", "1"));
        w.Close();
        w.Close();
        w.Close();
    }

    /// <summary>One half of a state, or of its gradient: fast weights, or their gradient sums.</summary>
    private void Pointers(CodeWriter w, string prefix, string from, int half)
    {
        var offset = prefix.Length > 0 ? half * _weights : 0;
        foreach (var f in _fast)
        {
            w.Line($"T* {prefix}{f.Name}{(half == 0 ? "" : "Sum")} = {from}{TileKernelEmitter.Plus(offset)}; // [{string.Join(", ", f.Shape)}]");
            offset += ModelLayout.Rounded(f);
        }
    }

    /// <summary>A mini-batch's inner gradient: those of a group lie after the kept states.</summary>
    private void InnerPointers(CodeWriter w)
    {
        w.Line("T* inner = kept + StatesSize(parts, keepEvery) + part % keepEvery * (nint)InnerSize;");
        long offset = 0;
        foreach (var tensor in _shared)
        {
            w.Line($"T* {tensor.Name} = inner{TileKernelEmitter.Plus(offset)}; // [{string.Join(", ", tensor.Shape.Select(a => a.IsRows ? "n" : a.ToString()))}]");
            offset += Rounded(tensor);
        }
    }

    private TileKernel Kernel(string name) => _kernels.Single(k => k.Program.Name == name);

    private string Call(string kernel, string n)
    {
        var arguments = Kernel(kernel).Parameters.Select(p => (p.Name, p.Shape.Length) switch
        {
            ("key" or "value" or "query" or "dOutput" or "dKey" or "dValue" or "dQuery", 2) => $"{p.Name} + t * {p.Name}Row, {p.Name}Row",
            ("key" or "value" or "query" or "dOutput" or "dKey" or "dValue" or "dQuery", _) => $"{p.Name} + t * {p.Name}Row",
            ("lr", 0) => "rate[t * rateRow]",
            ("dLr", 0) => "dRate + t * dRateRow",
            ("tok", 0) => "tok[at]",
            ("tok", _) => "tok + at",
            ("dTok", _) => "dTok + at",
            ("tokLast", 1) => "lastOfRows",
            (SharedGradient.Last, 0) => "tokLast",
            _ => p.Name,
        });
        return $"{kernel}<T, V>({n}, {string.Join(", ", arguments)}, scratch);";
    }
}
