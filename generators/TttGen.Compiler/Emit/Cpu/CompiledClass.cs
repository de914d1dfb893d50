using TttGen.Compiler.Language;
using TttGen.Compiler.Scheduling;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit.Cpu;

/// <summary>The class that runs a model: its parameters, rows in memory, settings and states.</summary>
internal sealed class CompiledClass(
    ModelSource source, LinkedModel model, ModelLayout layout, CarryLayout states, IReadOnlyList<(LinkedSegment Segment, RowSchedule Schedule)> segments, ModelFiles files)
{
    /// <summary>Everything but the kernels.</summary>
    public string Text()
    {
        var w = new CodeWriter { Indent = files.Depth - 1 };
        files.Open(w);
        w.Line(GeneratedCode.Attribute);
        w.Open("private sealed unsafe partial class Compiled : CompiledModel");
        w.Line("/// <summary>Every parameter: key, shape, how it is kept, how many layers have it, columns, inner size, where a fresh one starts.</summary>");
        w.Line("public static readonly ParameterSlot[] ParameterSlots =").Line("[");
        foreach (var p in model.Parameters) w.Line($"    {Slot(p)},");
        w.Line("];").Line();
        foreach (var p in model.Parameters)
            w.Line($"private readonly {(p.IsMatrix ? "PackedMatrix[]" : "float*")} _{Names.Lower(p.Name)}; // {(p.Layers > 1 ? $"{Numbers.Of(p.Layers)} × " : "")}[{string.Join(", ", p.Shape)}]");
        foreach (var s in model.Settings) w.Line($"private readonly double {layout.Setting(s.Name)};");
        foreach (var (field, _) in layout.Rotaries) w.Line($"private readonly RotaryTable {field};");
        foreach (var (field, _) in layout.PositionRotaries) w.Line($"private readonly PositionRotary {field};");
        if (layout.HarmonicPlaces > 0) w.Line("private readonly float* _harmonic;");
        foreach (var t in Tensors()) w.Line($"private float* _{t.Name}; // [rows{(t.Halo > 0 ? $" and {Numbers.Of(t.Halo)} before each sequence" : "")}, {Numbers.Of(t.Columns)}]");
        foreach (var (_, s) in Looped()) w.Line($"private readonly float* _{s.Result!.Name}Spare;");
        w.Line();
        w.Line("public Compiled(ModelWeights weights, ModelOptions options, global::TttGen.Checkpoints.CheckpointConfig? config)");
        w.Line("    : base(ParameterSlots, weights, options, ScratchSize, config)");
        w.Line("{");
        w.Indent++;
        for (var k = 0; k < model.Parameters.Count; k++)
        {
            var p = model.Parameters[k];
            w.Line($"_{Names.Lower(p.Name)} = weights.{(p.IsMatrix ? "Matrices" : "Plain")}({Numbers.Of(k)});");
        }
        foreach (var s in model.Settings) w.Line($"{layout.Setting(s.Name)} = Setting(config, {Texts.Quoted(s.Key)}, {Numbers.Of(s.Default)});");
        foreach (var (field, r) in layout.Rotaries)
            w.Line($"{field} = Own(new RotaryTable({Numbers.Of(r.Period)}, {Numbers.Of(r.Shape[1].Size)}, {Numbers.Of(r.Feature)}, {layout.ThetaText(r)}));");
        foreach (var (field, r) in layout.PositionRotaries) w.Line($"{field} = {PositionRotary(r, layout, "MaxRows")};");
        if (layout.HarmonicPlaces is > 0 and var most)
        {
            w.Line($"_harmonic = Allocate({Numbers.Of(most)});");
            w.Line($"for (int i = 0; i < {Numbers.Of(most)}; i++) _harmonic[i] = 1f / (i + 1);");
        }
        var streams = new HashSet<string>(segments.Where(s => s.Schedule.Stream is not null).Select(s => s.Schedule.Stream!.Name));
        foreach (var t in Tensors().Where(t => !streams.Contains(t.Name)))
            w.Line($"_{t.Name} = Allocate({(t.Halo == 0 ? $"MaxRows * {Numbers.Of(t.Stride)}L" : $"MaxRows * {Numbers.Of(1L + t.Halo)}L * {Numbers.Of(t.Columns)}")});");
        foreach (var (_, s) in Looped()) w.Line($"_{s.Result!.Name}Spare = _{s.Result.Name};");
        w.Close().Line();
        w.Line("public override ModelDefinition Definition => " + files.Self + ".Definition;").Line();
        w.Line($"public override int Vocabulary => {Numbers.Of(model.Vocabulary)};").Line();
        w.Line("protected override IReadOnlyList<(string Key, double Value)> Settings =>");
        w.Line($"    [{string.Join(", ", model.Settings.Select(s => $"({Texts.Quoted(s.Key)}, {layout.Setting(s.Name)})"))}];").Line();
        var alignment = model.Memories.Select(m => m.MiniBatch).DefaultIfEmpty(1).Aggregate(LeastCommonMultiple);
        var cuda = source.EmitsCuda;
        if (cuda)
        {
            w.Line("/// <summary>What a state is, whichever machine it lies on.</summary>");
            w.Line($"internal const int Alignment = {Numbers.Of(alignment)};").Line();
            w.Line($"internal const long StateElements = {Numbers.Of(states.Length)};").Line();
        }
        w.Line($"protected override int RowAlignment => {(cuda ? "Alignment" : Numbers.Of(alignment))};").Line();
        w.Line($"protected override long StateLength => {(cuda ? "StateElements" : Numbers.Of(states.Length))};").Line();
        var signature = string.Join(", ", model.Memories.Select(m => $"{m.Name} {states.Of(m.Carry).Layers} × {m.Heads} × {Numbers.Of(m.Carry.HeadSize)}"));
        signature = string.Join(", ", new[] { signature }.Where(s => s.Length > 0).Concat(Recurrences().Select(s => $"{s.Carry.Name} {s.Layers} × {Numbers.Of(s.Carry.Size)}")).Concat(states.Pages.Select(p => $"pages of {Numbers.Of(p.Elements)}{(p.Window > 0 ? $" for {Numbers.Of(p.Window)} tokens" : "")}")));
        signature = $"\"{source.Name} ({signature}; {Numbers.Of(states.Used)} numbers)\"";
        if (cuda) w.Line($"internal const string Signature = {signature};").Line();
        w.Line($"protected override string StateSignature => {(cuda ? "Signature" : signature)};").Line();
        if (cuda) w.Line("public override IReadOnlyList<StateTensor> StateTensors => Tensors;").Line();
        w.Line(cuda ? "internal static readonly StateTensor[] Tensors =" : "public override IReadOnlyList<StateTensor> StateTensors { get; } =").Line("[");
        foreach (var m in model.Memories)
        {
            var slot = states.Of(m.Carry);
            foreach (var (part, at) in m.Carry.Placed)
                w.Line($"    new StateTensor(\"{m.Name}.{part.Name}\", {Numbers.Of(slot.Offset + at)}, {Numbers.Of(m.Carry.Size)}, {Numbers.Of(m.Carry.HeadSize)}, {Numbers.Of(slot.Layers)}, {Numbers.Of(m.Heads)}, {Numbers.Of(part.Elements)}),");
        }
        foreach (var slot in Recurrences())
            w.Line($"    new StateTensor(\"{slot.Carry.Name}.State\", {Numbers.Of(slot.Offset)}, {Numbers.Of(slot.Carry.Size)}, {Numbers.Of(slot.Carry.HeadSize)}, {Numbers.Of(slot.Layers)}, 1, {Numbers.Of(slot.Carry.Parts[0].Elements)}),");
        w.Line("];").Line();
        StartState.Write(w, model, states);
        WritePages(w);
        WritePrepare(w, layout);
        if (states.Used == 0 && states.Pages.Count > 0) w.Line().Line("protected override bool OnlyPages => true;");
        w.Close();
        w.Close();
        return w.ToString();
    }

    /// <summary>What a sequence has for each token.</summary>
    private void WritePages(CodeWriter w)
    {
        if (states.Pages.Count == 0) return;
        w.Line().Line("internal static readonly PageClass[] Pages =").Line("[");
        foreach (var page in states.Pages)
        {
            w.Line($"    new PageClass({Numbers.Of(page.Elements)}, {Numbers.Of(page.Window)})").Line("    {");
            w.Line("        Blocks =").Line("        [");
            foreach (var (carry, slot) in page.Slots)
                foreach (var (part, offset) in carry.Paged)
                    w.Line($"            new PageBlock({Numbers.Of(slot.Offset + offset)}, {Numbers.Of(part.Elements)}, {(part.TokensLast ? "true" : "false")}, {Numbers.Of((long)slot.Layers * carry.Heads)}, {Numbers.Of(carry.PagedHeadSize)}), // {part.Name} of {carry.Name}");
            w.Line("        ],").Line("    },");
        }
        w.Line("];").Line();
        w.Line("protected override IReadOnlyList<PageClass> PageClasses => Pages;");
    }

    /// <summary>What is made before each pass.</summary>
    internal static void WritePrepare(CodeWriter w, ModelLayout layout)
    {
        if (!layout.PositionRotaries.Any()) return;
        w.Line().Open("protected override void Prepare()");
        foreach (var (field, _) in layout.PositionRotaries) w.Line($"{field}.Prepare(Positions, Rows);");
        w.Close();
    }

    internal static string PositionRotary(Ir.Rotate r, ModelLayout layout, string rows) =>
        $"Own(new PositionRotary({rows}, {Numbers.Of(r.Feature)}, {layout.NumberText(r.Frequencies[0])}, {(r.Halves ? "true" : "false")}{string.Concat(r.Frequencies.Skip(1).Select(f => ", " + layout.NumberText(f)))}))";

    /// <summary>Where the states of recurrences lie.</summary>
    private IEnumerable<CarrySlot> Recurrences() => segments.SelectMany(s => s.Schedule.Kernels).OfType<SequenceKernel>().Select(k => k.Primitive).OfType<Ir.Recur>().Select(r => states.Of(r.Carry));

    private IEnumerable<RowTensor> Tensors() => segments.SelectMany(s => s.Schedule.Tensors);

    private IEnumerable<(LinkedSegment Segment, RowSchedule Schedule)> Looped() => segments.Where(s => s.Segment.IsStack);

    private static int LeastCommonMultiple(int a, int b)
    {
        var (x, y) = (a, b);
        while (y != 0) (x, y) = (y, x % y);
        return a / x * b;
    }

    private static string Slot(LinkedParameter p)
    {
        var form = p.Form switch
        {
            ParameterForm.Matrix or ParameterForm.Table => "Matrix",
            ParameterForm.Taps => "Taps",
            _ => "Plain",
        };
        var (columns, inner) = form == "Plain" ? (p.Count, 1L) : (p.Columns, p.Inner);
        return $"new ParameterSlot({Texts.Quoted(p.Key)}, [{string.Join(", ", p.Shape.Select(s => Numbers.Of(s)))}], StorageForm.{form}, {Numbers.Of(p.Layers)}, {Numbers.Of(columns)}, {Numbers.Of(inner)}, {Start(p)}){(p.Form == ParameterForm.Inner && p.Inner > 1 ? $" {{ Heads = {Numbers.Of(p.Inner)} }}" : "")}";
    }

    /// <summary>Matrices are drawn; vectors start at one where their name says scale, else at zero (as TttGen.Initialisation has it).</summary>
    private static string Start(LinkedParameter p)
    {
        var axes = p.Form switch
        {
            ParameterForm.Vector => 1,
            ParameterForm.Inner => p.Shape.Count(s => s > 1) - (p.Inner > 1 ? 1 : 0),
            _ => 2,
        };
        if (axes > 1) return "double.NaN";
        return p.Key.EndsWith("scale", StringComparison.Ordinal) || p.Key.EndsWith("gain", StringComparison.Ordinal) || p.Key.EndsWith("weight", StringComparison.Ordinal) ? "1" : "0";
    }
}
