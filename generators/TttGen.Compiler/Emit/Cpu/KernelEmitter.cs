using TttGen.Compiler.Ir;
using TttGen.Compiler.Language;
using TttGen.Compiler.Scheduling;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit.Cpu;

/// <summary>The kernels of inference, and the order in which they run.</summary>
internal sealed class KernelEmitter(
    LinkedModel model, ModelLayout layout, CarryLayout states, IReadOnlyList<(LinkedSegment Segment, RowSchedule Schedule)> segments,
    IReadOnlyDictionary<string, ScanEmitter.Scan> scans, int indent)
{
    private readonly KernelMethods _methods = new(model, layout, states, scans, segments.SelectMany(s => s.Schedule.Tensors), learns: false);

    /// <summary>The kernels' part of the class.</summary>
    public string Emit()
    {
        var forward = PlanEmitter.Inference(_methods, segments, out _);
        var w = new CodeWriter { Indent = indent - 1 };
        w.Open("private sealed unsafe partial class Compiled");
        _methods.WriteScratchSize(w);
        w.Open("protected override void Forward()");
        w.Lines(forward);
        w.Close().Line();
        w.Line($"protected override void Head() => Run({Numbers.Of(_methods.Head)});").Line();
        _methods.WriteExecute(w);
        foreach (var text in _methods.Methods)
        {
            w.Line();
            w.Lines(text.TrimEnd('\n'));
        }
        w.Close();
        return w.ToString();
    }
}
