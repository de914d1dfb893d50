namespace TttGen.Compiler;

/// <summary>
/// Everything that one [Model] record says, and nothing of Roslyn: two equal sources compile to equal files. Equality is by value, lists
/// element by element, so that a generator may cache by it.
/// </summary>
/// <param name="Namespace">The record's namespace; empty for the global one.</param>
/// <param name="ContainingTypes">Headers of the types around the record, outermost first, for example <c>public static partial class Presets</c>.</param>
/// <param name="Declaration">The record's own header, for example <c>public sealed partial record class Ttt125M</c>.</param>
/// <param name="Name">The record's name.</param>
/// <param name="Accessibility"><c>public</c>, <c>internal</c>, <c>private</c> …</param>
/// <param name="Root">The record itself as text (<see cref="Language.SpecText"/>).</param>
/// <param name="Specs">The text of every spec reachable from it, the root not among them, sorted by full name and number of type parameters.</param>
/// <param name="Dimensions">Every dimension that any of these texts names, sorted by full name.</param>
/// <param name="IsTrainable">Whether its gradient is compiled, too.</param>
/// <param name="EmitsCuda">Whether it has a plan that runs it on a device.</param>
/// <param name="EmitsKernels">Whether the kernels of that plan are emitted, too: in a compilation that references ILGPU.</param>
/// <param name="WritesArtefacts">Whether what the passes made is written as text beside the C#.</param>
public sealed record ModelSource(
    string Namespace,
    ValueList<string> ContainingTypes,
    string Declaration,
    string Name,
    string Accessibility,
    string Root,
    ValueList<string> Specs,
    ValueList<DimensionSize> Dimensions,
    bool IsTrainable = false,
    bool EmitsCuda = false,
    bool EmitsKernels = false,
    bool WritesArtefacts = false)
{
    /// <summary>Names of <see cref="Emit.LibraryNames"/> that something of the user's hides where the record stands.</summary>
    public ValueList<string> Hidden { get; init; } = Array.Empty<string>().ToValueList();
}

/// <summary>A named dimension, as [Dim] says it.</summary>
/// <param name="Name">Full name, for example <c>App.Width</c>.</param>
/// <param name="Size">At least 1.</param>
public sealed record DimensionSize(string Name, int Size);
