using TttGen.Compiler.Ir;
using TttGen.Compiler.Language;
using TttGen.Compiler.Scheduling;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit;

/// <summary>The kernels of inference, and the order in which they run.</summary>
internal sealed class KernelEmitter(
    LinkedModel model, ModelLayout layout, StateLayout states, IReadOnlyList<(LinkedSegment Segment, RowSchedule Schedule)> segments,
    IReadOnlyDictionary<string, ScanEmitter.Scan> scans, int indent)
{
    private readonly KernelMethods _methods = new(model, layout, states, scans, segments.SelectMany(s => s.Schedule.Tensors), learns: false);

    /// <summary>The kernels' part of the class.</summary>
    public string Emit()
    {
        var forward = new CodeWriter();
        var head = "";
        RowTensor? previous = null;
        foreach (var (segment, schedule) in segments)
        {
            if (schedule.Stream is { } stream && previous is not null) forward.Line($"_{stream.Name} = _{previous.Name};");
            if (segment.IsStack)
            {
                forward.Line($"_{schedule.Result!.Name} = _{schedule.Result.Name}Spare;");
                forward.Open($"for (Layer = 0; Layer < {Numbers.Of(segment.Repeat)}; Layer++)");
            }
            else
            {
                forward.Line("Layer = 0;");
            }
            foreach (var (kernel, tensors) in schedule.InOrder([]))
            {
                var lines = _methods.Add(kernel, segment, tensors);
                if (kernel is ProductKernel { IsHead: true })
                {
                    head = lines[0].Substring(0, lines[0].IndexOf(';'));
                    continue;
                }
                foreach (var line in lines) forward.Line(line);
                foreach (var t in schedule.Tensors.Where(t => t.Halo > 0 && kernel.Made.Contains(t.Node)))
                    foreach (var line in KernelMethods.Halo(t, segment, states)) forward.Line(line);
            }
            if (segment.IsStack)
            {
                forward.Line($"float* swapped = _{schedule.Stream!.Name};");
                forward.Line($"_{schedule.Stream.Name} = _{schedule.Result!.Name};");
                forward.Line($"_{schedule.Result.Name} = swapped;");
                forward.Line($"Observe(_{schedule.Stream.Name}, {Numbers.Of(schedule.Stream.Columns)});");
                forward.Close();
                previous = schedule.Stream;
            }
            else previous = schedule.Result;
        }

        var w = new CodeWriter { Indent = indent - 1 };
        w.Open("private sealed unsafe partial class Compiled");
        _methods.WriteScratchSize(w);
        w.Open("protected override void Forward()");
        w.Lines(forward.ToString().TrimEnd('\n'));
        w.Close().Line();
        w.Line($"protected override void Head() => {head};").Line();
        _methods.WriteExecute(w);
        foreach (var text in _methods.Texts)
        {
            w.Line();
            w.Lines(text.TrimEnd('\n'));
        }
        w.Close();
        return w.ToString();
    }
}
