using TttGen.Compiler.Derivation;
using TttGen.Compiler.Language;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Scheduling;

/// <summary>A model as kernels: what every backend emits.</summary>
/// <param name="Model">The model.</param>
/// <param name="Segments">Its segments' kernels over rows.</param>
/// <param name="Memories">The kernels over a mini-batch of its memories, by name.</param>
/// <param name="Training">Null for a model that only answers.</param>
public sealed record ScheduledModel(
    LinkedModel Model, IReadOnlyList<(LinkedSegment Segment, RowSchedule Schedule)> Segments, IReadOnlyDictionary<string, ScheduledMemory> Memories, ScheduledTraining? Training)
{
    /// <summary>Names of the code around a kernel.</summary>
    private static readonly string[] Around = ["share", "block", "first", "rows", "panel", "worker", "workers", "columns", "end", "from", "to"];

    /// <summary>Its recurrences.</summary>
    public IReadOnlyList<DerivedRecurrence> Recurrences { get; init; } = [];

    /// <summary>Schedules a model.</summary>
    public static ScheduledModel Of(DerivedModel derived)
    {
        var model = derived.Model;
        string[] taken = [.. model.Parameters.Select(p => Names.Lower(p.Name)), .. Around];
        var names = new HashSet<string>(taken);
        var last = model.Segments[model.Segments.Count - 1];
        return new(model,
            [.. model.Segments.Select(s => (s, RowScheduler.Schedule(s, s == last ? model.Head : null, names)))],
            derived.Memories.ToDictionary(m => m.Key, m => ScheduledMemory.Of(m.Value)),
            derived.Gradient is { } gradient ? ScheduledTraining.Of(gradient, new HashSet<string>(taken)) : null)
        { Recurrences = derived.Recurrences };
    }
}

/// <summary>The kernels of a model that learns.</summary>
/// <param name="Segments">Each segment's, forward and backward.</param>
/// <param name="Memories">Of the gradient of each memory's scan, by name.</param>
public sealed record ScheduledTraining(
    IReadOnlyList<(LinkedSegment Segment, RowSchedule Forward, RowSchedule Backward)> Segments, IReadOnlyDictionary<string, ScheduledMemoryGradient> Memories)
{
    internal static ScheduledTraining Of(DerivedGradient gradient, HashSet<string> names)
    {
        var segments = new List<(LinkedSegment, RowSchedule, RowSchedule)>();
        foreach (var (segment, slopes) in gradient.Segments)
        {
            var (forward, backward) = RowScheduler.Schedule(segment, slopes, names);
            segments.Add((segment, forward, backward));
        }
        return new(segments, gradient.Memories.ToDictionary(m => m.Key, m => ScheduledMemoryGradient.Of(m.Value)));
    }
}
