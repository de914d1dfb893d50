namespace TttGen;

/// <summary>
/// A named dimension: <c>[Dim(768)] public readonly partial struct Width : IDim;</c>. Two dimensions of equal size stay different types, so a
/// wrong shape is an error of the C# compiler.
/// </summary>
public interface IDim
{
    /// <summary>Elements along it; written by the generator from <see cref="DimAttribute"/>.</summary>
    static abstract int Size { get; }
}
