namespace TttGen.Training.Optimisation;

/// <summary>A part of one tensor that one worker treats at once. How weights are cut depends on the model alone, so that sums have the same bits on any machine.</summary>
/// <param name="Tensor">Index of the tensor.</param>
/// <param name="Offset">First element among all weights.</param>
/// <param name="Count">Elements.</param>
/// <param name="Decays">Whether its weights decay.</param>
internal readonly record struct ParameterBlock(int Tensor, long Offset, int Count, bool Decays)
{
    // Four streams of 64 KiB each: they fit a core's own cache, and a block's start costs nothing beside them.
    private const int Longest = 16384;

    /// <summary>All blocks of a model, in the order of its tensors.</summary>
    public static ParameterBlock[] Of(IReadOnlyList<TrainableTensor> tensors, bool decayMatricesOnly)
    {
        var blocks = new List<ParameterBlock>();
        for (var i = 0; i < tensors.Count; i++)
        {
            var tensor = tensors[i];
            for (var first = 0; first < tensor.Count; first += Longest)
                blocks.Add(new ParameterBlock(i, tensor.Offset + first, Math.Min(Longest, tensor.Count - first), tensor.IsMatrix || !decayMatricesOnly));
        }
        return [.. blocks];
    }
}
