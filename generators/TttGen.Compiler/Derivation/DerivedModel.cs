using TttGen.Compiler.Language;

namespace TttGen.Compiler.Derivation;

/// <summary>A linked model with the programs of its memories and, where it learns, with its gradient.</summary>
/// <param name="Model">The model.</param>
/// <param name="Memories">The programs of each memory, by its name.</param>
/// <param name="Gradient">Null for a model that only answers.</param>
public sealed record DerivedModel(LinkedModel Model, IReadOnlyDictionary<string, DerivedMemory> Memories, DerivedGradient? Gradient)
{
    /// <summary>The programs of each recurrence, in the model's order.</summary>
    public IReadOnlyList<DerivedRecurrence> Recurrences { get; init; } = [];

    /// <summary>Derives what a model needs.</summary>
    /// <param name="model">The model.</param>
    /// <param name="learns">Whether its gradient is wanted, too.</param>
    public static DerivedModel Of(LinkedModel model, bool learns)
    {
        foreach (var segment in model.Segments) ProductNames.Apply(segment.Result);
        var memories = model.Memories.ToDictionary(m => m.Name, m => DerivedMemory.Of(m.Model, m.Optimiser));
        return new(model, memories, learns ? DerivedGradient.Of(model, memories) : null) { Recurrences = [.. model.Recurrences.Select(DerivedRecurrence.Of)] };
    }
}

/// <summary>The gradient of a model.</summary>
/// <param name="Segments">Of each segment.</param>
/// <param name="Memories">Of each memory's scan, by its name.</param>
public sealed record DerivedGradient(IReadOnlyList<(LinkedSegment Segment, SegmentGradient Gradient)> Segments, IReadOnlyDictionary<string, DerivedMemoryGradient> Memories)
{
    internal static DerivedGradient Of(LinkedModel model, IReadOnlyDictionary<string, DerivedMemory> memories) => new(
        [.. model.Segments.Select(s => (s, SegmentGradient.Of(s)))],
        memories.ToDictionary(m => m.Key, m => DerivedMemoryGradient.Of(m.Value)));
}
