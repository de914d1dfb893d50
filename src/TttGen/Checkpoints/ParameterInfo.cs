namespace TttGen.Checkpoints;

/// <summary>A tensor of a checkpoint.</summary>
/// <param name="Key">For example <c>model.layers.0.mlp.up_proj.weight</c>.</param>
/// <param name="Shape">As the checkpoint stores it.</param>
public sealed record ParameterInfo(string Key, IReadOnlyList<int> Shape)
{
    /// <summary>The key of the checkpoint's tensor that it is, or is a piece of: <c>in_proj.weight</c> of <c>in_proj.weight[1]</c>.</summary>
    public string TensorKey => TensorPieces.TensorOf(Key);

    /// <summary>Elements in the tensor.</summary>
    public long Count => Shape.Aggregate(1L, static (count, size) => count * size);
}
