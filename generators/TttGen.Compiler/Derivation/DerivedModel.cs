using TttGen.Compiler.Language;

namespace TttGen.Compiler.Derivation;

/// <summary>A linked model with the programs of its memories and, where it learns, with its gradient.</summary>
/// <param name="Model">The model.</param>
/// <param name="Memories">The programs of each memory that descends its gradient, by its name.</param>
/// <param name="Optimised">Those of each memory that an optimiser of its own moves, by its name.</param>
/// <param name="Gradient">Null for a model that only answers.</param>
public sealed record DerivedModel(LinkedModel Model, IReadOnlyDictionary<string, DerivedMemory> Memories, IReadOnlyDictionary<string, DerivedOptimisedMemory> Optimised,
    DerivedGradient? Gradient)
{
    /// <summary>Derives what a model needs.</summary>
    /// <param name="model">The model.</param>
    /// <param name="learns">Whether its gradient is wanted, too.</param>
    public static DerivedModel Of(LinkedModel model, bool learns)
    {
        foreach (var segment in model.Segments) ProductNames.Apply(segment.Result);
        var memories = model.Memories.Where(m => m.Optimiser is null).ToDictionary(m => m.Name, m => DerivedMemory.Of(m.Model));
        var optimised = model.Memories.Where(m => m.Optimiser is not null).ToDictionary(m => m.Name, m => DerivedOptimisedMemory.Of(m.Model, m.Optimiser!));
        return new(model, memories, optimised, learns ? DerivedGradient.Of(model, memories, optimised) : null);
    }
}

/// <summary>The gradient of a model.</summary>
/// <param name="Segments">Of each segment.</param>
/// <param name="Memories">Of each memory's scan, by its name.</param>
/// <param name="Optimised">Of the scan of each memory that an optimiser of its own moves, by its name.</param>
public sealed record DerivedGradient(
    IReadOnlyList<(LinkedSegment Segment, SegmentGradient Gradient)> Segments, IReadOnlyDictionary<string, DerivedMemoryGradient> Memories,
    IReadOnlyDictionary<string, DerivedOptimisedGradient> Optimised)
{
    internal static DerivedGradient Of(LinkedModel model, IReadOnlyDictionary<string, DerivedMemory> memories, IReadOnlyDictionary<string, DerivedOptimisedMemory> optimised) => new(
        [.. model.Segments.Select(s => (s, SegmentGradient.Of(s)))],
        memories.ToDictionary(m => m.Key, m => DerivedMemoryGradient.Of(m.Value)),
        optimised.ToDictionary(m => m.Key, m => DerivedOptimisedGradient.Of(m.Value)));
}
