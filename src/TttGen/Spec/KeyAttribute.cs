namespace TttGen;

/// <summary>
/// A parameter's part of the checkpoint key, where it is not its name in snake case; the empty string for no part of its own. On a
/// <see cref="Linear{TInput, TOutput}"/> it is the whole key: no <c>.weight</c> is added.
/// </summary>
/// <param name="name">The part of the key.</param>
[AttributeUsage(AttributeTargets.Parameter | AttributeTargets.Property)]
public sealed class KeyAttribute(string name) : Attribute
{
    /// <summary>The part of the key.</summary>
    public string Name => name;

    /// <summary>
    /// Where the checkpoint's shape has an extra axis of size one, counted in that shape (with the head axis of an inner model's stacked
    /// weights); −1 for nowhere. A bias of the memory stored as [heads, 1, size] has 1.
    /// </summary>
    public int UnitAxis { get; init; } = -1;
}
