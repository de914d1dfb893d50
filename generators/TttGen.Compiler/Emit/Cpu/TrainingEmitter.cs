using TttGen.Compiler.Language;
using TttGen.Compiler.Scheduling;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit.Cpu;

/// <summary>A model that learns: activations of every layer, kernels forward and back, and the order in which they run.</summary>
internal sealed class TrainingEmitter
{
    private sealed record Part(LinkedSegment Segment, RowSchedule Forward, RowSchedule Backward, string Name);

    private readonly string _self;
    private readonly LinkedModel _model;
    private readonly ModelLayout _layout;
    private readonly CarryLayout _states;
    private readonly int _indent;
    private readonly List<Part> _parts = [];
    private readonly KernelMethods _methods;
    private readonly CodeWriter _order = new();
    private readonly int _forwardMethods;

    public TrainingEmitter(string self, LinkedModel model, ScheduledTraining training, IReadOnlyDictionary<string, ScanEmitter.Scan> scans, int indent)
    {
        _self = self;
        _model = model;
        _layout = new ModelLayout(model);
        _indent = indent;
        foreach (var (segment, forward, backward) in training.Segments)
        {
            var name = segment.Name;
            for (var k = 2; _parts.Any(p => p.Name == name); k++) name = segment.Name + Numbers.Of(k);
            _parts.Add(new(segment, forward, backward, name));
        }
        _states = new CarryLayout(_parts.Select(p => (p.Segment, p.Forward)));
        _methods = new(model, _layout, _states, scans, Tensors(), learns: true);
        foreach (var part in _parts) Method("Forward", part, part.Forward, []);
        _forwardMethods = _methods.Methods.Count;
        foreach (var part in _parts) Method("Backward", part, part.Backward, part.Forward.Tensors);
    }

    /// <summary>Everything but the kernels of the backward pass.</summary>
    public string Class()
    {
        var w = new CodeWriter { Indent = _indent - 1 };
        w.Line(GeneratedCode.Attribute);
        w.Open("private sealed unsafe partial class Trainable : CompiledTrainable");
        Fields(w);
        Constructor(w);
        Members(w);
        Order(w);
        _methods.WriteScratchSize(w);
        _methods.WriteExecute(w);
        foreach (var text in _methods.Methods.Take(_forwardMethods)) w.Line().Lines(text.TrimEnd('\n'));
        w.Close();
        return w.ToString();
    }

    /// <summary>The kernels of the backward pass.</summary>
    public string BackwardKernels()
    {
        var w = new CodeWriter { Indent = _indent - 1 };
        w.Open("private sealed unsafe partial class Trainable");
        var isFirst = true;
        foreach (var text in _methods.Methods.Skip(_forwardMethods))
        {
            if (!isFirst) w.Line();
            isFirst = false;
            w.Lines(text.TrimEnd('\n'));
        }
        w.Close();
        return w.ToString();
    }

    private IEnumerable<RowTensor> Tensors() => _parts.SelectMany(p => p.Forward.Tensors.Concat(p.Backward.Tensors));

    /// <summary>A method that runs a segment's kernels.</summary>
    private void Method(string way, Part part, RowSchedule schedule, IReadOnlyList<RowTensor> given)
    {
        _order.Open($"private void {way}{part.Name}()");
        PlanEmitter.Kernels(_order, _methods, schedule, given, []);
        _order.Close().Line();
    }

    private void Fields(CodeWriter w)
    {
        foreach (var p in _model.Parameters)
        {
            var name = Names.Lower(p.Name);
            var shape = $"{(p.Layers > 1 ? $"{Numbers.Of(p.Layers)} × " : "")}[{string.Join(", ", p.Shape)}]";
            w.Line($"private readonly {(p.IsMatrix ? "PackedMatrix[]" : "float*")} _{name}; // {shape}");
            if (_methods.Transposed.Contains(p.Name)) w.Line($"private readonly PackedMatrix[] _{name}{KernelLocals.Transposed};");
            w.Line($"private readonly float* _{name}{KernelLocals.GradientOf};");
        }
        foreach (var s in _model.Settings) w.Line($"private double {_layout.Setting(s.Name)};");
        foreach (var (field, _) in _layout.Rotaries) w.Line($"private RotaryTable {field};");
        foreach (var (field, _) in _layout.PositionRotaries) w.Line($"private PositionRotary {field};");
        if (_layout.HarmonicPlaces > 0) w.Line("private readonly float* _harmonic;");
        foreach (var t in Tensors()) w.Line($"private float* _{t.Name}; // [rows{(t.Halo > 0 ? $" and {Numbers.Of(t.Halo)} for each sequence" : "")}, {Numbers.Of(t.Columns)}]");
        foreach (var (name, columns) in _methods.Sums) w.Line($"private readonly float* _{name}; // [blocks of rows, {Numbers.Of(columns)}]");
        foreach (var (name, columns) in _methods.RowPartials) w.Line($"private readonly float* _{name}; // [rows, {Numbers.Of(columns)}]");
        foreach (var (name, _) in _methods.Partials) w.Line($"private readonly float* _{name}; // heads apart");
        foreach (var part in Stacks())
        {
            var field = "_" + Names.Lower(part.Name);
            w.Line($"private readonly float* {field}Rows; // what each layer hands on, [{Numbers.Of(part.Segment.Repeat)}, rows, {Numbers.Of(part.Forward.Result!.Columns)}]");
            w.Line($"private readonly float* {field}Activations; // of the layers that keep theirs");
            w.Line($"private readonly long {field}Length; // elements of one layer's");
            w.Line($"private readonly int {field}Kept; // layers that keep theirs; those before are recomputed");
            w.Line($"private float* {field}Input; // the rows that the first layer gets");
        }
        w.Line("private readonly float* _packedRows;");
        w.Line("private readonly float* _packedGradients;");
        w.Line();
    }

    private void Constructor(CodeWriter w)
    {
        w.Line($"public Trainable(int seed, TrainableOptions options) : base({_self}.Definition, Compiled.ParameterSlots, seed, options, ScratchSize)").Line("{");
        w.Indent++;
        for (var k = 0; k < _model.Parameters.Count; k++)
        {
            var p = _model.Parameters[k];
            var name = Names.Lower(p.Name);
            w.Line($"_{name} = {(p.IsMatrix ? "Matrices" : "Plain")}({Numbers.Of(k)});");
            if (_methods.Transposed.Contains(p.Name)) w.Line($"_{name}{KernelLocals.Transposed} = Transposed({Numbers.Of(k)});");
            w.Line($"_{name}{KernelLocals.GradientOf} = Gradient({Numbers.Of(k)});");
        }
        foreach (var s in _model.Settings) w.Line($"{_layout.Setting(s.Name)} = {Numbers.Of(s.Default)};");
        foreach (var (field, r) in _layout.Rotaries) w.Line($"{field} = {Rotary(r)};");
        foreach (var (field, r) in _layout.PositionRotaries) w.Line($"{field} = {PositionRotary(r)};");
        if (_layout.HarmonicPlaces is > 0 and var most)
        {
            w.Line($"_harmonic = Allocate({Numbers.Of(most)});");
            w.Line($"for (int i = 0; i < {Numbers.Of(most)}; i++) _harmonic[i] = 1f / (i + 1);");
        }
        foreach (var m in _model.Memories) w.Line($"Keep({m.Name}ScanBackward.CheckpointsSize(MaxTokens, CheckpointEvery));");
        foreach (var r in _model.Recurrences) w.Line($"Keep({r.Name}RecurrenceBackward.CheckpointsSize(MaxTokens));");
        foreach (var (name, columns) in _methods.RowPartials) w.Line($"_{name} = Allocate(MaxTokens * {Numbers.Of(columns)}L);");
        foreach (var (name, columns) in _methods.Sums) w.Line($"_{name} = Allocate(RowShare.SumBlocks(MaxTokens) * {Numbers.Of((columns + 15) / 16 * 16L)}L);");
        foreach (var (name, elements) in _methods.Partials) w.Line($"_{name} = Allocate({Numbers.Of(elements)});");
        w.Line($"_packedRows = Allocate(GradientProduct.PackedSize({Numbers.Of(_methods.PackedColumns.Inputs)}));");
        w.Line($"_packedGradients = Allocate(GradientProduct.PackedSize({Numbers.Of(_methods.PackedColumns.Outputs)}));");
        foreach (var part in _parts)
        {
            if (part.Segment.IsStack)
            {
                var field = "_" + Names.Lower(part.Name);
                w.Line($"{field}Rows = Allocate({Numbers.Of(part.Segment.Repeat)} * RowsLength({Numbers.Of(part.Forward.Result!.Stride)}, 0));");
                w.Line($"{field}Length = {string.Join(" + ", Inner(part).Select(Length).DefaultIfEmpty("0"))};");
                w.Line($"{field}Kept = Kept({field}Length, {Numbers.Of(part.Segment.Repeat)});");
                w.Line($"{field}Activations = Allocate({field}Kept * {field}Length);");
            }
            else
            {
                foreach (var t in part.Forward.Tensors.Where(t => t != part.Forward.Stream)) w.Line($"_{t.Name} = Allocate({Length(t)});");
            }
            foreach (var t in part.Backward.Tensors.Where(t => t != part.Backward.Stream && t != part.Backward.Result)) w.Line($"_{t.Name} = Allocate({Length(t)});");
        }
        w.Close().Line();
    }

    private static string Length(RowTensor t) => $"RowsLength({Numbers.Of(t.Stride)}, {Numbers.Of(t.Halo)})";

    private static IEnumerable<RowTensor> Inner(Part part) => part.Forward.Tensors.Where(t => t != part.Forward.Stream && t != part.Forward.Result);

    private IEnumerable<Part> Stacks() => _parts.Where(p => p.Segment.IsStack);

    private string Rotary(Ir.RotatePairs r) => $"Own(new RotaryTable({Numbers.Of(r.Period)}, {Numbers.Of(r.Shape[1].Size)}, {Numbers.Of(r.Feature)}, {_layout.ThetaText(r)}))";

    private string PositionRotary(Ir.Rotate r) => CompiledClass.PositionRotary(r, _layout, "MaxTokens");

    private void Members(CodeWriter w)
    {
        w.Line($"public override int Vocabulary => {Numbers.Of(_model.Vocabulary)};").Line();
        w.Line($"protected override int Width => {Numbers.Of(_model.Width)};").Line();
        w.Line($"protected override long StateLength => {Numbers.Of(_states.Length)};").Line();
        var head = _model.Parameters.ToList().FindIndex(p => p.Name == _model.Head.Name);
        w.Line($"protected override int HeadSlot => {Numbers.Of(head)}; // {_model.Head.Name}").Line();
        w.Line($"protected override float* Hidden => _{_parts[_parts.Count - 1].Forward.Result!.Name};").Line();
        w.Line("protected override IReadOnlyList<string> KernelNames { get; } =").Line("[");
        foreach (var name in _methods.Calls) w.Line($"    \"{name}\",");
        w.Line("];").Line();
        w.Line("protected override IReadOnlyList<(string Memory, int Layers, int Heads)> Memories { get; } =");
        w.Line($"    [{string.Join(", ", _model.Memories.Select(m => $"(\"{m.Name}\", {Numbers.Of(_states.Of(m.Carry).Layers)}, {Numbers.Of(m.Heads)})"))}];").Line();
        w.Line("public override IReadOnlyList<(string Key, double Value)> Settings =>");
        w.Line($"    [{string.Join(", ", _model.Settings.Select(s => $"({Texts.Quoted(s.Key)}, {_layout.Setting(s.Name)})"))}];").Line();
        w.Open("public override void Set(string key, double value)");
        w.Open("switch (key)");
        foreach (var s in _model.Settings)
        {
            w.Line($"case {Texts.Quoted(s.Key)}:");
            w.Line($"    {_layout.Setting(s.Name)} = value;");
            foreach (var (field, r) in _layout.Rotaries.Where(r => _layout.ThetaText(r.Rotation) == _layout.Setting(s.Name))) w.Line($"    {field} = {Rotary(r)};");
            foreach (var (field, r) in _layout.PositionRotaries.Where(r => r.Rotation.Frequencies.Any(f => _layout.NumberText(f) == _layout.Setting(s.Name)))) w.Line($"    {field} = {PositionRotary(r)};");
            w.Line("    break;");
        }
        w.Line("default:");
        var known = _model.Settings.Count == 0 ? "none" : "one of " + string.Join(", ", _model.Settings.Select(s => s.Key));
        w.Line($"    throw new global::TttGen.TttException($\"{_self.TrimStart('@')} has no setting '{{key}}'; expected {Texts.Escaped(known).Replace("{", "{{").Replace("}", "}}")}\");");
        w.Close();
        w.Close().Line();
        StartState.Write(w, _model, _states);
        if (_states.Pages.Count > 0) w.Line().Line("protected override IReadOnlyList<PageClass> PageClasses => Compiled.Pages;");
        CompiledClass.WritePrepare(w, _layout);
        w.Line();
    }

    private void Order(CodeWriter w)
    {
        w.Open("protected override void Forward()");
        var handed = "";
        foreach (var part in _parts)
        {
            var field = "_" + Names.Lower(part.Name);
            if (part.Segment.IsStack)
            {
                w.Line($"{field}Input = {handed};");
                w.Open($"for (Layer = 0; Layer < {Numbers.Of(part.Segment.Repeat)}; Layer++)");
                w.Line($"Place{part.Name}();");
                w.Line($"Forward{part.Name}();");
                w.Close();
                handed = $"{field}Rows + {Numbers.Of(part.Segment.Repeat - 1L)} * RowsLength({Numbers.Of(part.Forward.Result!.Stride)}, 0)";
                continue;
            }
            w.Line("Layer = 0;");
            if (part.Forward.Stream is { } stream) w.Line($"_{stream.Name} = {handed};");
            w.Line($"Forward{part.Name}();");
            handed = "_" + part.Forward.Result!.Name;
        }
        w.Close().Line();

        w.Open("protected override void Backward()");
        foreach (var part in Enumerable.Reverse(_parts))
        {
            if (part.Segment.IsStack)
            {
                w.Open($"for (Layer = {Numbers.Of(part.Segment.Repeat - 1L)}; Layer >= 0; Layer--)");
                w.Line($"Place{part.Name}();");
                w.Line($"if (Layer < {Numbers.Of(part.Segment.Repeat)} - _{Names.Lower(part.Name)}Kept) Forward{part.Name}();");
            }
            else
            {
                w.Line("Layer = 0;");
            }
            w.Line($"_{part.Backward.Stream!.Name} = OutputGradient;");
            var turns = part.Backward.Result is { } result && result != part.Backward.Stream;
            if (turns) w.Line($"_{part.Backward.Result!.Name} = InputGradient;");
            w.Line($"Backward{part.Name}();");
            if (turns) w.Line("SwapGradients();");
            if (part.Segment.IsStack) w.Close();
        }
        w.Close().Line();

        foreach (var part in Stacks()) Place(w, part);
        w.Lines(_order.ToString().TrimEnd('\n')).Line();
    }

    /// <summary>A layer's rows: what it gets and hands on is kept for every layer, what lies between for as many as there is room for.</summary>
    private static void Place(CodeWriter w, Part part)
    {
        var field = "_" + Names.Lower(part.Name);
        var rows = $"RowsLength({Numbers.Of(part.Forward.Result!.Stride)}, 0)";
        w.Open($"private void Place{part.Name}()");
        w.Line($"_{part.Forward.Stream!.Name} = Layer == 0 ? {field}Input : {field}Rows + (Layer - 1) * {rows};");
        w.Line($"_{part.Forward.Result.Name} = {field}Rows + Layer * {rows};");
        w.Line($"float* at = {field}Activations + Math.Max(0, Layer - ({Numbers.Of(part.Segment.Repeat)} - {field}Kept)) * {field}Length;");
        foreach (var t in Inner(part))
        {
            w.Line($"_{t.Name} = at;");
            w.Line($"at += {Length(t)};");
        }
        w.Close().Line();
    }
}
