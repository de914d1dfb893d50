namespace TttGen.Checkpoints;

/// <summary>Where a tensor lies and what it is, as its file's header says, checked against the file's length.</summary>
/// <param name="Key">For example <c>model.norm.weight</c>.</param>
/// <param name="Type">Of the elements in the file.</param>
/// <param name="Shape">Empty for a scalar.</param>
/// <param name="Count">Elements.</param>
/// <param name="Offset">First byte, from the file's start.</param>
public sealed record TensorEntry(string Key, DType Type, IReadOnlyList<long> Shape, long Count, long Offset)
{
    /// <summary>Bytes in the file.</summary>
    public long Bytes => Count * Type.Bytes;

    /// <summary>The shape as errors print it: <c>[12, 1, 64]</c>.</summary>
    internal static string Text<T>(IEnumerable<T> shape) => $"[{string.Join(", ", shape)}]";
}
