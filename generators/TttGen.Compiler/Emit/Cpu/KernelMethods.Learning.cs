using TttGen.Compiler.Ir;
using TttGen.Compiler.Language;
using TttGen.Compiler.Scheduling;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit.Cpu;

/// <content>The TTT scan over (sequence, head), and its gradient.</content>
internal sealed partial class KernelMethods
{
    private readonly List<(string Name, long Elements)> _partials = [];

    /// <summary>Gradients that heads add up apart: fields, and their elements.</summary>
    public IReadOnlyList<(string Name, long Elements)> Partials => _partials;

    private LinkedMemory MemoryOf(Learn learn) => _model.Memories.Single(m => m.Name == learn.Memory);

    private void Scan(Learn learn, IReadOnlyDictionary<Node, RowTensor> tensors, KernelLocals locals, NameTable names, CodeWriter w)
    {
        var memory = MemoryOf(learn);
        var scan = _scans[memory.Name];
        var own = Rounded(memory.MiniBatch) + (_learns ? memory.Carry.HeadSize : 0);
        _scratch.Add(Numbers.Of(scan.Scratch + own));
        var (query, key, value, inputs, answers) = (At(learn.Query), At(learn.Key), At(learn.Value), InputsAt(learn, tensors, locals), At(learn));
        TokenRates(learn, tensors, locals, names, w);
        if (_learns) w.Line($"float* state = Scratch(worker) + {Numbers.Of(Rounded(memory.MiniBatch))}; // what a call starts from is kept for its gradient");
        w.Open($"for (int item = worker; item < SliceCount * {Numbers.Of(memory.Heads)}; item += workers)");
        w.Line($"ref BatchSlice slice = ref Slices[item / {Numbers.Of(memory.Heads)}];");
        w.Line($"int head = item % {Numbers.Of(memory.Heads)};");
        w.Line("nint row = slice.First;");
        var place = StatePlace(memory);
        var size = Numbers.Of(memory.Carry.HeadSize);
        w.Line(_learns
            ? $"new ReadOnlySpan<float>(slice.State + {place}, {size}).CopyTo(new Span<float>(state, {size}));"
            : $"float* state = slice.State + {place};");
        var slow = string.Concat(Slow(memory).Select(k => ", " + Weight(memory, k, locals)));
        w.Line($"{memory.Name}Scan.Run<float, V>(slice.Count, (int)(slice.Position % {Numbers.Of(memory.MiniBatch)}), {key}, {value}, {query},");
        w.Line($"    {inputs}, state{slow}, {answers}, Scratch(worker) + {Numbers.Of(own)});");
        if (_learns) w.Line($"if (slice.End != null) new ReadOnlySpan<float>(state, {size}).CopyTo(new Span<float>(slice.End + {place}, {size}));");
        w.Close();

        string At(Node n) => RowsAt(n, memory, tensors, locals);
    }

    /// <summary>Each worker takes whole heads: what the sequences of a batch add up is then added in their order.</summary>
    private void LearnBackward(Learn learn, SequenceGradientKernel kernel, IReadOnlyDictionary<Node, RowTensor> tensors, KernelLocals locals, NameTable names, CodeWriter w)
    {
        var memory = MemoryOf(learn);
        var head = (int)memory.Carry.HeadSize;
        var places = Rounded(memory.MiniBatch);
        _scratch.Add($"{memory.Name}ScanBackward.ScratchSize + {Numbers.Of(places + head)}L");
        var descends = memory.Optimiser is null;
        var rates = descends ? RatePartials(memory) : "";
        var missing = Enumerable.Range(0, learn.Rows.Count).Where(k => kernel.Parts.All(g => g.Operand != k)).ToList();
        if (missing.Count > 0) throw new CompileException("TTT143", $"the gradient by the {learn.NameOf(missing[0])} of {memory.Name}.Learn is asked for by nothing: a query, a key, a value and a rate that are learnt were expected");
        TokenRates(learn, tensors, locals, names, w);
        w.Line($"float* dState = Scratch(worker) + {Numbers.Of(places)}; // [{Numbers.Of(head)}]");
        w.Open($"for (int head = worker; head < {Numbers.Of(memory.Heads)}; head += workers)");
        if (descends)
        {
            w.Line($"float* dTok = _{rates} + head * {Numbers.Of(places)}; // [{Numbers.Of(memory.MiniBatch)}]");
            w.Line($"new Span<float>(dTok, {Numbers.Of(places)}).Clear();");
        }
        foreach (var k in Enumerable.Range(0, memory.Parameters.Count))
        {
            var p = memory.Parameters[k];
            var local = Names.Lower(p.Name) + KernelLocals.GradientOf;
            if (p.Inner > 1) w.Line($"float* {Own(k)} = {locals.Gradient(p.Name)} + head * {Numbers.Of(p.Columns)};");
            else
            {
                // one for all heads: each adds up its own part
                w.Line($"float* {Own(k)} = _{SharedPartials(memory, k)} + head * {Numbers.Of(Rounded(p.Columns))};");
                w.Line($"new Span<float>({Own(k)}, {Numbers.Of(p.Columns)}).Clear();");
            }
        }
        w.Open("for (int s = 0; s < SliceCount; s++)");
        w.Line("ref BatchSlice slice = ref Slices[s];");
        w.Line("nint row = slice.First;");
        w.Line($"new Span<float>(dState, {Numbers.Of(head)}).Clear();");
        var slow = string.Concat(Slow(memory).Select(k => ", " + Weight(memory, k, locals)));
        var ownSlow = string.Concat(Slow(memory).Select(k => ", " + Own(k)));
        string Part(int operand) => At(Gradient(operand));
        string Inputs() => string.Join(", ", learn.Inputs.Select((_, k) => RatesAt(Gradient(Learn.InputsAt + k), tensors, locals))) + (descends ? ", dTok" : "");
        w.Line($"{memory.Name}ScanBackward.Run<float, V>(slice.Count, (int)(slice.Position % {Numbers.Of(memory.MiniBatch)}), {At(learn.Key)}, {At(learn.Value)}, {At(learn.Query)},");
        w.Line($"    {InputsAt(learn, tensors, locals)}, slice.State + {StatePlace(memory)}{slow},");
        w.Line($"    {At(kernel.Output)}, {Part(Learn.KeyAt)}, {Part(Learn.ValueAt)}, {Part(Learn.QueryAt)},");
        w.Line($"    {Inputs()}, dState{ownSlow}, CheckpointEvery, Checkpoints(worker), Scratch(worker) + {Numbers.Of(places + head)});");
        w.Line("// no gradient flows into what was carried here");
        w.Line("if (slice.Position > 0) continue;");
        long at = 0;
        for (var k = 0; k < memory.Model.Weights.Count; k++)
        {
            var weight = memory.Model.Weights[k];
            if (!weight.Fast) continue;
            w.Line($"RowSums.Add<V>(dState{Texts.Plus(at)}, {Own(k)}, {Numbers.Of(memory.Parameters[k].Columns)});");
            at += ModelLayout.Rounded(weight);
        }
        w.Close();
        w.Close();

        string At(Node n) => RowsAt(n, memory, tensors, locals);
        string Own(int k) => Argument.Cotangent(memory.Model.Weights[k].Name);
        SequenceGradient Gradient(int operand) => kernel.Parts.First(g => g.Operand == operand);
    }

    /// <summary>A kernel that looks at a scan's inner loop; answers the line that runs it.</summary>
    private string InnerLossProbe(Learn learn, IReadOnlyDictionary<Node, RowTensor> tensors)
    {
        var memory = MemoryOf(learn);
        var name = "ProbeInnerLoss" + memory.Name;
        var (locals, names, w) = (Locals(), Fresh(), new CodeWriter());
        var head = memory.Carry.HeadSize;
        var own = Rounded(memory.MiniBatch) + head;
        _scratch.Add($"{memory.Name}Losses.ScratchSize + {Numbers.Of(own)}L");
        TokenRates(learn, tensors, locals, names, w);
        w.Line($"float* state = Scratch(worker) + {Numbers.Of(Rounded(memory.MiniBatch))}; // [{Numbers.Of(head)}]");
        w.Open($"for (int head = worker; head < {Numbers.Of(memory.Heads)}; head += workers)");
        w.Line($"double* sums = InnerLossSums({Numbers.Of(_model.Memories.ToList().IndexOf(memory))}, head);");
        w.Open("for (int s = 0; s < SliceCount; s++)");
        w.Line("ref BatchSlice slice = ref Slices[s];");
        w.Line("nint row = slice.First;");
        var (place, size) = (StatePlace(memory), Numbers.Of(head));
        w.Line($"new ReadOnlySpan<float>(slice.State + {place}, {size}).CopyTo(new Span<float>(state, {size}));");
        var slow = string.Concat(Slow(memory).Select(k => ", " + Weight(memory, k, locals)));
        w.Line($"{memory.Name}Losses.Run<float, V>(slice.Count, (int)(slice.Position % {Numbers.Of(memory.MiniBatch)}), {RowsAt(learn.Key, memory, tensors, locals)}, {RowsAt(learn.Value, memory, tensors, locals)},");
        w.Line($"    {InputsAt(learn, tensors, locals)}, InitialState + {place}, state{slow}, sums, Scratch(worker) + {Numbers.Of(own)});");
        w.Close();
        w.Close();
        var id = NextId(name);
        Write(name, $"{Numbers.Of(id)}. inner losses of {memory.Name}: at θ₀, before and after each mini-batch", [], locals, w);
        return $"if (MeasuresInnerLoss) Run({Numbers.Of(id)}); // {name}";
    }

    /// <summary>Gradients of token rates, [heads, mini-batch].</summary>
    private string RatePartials(LinkedMemory memory) => Partial($"{Names.Lower(memory.Name)}TokenRates", (long)memory.Heads * Rounded(memory.MiniBatch));

    /// <summary>Gradients of a weight that all heads share, [heads, its elements].</summary>
    private string SharedPartials(LinkedMemory memory, int weight) =>
        Partial(Names.Lower(memory.Parameters[weight].Name) + "Shares", (long)memory.Heads * Rounded(memory.Parameters[weight].Columns));

    private string Partial(string name, long elements)
    {
        if (_partials.All(p => p.Name != name)) _partials.Add((name, elements));
        return name;
    }

    /// <summary>What a scan is given beside rows: the rates of tokens and places, or an optimiser's inputs.</summary>
    private static string InputsAt(Learn learn, IReadOnlyDictionary<Node, RowTensor> tensors, KernelLocals locals) =>
        string.Join(", ", learn.Inputs.Select(n => RatesAt(n, tensors, locals))) + (learn.TokenRate is null ? "" : ", tok");

    /// <summary>The token rates of all places, into tok; nothing under an optimiser of its own.</summary>
    private void TokenRates(Learn learn, IReadOnlyDictionary<Node, RowTensor> tensors, KernelLocals locals, NameTable names, CodeWriter w)
    {
        if (learn.TokenRate is not { } tokenRate) return;
        w.Line($"float* tok = Scratch(worker); // [{Numbers.Of(MemoryOf(learn).MiniBatch)}]: {Formulas.Of([("tok", tokenRate)], n => KernelSummary.NameOf(n, tensors)).Last()}");
        var places = new KernelAddresses(_layout, locals, tensors, new Dictionary<Node, string>(), null, names);
        Emitted(new RowCode(places, new LanesDialect(places.Element), null, [tokenRate], _ => Address.Pointer("tok"), (hint, size) => KeptRow(hint, size, names, w), names), w).Write(w);
    }

    /// <summary>One head's rows of a tensor from the slice's first on, and the distance between them.</summary>
    private static string RowsAt(Node n, LinkedMemory memory, IReadOnlyDictionary<Node, RowTensor> tensors, KernelLocals locals) =>
        $"{locals.Tensor(tensors[n])} + row * {Numbers.Of(tensors[n].Stride)} + head * {Numbers.Of(memory.Model.Width.Size)}, {Numbers.Of(tensors[n].Stride)}";

    private static string RatesAt(Node n, IReadOnlyDictionary<Node, RowTensor> tensors, KernelLocals locals) =>
        $"{locals.Tensor(tensors[n])} + row * {Numbers.Of(tensors[n].Stride)} + head, {Numbers.Of(tensors[n].Stride)}";

    private string StatePlace(LinkedMemory memory)
    {
        var slot = _states.Of(memory.Carry);
        return $"{(slot.Offset > 0 ? $"{Numbers.Of(slot.Offset)} + " : "")}{(slot.Layers > 1 ? $"Layer * {Numbers.Of(memory.Carry.Size)}L + " : "")}head * {Numbers.Of(memory.Carry.HeadSize)}L";
    }

    private static IEnumerable<int> Slow(LinkedMemory memory) => Enumerable.Range(0, memory.Model.Weights.Count).Where(k => !memory.Model.Weights[k].Fast);

    private static string Weight(LinkedMemory memory, int k, KernelLocals locals)
    {
        var p = memory.Parameters[k];
        return locals.Parameter(p.Name) + (p.Inner > 1 ? $" + head * {Numbers.Of(p.Columns)}" : "");
    }
}
