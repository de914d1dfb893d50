using TttGen.Compiler.Derivation;
using TttGen.Compiler.Ir;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit.Cpu;

/// <summary>
/// One recurrence's scan over a block of channels, forward and back: a struct of kernels that the runtime's drivers run. Registers lie along channels, so that a channel's
/// sum over places needs no sum across lanes.
/// </summary>
internal sealed partial class RecurrenceEmitter
{
    private readonly DerivedRecurrence _derived;
    private readonly Recurrence _recurrence;
    private readonly Graph _g;
    private readonly int _indent;
    private readonly bool _gradients;
    private readonly List<KeptValue> _constants, _values;

    private RecurrenceEmitter(DerivedRecurrence derived, int indent, bool gradients)
    {
        (_derived, _recurrence, _g, _indent, _gradients) = (derived, derived.Recurrence, derived.Recurrence.Graph, indent, gradients);
        _constants = [.. derived.Of(StepLevel.Channel), .. derived.Of(StepLevel.Place)];
        _values = [.. derived.Of(StepLevel.Token)];
    }

    /// <summary>Elements of a state's rows that a block should not pass: half of the nearest cache holds them and what goes with them.</summary>
    private const int BlockElements = 2048;

    /// <summary>Channels that are read at once.</summary>
    public static int Block(Recurrence r) => Math.Min((r.Channels.Size + 15) / 16 * 16, Math.Min(512, Math.Max(64, BlockElements / (r.Places * r.Parts.Count) / 16 * 16)));

    /// <summary>How many blocks the channels are.</summary>
    public static int Blocks(Recurrence r) => (r.Channels.Size + Block(r) - 1) / Block(r);

    /// <summary>The class of the scan.</summary>
    public static string Emit(DerivedRecurrence derived, int indent) => new RecurrenceEmitter(derived, indent, gradients: false).Forward();

    /// <summary>The class of its gradient.</summary>
    public static string EmitBackward(DerivedRecurrence derived, int indent) => new RecurrenceEmitter(derived, indent, gradients: true).Backward();

    private int RowsOf(KeptValue kept) => kept.Level == StepLevel.Place ? _recurrence.Places : 1;

    private int ConstantRows => _constants.Sum(RowsOf);

    private int StateRows => _recurrence.Parts.Count * _recurrence.Places;

    private IEnumerable<StepInput> RowInputs => _recurrence.Inputs.Where(i => i.Kind is StepInputKind.ChannelRows or StepInputKind.PlaceRows);

    private IEnumerable<StepInput> Others => _recurrence.Inputs.Where(i => i.Kind is not (StepInputKind.ChannelRows or StepInputKind.PlaceRows));

    private static bool IsWeight(StepInput i) => i.Kind is StepInputKind.ChannelWeight or StepInputKind.PlaceWeight;

    private static string Field(string name) => "_" + name;

    private string Forward()
    {
        var name = _recurrence.Name + "Recurrence";
        var w = new CodeWriter { Indent = _indent };
        w.Line($"/// <summary>{_recurrence.Name}: an elementwise recurrence over {Numbers.Of(_recurrence.Channels.Size)} channels of {Numbers.Of(_recurrence.Places)} places each.</summary>");
        w.Line("/// <remarks>");
        foreach (var line in Formulas.Of([.. _recurrence.Parts.Zip(_recurrence.Next, (p, n) => (p.Name + "Next", n)), ("answer", _recurrence.Answer)], n => n is Input input ? input.Name : null))
            w.Line($"/// {Texts.Xml(line)}<br/>");
        w.Line("/// </remarks>");
        w.Line(GeneratedCode.Attribute);
        w.Open($"internal static unsafe class {name}");
        Sizes(w, "RecurrenceScan");
        w.Lines("""
            /// <summary>Reads tokens: those of one block of channels.</summary>
            /// <param name="tokens">How many.</param>
            /// <param name="channel">The block's first channel.</param>
            /// <param name="state">[parts, places, channels]: before the first token.</param>
            /// <param name="stateEnd">As much, perhaps the same memory: after the last; null: nobody asks for it.</param>
            /// <param name="scratch">[ScratchSize].</param>
            """);
        w.Line($"public static void Run<T, V>(int tokens, int channel, {RowParameters(i => i.Name)}{Parameters(i => i.Name)}T* answers, nint answersRow, T* state, T* stateEnd, T* scratch)");
        w.Line("    where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>");
        w.Line($"    global::TttGen.Scans.RecurrenceScan.Run<Kernels<T, V>, T>({Construct([])}, tokens, channel, state, stateEnd, scratch);").Line();
        Kernels(w, "IRecurrenceKernels");
        Constants(w);
        Token(w, "Token", answers: true);
        w.Close();
        w.Close();
        return w.ToString();
    }

    private string Backward()
    {
        var name = _recurrence.Name + "RecurrenceBackward";
        var w = new CodeWriter { Indent = _indent };
        w.Line($"/// <summary>{_recurrence.Name}: the gradient of its scan.</summary>");
        w.Line(GeneratedCode.Attribute);
        w.Open($"internal static unsafe class {name}");
        Sizes(w, "RecurrenceScanBackward");
        w.Line("/// <summary>Elements of memory for saved states.</summary>");
        w.Line($"public static long CheckpointsSize(int tokens) => global::TttGen.Scans.RecurrenceScanBackward.CheckpointsSize(tokens, Block, {Numbers.Of(StateRows)});").Line();
        w.Lines("""
            /// <summary>
            /// Gradients of a scan: those of one block of channels. Those of rows are set, of rows of places one part a block of channels; those of parameters are added to.
            /// </summary>
            /// <param name="tokens">How many.</param>
            /// <param name="channel">The block's first channel.</param>
            /// <param name="state">[parts, places, channels]: before the first token. Left as it is.</param>
            /// <param name="checkpoints">[CheckpointsSize(tokens)].</param>
            /// <param name="scratch">[ScratchSize].</param>
            """);
        w.Line($"public static void Run<T, V>(int tokens, int channel, {RowParameters(i => i.Name)}{Parameters(i => i.Name)}T* dAnswers, nint dAnswersRow,");
        w.Line($"    {RowParameters(i => Argument.Cotangent(i.Name))}{string.Concat(Others.Where(IsWeight).Select(i => $"T* {Argument.Cotangent(i.Name)}, "))}T* state, T* checkpoints, T* scratch)");
        w.Line("    where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T> =>");
        var gradients = RowInputs.Select(i => (Argument.Cotangent(i.Name), Views(Argument.Cotangent(i.Name)))).Concat(Others.Where(IsWeight).Select(i => (Argument.Cotangent(i.Name), Argument.Cotangent(i.Name))));
        w.Line($"    global::TttGen.Scans.RecurrenceScanBackward.Run<Kernels<T, V>, T>({Construct(gradients)}, tokens, channel, state, checkpoints, scratch);").Line();
        Kernels(w, "IRecurrenceBackwardKernels");
        Constants(w);
        Token(w, "Advance", answers: false);
        TokenBackward(w);
        ConstantsBackward(w);
        w.Close();
        w.Close();
        return w.ToString();
    }

    // ---- what surrounds the kernels

    private void Sizes(CodeWriter w, string driver)
    {
        w.Line("/// <summary>Channels that are read at once.</summary>");
        w.Line($"public const int Block = {Numbers.Of(Block(_recurrence))};").Line();
        w.Line("/// <summary>Elements of working memory.</summary>");
        w.Line($"public static long ScratchSize => global::TttGen.Scans.{driver}.ScratchSize(Block, {Numbers.Of(StateRows)}, {Numbers.Of(ConstantRows)}, {Numbers.Of(_values.Count)});").Line();
    }

    private string RowParameters(Func<StepInput, string> name) => string.Concat(RowInputs.Select(i => $"T* {name(i)}, nint {name(i)}Row, "));

    private string Parameters(Func<StepInput, string> name) => string.Concat(Others.Select(i => $"T{(IsWeight(i) ? "*" : "")} {name(i)}, "));

    private static string Views(string name) => $"new({name}, {name}Row)";

    private string Construct(IEnumerable<(string Name, string Value)> gradients)
    {
        var answers = _gradients ? "dAnswers" : "answers";
        IEnumerable<(string Name, string Value)> fields = [.. RowInputs.Select(i => (i.Name, Views(i.Name))), .. Others.Select(i => (i.Name, i.Name)), (answers, Views(answers)), .. gradients];
        return $"new() {{ {string.Join(", ", fields.Select(f => $"{Field(f.Name)} = {f.Value}"))} }}";
    }

    private void Kernels(CodeWriter w, string contract)
    {
        w.Line($"/// <summary>What <see cref=\"global::TttGen.Scans.{(_gradients ? "RecurrenceScanBackward" : "RecurrenceScan")}\"/> drives.</summary>");
        w.Open($"internal struct Kernels<T, V> : global::TttGen.Scans.{contract}<T> where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T>");
        string[] views = [.. RowInputs.Select(i => Field(i.Name)), Field(_gradients ? "dAnswers" : "answers"), .. _gradients ? RowInputs.Select(i => Field(Argument.Cotangent(i.Name))) : []];
        w.Line($"public global::TttGen.Scans.RowView<T> {string.Join(", ", views)};");
        foreach (var i in Others)
            w.Line(IsWeight(i)
                ? $"public T* {Field(i.Name)}{(_gradients ? $", {Field(Argument.Cotangent(i.Name))}" : "")}; // [{(i.Kind == StepInputKind.PlaceWeight ? $"{Numbers.Of(_recurrence.Places)}, " : "")}{Numbers.Of(_recurrence.Channels.Size)}]"
                : $"public T {Field(i.Name)};");
        w.Line($"public static int Channels => {Numbers.Of(_recurrence.Channels.Size)};");
        w.Line($"public static int Block => {Numbers.Of(Block(_recurrence))};");
        w.Line($"public static int StateRows => {Numbers.Of(StateRows)}; // {string.Join(", ", _recurrence.Parts.Select(p => p.Name))}: {Numbers.Of(_recurrence.Places)} each");
        w.Line($"public static int ConstantRows => {Numbers.Of(ConstantRows)};");
        w.Line($"public static int TokenRows => {Numbers.Of(_values.Count)};");
    }

    // ---- kernels

    private void Constants(CodeWriter w)
    {
        var body = new Body(this);
        body.Rows([.. _derived.Of(StepLevel.Channel).Where(k => k.IsMade).Select(k => (k.Node, body.Value(k)))], []);
        body.InPlaces(() => body.Rows([.. _derived.Of(StepLevel.Place).Where(k => k.IsMade).Select(k => (k.Node, body.Value(k)))], []));
        body.Write(w, "Constants(in global::TttGen.Scans.RecurrenceBlock<T> block)");
    }

    private void Token(CodeWriter w, string method, bool answers)
    {
        var body = new Body(this);
        var one = _recurrence.Places == 1;
        body.Rows([.. _values.Where(k => k.IsMade).Select(k => (k.Node, body.Value(k)))], []);
        if (answers && !one) body.Line($"new Span<T>({body.TokenRows("answers")}, columns).Clear();");
        body.InPlaces(() =>
        {
            var stores = _derived.Next.Select((n, k) => (n, body.State("next", k))).ToList();
            if (answers && one) stores.Add((_derived.Answer, Address.Pointer(body.TokenRows("answers"))));
            body.Rows(stores, answers && !one ? [new SumTarget(_derived.Answer, Scheduling.Access.Shared, Address.Pointer(body.TokenRows("answers")))] : []);
        });
        body.Write(w, $"{method}(in global::TttGen.Scans.RecurrenceBlock<T> block, int token, T* state, T* next)");
    }

    private void TokenBackward(CodeWriter w)
    {
        var body = new Body(this);
        var dAnswer = _g.Input("dAnswers", _recurrence.Channels);
        Node[] dNext = [.. _recurrence.Parts.Select(p => _g.Input(Argument.Cotangent(p.Name) + "Next", _recurrence.Channels))];
        StepInput[] places = [.. _recurrence.Inputs.Where(i => i.Kind == StepInputKind.PlaceRows)];
        body.TokenInput(dAnswer, "dAnswers");
        for (var k = 0; k < dNext.Length; k++) body.StateInput((Input)dNext[k], "dNext", k);
        var gradients = _derived.ElementGradient(dNext, dAnswer, [.. _recurrence.Parts, .. _derived.Kept.Select(k => k.Node), .. places.Select(_recurrence.NodeOf)]);
        var parts = _recurrence.Parts.Count;
        var stored = DerivedRecurrence.Apart(_g, gradients.Take(parts).Concat(gradients.Skip(parts + _derived.Kept.Count)));
        body.Rows([.. _values.Where(k => k.IsMade).Select(k => (k.Node, body.Value(k)))], []);
        if (_values.Count > 0) body.Line($"new Span<T>(block.ValueGradients, {Numbers.Of(_values.Count)} * Block).Clear();");
        body.InPlaces(() => body.Rows(
            [
                .. stored.Take(parts).Select((n, k) => (n, body.State("dState", k))),
                .. stored.Skip(parts).Zip(places, (n, i) => (n, Address.Number(Expr.Element(Expr.Name(body.PlaceGradient(i)), Expr.Name("place"))))),
            ],
            [.. _derived.Kept.Select((k, at) => (k, Gradient: gradients[parts + at])).Where(g => g.Gradient is not Zero).Select(g => body.Sum(g.Gradient, body.Gradient(g.k)))]));
        // what the token's values are made of
        StepInput[] rows = [.. _recurrence.Inputs.Where(i => i.Kind == StepInputKind.ChannelRows)];
        KeptValue[] shared = [.. _derived.Of(StepLevel.Channel)];
        var own = _derived.LevelGradient(StepLevel.Token, [.. rows.Select(_recurrence.NodeOf), .. shared.Select(k => k.Node)]);
        var whole = DerivedRecurrence.Apart(_g, rows.Select((i, k) => Whole(i, own[k])));
        body.Rows([.. whole.Zip(rows, (n, i) => (n, Address.Pointer(body.TokenRows(Argument.Cotangent(i.Name)))))],
            [.. shared.Select((k, at) => (k, Gradient: own[rows.Length + at])).Where(g => g.Gradient is not Zero).Select(g => body.Sum(g.Gradient, body.Gradient(g.k)))]);
        body.Write(w, "TokenBackward(in global::TttGen.Scans.RecurrenceBlock<T> block, int token, T* state, T* dNext, T* dState)");
    }

    private void ConstantsBackward(CodeWriter w)
    {
        var body = new Body(this);
        StepInput[] places = [.. _recurrence.Inputs.Where(i => i.Kind == StepInputKind.PlaceWeight)], channels = [.. _recurrence.Inputs.Where(i => i.Kind == StepInputKind.ChannelWeight)];
        KeptValue[] shared = [.. _derived.Of(StepLevel.Channel)];
        var ofPlaces = _derived.LevelGradient(StepLevel.Place, [.. places.Select(_recurrence.NodeOf), .. shared.Select(k => k.Node)]);
        body.InPlaces(() => body.Rows([],
            [
                .. places.Select((i, k) => (i, Gradient: Whole(i, ofPlaces[k]))).Where(g => g.Gradient is not Zero).Select(g => body.Sum(g.Gradient, body.WeightGradient(g.i))),
                .. shared.Select((k, at) => (k, Gradient: ofPlaces[places.Length + at])).Where(g => g.Gradient is not Zero).Select(g => body.Sum(g.Gradient, body.Gradient(g.k))),
            ]));
        var ofChannels = _derived.LevelGradient(StepLevel.Channel, [.. channels.Select(_recurrence.NodeOf)]);
        body.Rows([], [.. channels.Select((i, k) => (i, Gradient: Whole(i, ofChannels[k]))).Where(g => g.Gradient is not Zero).Select(g => body.Sum(g.Gradient, body.WeightGradient(g.i)))]);
        body.Write(w, "ConstantsBackward(in global::TttGen.Scans.RecurrenceBlock<T> block)");
    }

    /// <summary>An input's gradient: by what elements read of it themselves, and by what is made of it.</summary>
    private Node Whole(StepInput input, Node made) => _derived.Kept.FirstOrDefault(k => k.Node == _recurrence.NodeOf(input)) is { } read ? _g.Add(read.Gradient, made) : made;
}
