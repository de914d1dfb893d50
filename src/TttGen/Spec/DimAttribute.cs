namespace TttGen;

/// <summary>The size of a dimension (<see cref="IDim"/>).</summary>
/// <param name="size">Elements along it, at least one.</param>
[AttributeUsage(AttributeTargets.Struct)]
public sealed class DimAttribute(int size) : Attribute
{
    /// <summary>Elements along it.</summary>
    public int Size => size;
}
