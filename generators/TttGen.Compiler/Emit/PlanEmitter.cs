using TttGen.Compiler.Language;
using TttGen.Compiler.Scheduling;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit;

/// <summary>The order in which a call runs its kernels, for any backend: segment by segment, the layers of a stack in a loop, rows of the past as they are wanted.</summary>
internal static class PlanEmitter
{
    /// <summary>A forward pass without gradients.</summary>
    /// <param name="kernels">The kernels of a backend.</param>
    /// <param name="segments">The model.</param>
    /// <param name="head">The lines of the head: they run apart, over the rows whose logits are wanted.</param>
    /// <returns>All other lines.</returns>
    public static string Inference(IPlanKernels kernels, IReadOnlyList<(LinkedSegment Segment, RowSchedule Schedule)> segments, out IReadOnlyList<string> head)
    {
        var w = new CodeWriter();
        var lines = new List<string>();
        RowTensor? previous = null;
        foreach (var (segment, schedule) in segments)
        {
            if (schedule.Stream is { } stream && previous is not null) w.Line($"_{stream.Name} = _{previous.Name};");
            if (segment.IsStack)
            {
                w.Line($"_{schedule.Result!.Name} = _{schedule.Result.Name}Spare;");
                w.Open($"for (Layer = 0; Layer < {Numbers.Of(segment.Repeat)}; Layer++)");
            }
            else w.Line("Layer = 0;");
            Kernels(w, kernels, schedule, [], lines);
            if (segment.IsStack)
            {
                foreach (var line in kernels.HandOn(schedule.Stream!, schedule.Result!)) w.Line(line);
                w.Close();
                previous = schedule.Stream;
            }
            else previous = schedule.Result;
        }
        head = lines;
        return w.ToString().TrimEnd('\n');
    }

    /// <summary>The kernels of a segment.</summary>
    /// <param name="w">Where their lines go.</param>
    /// <param name="kernels">The kernels of a backend.</param>
    /// <param name="schedule">The segment's schedule.</param>
    /// <param name="given">Rows that other schedules have made before.</param>
    /// <param name="head">Where the head's lines go.</param>
    public static void Kernels(CodeWriter w, IPlanKernels kernels, RowSchedule schedule, IReadOnlyList<RowTensor> given, List<string> head)
    {
        foreach (var (kernel, tensors) in schedule.InOrder(given))
        {
            var lines = kernels.Add(kernel, tensors);
            if (kernel is ProductKernel { IsHead: true })
            {
                head.AddRange(lines);
                continue;
            }
            foreach (var line in lines) w.Line(line);
            foreach (var line in schedule.Tensors.Where(t => t.Halo > 0 && kernel.Made.Contains(t.Node)).SelectMany(kernels.Halo)) w.Line(line);
        }
    }
}
