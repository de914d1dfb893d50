namespace TttGen;

/// <summary>
/// A parameter's part of the checkpoint key, where it is not its name in snake case; the empty string for no part of its own. On a
/// <see cref="Linear{TInput, TOutput}"/> it is the whole key: no <c>.weight</c> is added. In a model, a key that begins with '/' stands at the checkpoint's root: without
/// <c>model.</c> before it.
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

    /// <summary>
    /// Which of the pieces of one tensor the parameter is, from 0: pieces lie one behind another along the tensor's first axis, each a parameter with the same key. A
    /// checkpoint that has the products of one row in one matrix is read so. −1: the whole tensor.
    /// </summary>
    public int Piece { get; init; } = -1;
}
