namespace TttGen.Training;

/// <summary>Options of a model that learns.</summary>
public sealed record TrainableOptions
{
    /// <summary>Tokens that a call may have, all its sequences together.</summary>
    public int MaxTokens { get; init; } = 2048;

    /// <summary>Worker threads; 0: one a processor.</summary>
    public int Threads { get; init; }

    /// <summary>
    /// Mini-batches between inner states that are saved for the backward pass; those between are recomputed, a group at a time, and the group's inner
    /// gradients are kept until the backward pass has read it. So many that the usual contexts are one group, where nothing is computed twice.
    /// The reference keeps every fourth.
    /// </summary>
    public int CheckpointEvery { get; init; } = 32;

    /// <summary>Bytes of activations that may be kept across layers. Layers past it keep their input only, and are recomputed in the backward pass.</summary>
    public long ActivationBytes { get; init; } = 2L << 30;
}
