using TttGen.Compiler.Language;
using TttGen.Compiler.Scheduling;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit.Gpu;

/// <summary>A model on a device, in numbers of one precision: its kernels, and the host's plan that launches them.</summary>
internal sealed class DevicePlanEmitter
{
    private const string ClassName = "CompiledForDevice";

    private readonly string _self;
    private readonly string _image;
    private readonly LinkedModel _model;
    private readonly ModelLayout _layout;
    private readonly CarryLayout _states;
    private readonly DevicePrecision _precision;
    private readonly IReadOnlyList<(LinkedSegment Segment, RowSchedule Schedule)> _segments;
    private readonly DeviceKernelMethods _methods;
    private readonly string _forward;
    private readonly IReadOnlyList<string> _head;

    /// <param name="source">What is compiled.</param>
    /// <param name="model">The same, linked.</param>
    /// <param name="memories">Its memories' programs, by name.</param>
    /// <param name="segments">Its schedule.</param>
    /// <param name="states">Its carries.</param>
    /// <param name="precision">Its numbers.</param>
    public DevicePlanEmitter(ModelSource source, LinkedModel model, IReadOnlyDictionary<string, ScheduledMemory> memories, IReadOnlyList<(LinkedSegment Segment, RowSchedule Schedule)> segments, CarryLayout states, DevicePrecision precision)
    {
        _self = source.Name;
        _image = source.Namespace.Length > 0 ? $"{source.Namespace}.{source.Name}" : source.Name;
        (_model, _segments, _states, _precision) = (model, segments, states, precision);
        _layout = new ModelLayout(model);
        _methods = new DeviceKernelMethods(model, memories, _layout, states, precision, segments.SelectMany(s => s.Schedule.Tensors));
        _forward = PlanEmitter.Inference(_methods, segments, out _head);
    }

    private IEnumerable<RowTensor> Tensors => _segments.SelectMany(s => s.Schedule.Tensors);

    /// <summary>The kernels of plans of one model, in a class.</summary>
    public static string Kernels(string model, IReadOnlyList<DevicePlanEmitter> plans)
    {
        var w = new CodeWriter();
        w.Line($"/// <summary>The kernels of {model}. Groups of threads have one dimension; every size that the model knows is a constant.</summary>");
        w.Open($"public static class {model}Kernels");
        for (var p = 0; p < plans.Count; p++)
        {
            if (p > 0) w.Line();
            plans[p]._methods.Write(w, withShared: p == 0);
        }
        SamplingKernels.Write(w, plans[0]._model.Vocabulary);
        w.Close();
        return w.ToString();
    }

    /// <summary>The class of the plan that runs with the weights that are asked for.</summary>
    public static void Choose(CodeWriter w)
    {
        w.Line("private static global::TttGen.Cuda.DeviceModel OnDevice(global::TttGen.Cuda.Device device, global::TttGen.Cpu.WeightType weights, ParameterSource source, global::TttGen.Checkpoints.CheckpointConfig? config) => weights switch");
        w.Line("{");
        w.Line($"    global::TttGen.Cpu.WeightType.Float32 => new {ClassName}(device, source, config),");
        w.Line($"    global::TttGen.Cpu.WeightType.BFloat16 => new {ClassName}Bf16(device, source, config),");
        w.Line("    _ => throw global::TttGen.Cuda.DeviceModel.NoKernels(device, weights),");
        w.Line("};");
    }

    /// <summary>The plan: a class inside the record.</summary>
    public string Host(int indent)
    {
        var w = new CodeWriter { Indent = indent };
        w.Line($"/// <summary>{_self} on a device{(_precision.IsBf16 ? ", matrices and rows in bf16" : "")}.</summary>");
        w.Open($"private sealed class {ClassName}{_precision.Suffix} : DeviceModel");
        foreach (var k in _methods.KernelNames) w.Line($"private readonly DeviceKernel _{Names.Lower(k)};");
        foreach (var p in _model.Parameters) w.Line($"private readonly DeviceView<{_precision.ElementOf(p)}> _{Names.Lower(p.Name)}; // {(p.Layers > 1 ? $"{Numbers.Of(p.Layers)} × " : "")}[{string.Join(", ", p.Shape)}]");
        foreach (var s in _model.Settings) w.Line($"private readonly double {_layout.Setting(s.Name)};");
        foreach (var (field, r) in _layout.Rotaries) w.Line($"private readonly DeviceView<float> {field}Cosines, {field}Sines; // [{Numbers.Of(r.Period)}, {Numbers.Of(r.Shape[1].Size)}]");
        var streams = new HashSet<string>(_segments.Where(s => s.Schedule.Stream is not null).Select(s => s.Schedule.Stream!.Name));
        var looped = new HashSet<string>(_segments.Where(s => s.Segment.IsStack).Select(s => s.Schedule.Result!.Name));
        foreach (var t in Tensors)
            w.Line($"private {(streams.Contains(t.Name) || looped.Contains(t.Name) ? "" : "readonly ")}DeviceView<{_precision.ElementOf(t)}> _{t.Name}; // [rows{(t.Halo > 0 ? $" and {Numbers.Of(t.Halo)} before each sequence" : "")}, {Numbers.Of(t.Columns)}]");
        foreach (var name in looped) w.Line($"private readonly DeviceView<float> _{name}Spare;");
        if (_methods.LeftColumns > 0) w.Line($"private readonly DeviceView<{_precision.MatrixElement}> _left; // [rows, {Numbers.Of(_methods.LeftColumns)}]: what a product multiplies");
        var workspace = _methods.Workspaces.Select(s => (long)s.Heads * s.Elements).DefaultIfEmpty(0).Max();
        if (workspace > 0) w.Line($"private DeviceView<float> _workspaces; // [sequences, {Numbers.Of(workspace)}]: what does not fit on chip");
        w.Line();
        w.Line($"public {ClassName}{_precision.Suffix}(global::TttGen.Cuda.Device device, ParameterSource source, global::TttGen.Checkpoints.CheckpointConfig? config)");
        w.Line($"    : base(device, \"{_image}\", Compiled.ParameterSlots, {(_precision.IsBf16 ? ClassName + "." : "")}Starts, WeightType.{(_precision.IsBf16 ? "BFloat16" : "Float32")}, source, config)");
        w.Line("{");
        w.Indent++;
        foreach (var k in _methods.KernelNames) w.Line($"_{Names.Lower(k)} = Kernel(\"{k}\");");
        for (var k = 0; k < _model.Parameters.Count; k++) w.Line($"_{Names.Lower(_model.Parameters[k].Name)} = {(_precision.ElementOf(_model.Parameters[k]) == "ushort" ? "HalfWeight" : "Weight")}({Numbers.Of(k)});");
        foreach (var s in _model.Settings) w.Line($"{_layout.Setting(s.Name)} = Setting(config, {Texts.Quoted(s.Key)}, {Numbers.Of(s.Default)});");
        foreach (var (field, r) in _layout.Rotaries)
            w.Line($"({field}Cosines, {field}Sines) = Rotary({Numbers.Of(r.Period)}, {Numbers.Of(r.Shape[1].Size)}, {Numbers.Of(r.Feature)}, {_layout.ThetaText(r)});");
        foreach (var t in Tensors.Where(t => !streams.Contains(t.Name)))
            w.Line($"_{t.Name} = Working<{_precision.ElementOf(t)}>(MaxRows * {(t.Halo == 0 ? $"{Numbers.Of(t.Columns)}L" : $"{Numbers.Of(1L + t.Halo)}L * {Numbers.Of(t.Columns)}")}, \"{t.Name}\");");
        foreach (var name in looped) w.Line($"_{name}Spare = _{name};");
        if (_methods.LeftColumns > 0) w.Line($"_left = Working<{_precision.MatrixElement}>(MaxRows * {Numbers.Of(_methods.LeftColumns)}L, \"rows that are multiplied\");");
        w.Close().Line();
        if (!_precision.IsBf16) Starts(w);
        w.Line($"public override ModelDefinition Definition => {Identifiers.Written(_self)}.Definition;").Line();
        w.Line($"public override int Vocabulary => {Numbers.Of(_model.Vocabulary)};").Line();
        w.Line("protected override IReadOnlyList<(string Key, double Value)> Settings =>");
        w.Line($"    [{string.Join(", ", _model.Settings.Select(s => $"({Texts.Quoted(s.Key)}, {_layout.Setting(s.Name)})"))}];").Line();
        w.Line("protected override int RowAlignment => Compiled.Alignment;").Line();
        w.Line("protected override long StateLength => Compiled.StateElements;").Line();
        w.Line("protected override string StateSignature => Compiled.Signature;").Line();
        w.Line("public override IReadOnlyList<StateTensor> StateTensors => Compiled.Tensors;").Line();
        w.Open("protected override void Forward()");
        if (workspace > 0) w.Line($"Grow(ref _workspaces, Slices * {Numbers.Of(workspace)}L, \"working memory of scans\");");
        w.Lines(_forward);
        w.Close().Line();
        w.Open("protected override void Head()");
        foreach (var line in _head) w.Line(line);
        w.Close();
        w.Close();
        return w.ToString();
    }

    private void Starts(CodeWriter w)
    {
        w.Line("/// <summary>θ₀ of every head; gradient sums start at zero.</summary>");
        w.Line("internal static readonly StateStart[] Starts =").Line("[");
        foreach (var m in _model.Memories)
        {
            var slot = _states.Of(m.Carry);
            foreach (var (part, at) in m.Carry.Placed.Where(p => p.Part.Start is not null))
            {
                var p = _model.Parameters.ToList().FindIndex(p => p.Name == part.Start);
                w.Line($"    new StateStart({Numbers.Of(p)}, {Numbers.Of(slot.Offset + at)}, {Numbers.Of(m.Carry.Size)}, {Numbers.Of(m.Carry.HeadSize)}, {Numbers.Of(slot.Layers)}, {Numbers.Of(m.Heads)}, {Numbers.Of(part.Elements)}, {(_model.Parameters[p].Inner > 1 ? "false" : "true")}),");
            }
        }
        w.Line("];").Line();
    }
}
