namespace TttGen.Training;

/// <summary>Options of a model that learns.</summary>
public sealed record TrainableOptions
{
    /// <summary>Tokens that a call may have, all its sequences together.</summary>
    public int MaxTokens { get; init; } = 2048;

    /// <summary>Worker threads; 0: one a processor.</summary>
    public int Threads { get; init; }

    /// <summary>Mini-batches from one inner state that the backward pass keeps to the next; those between are made again. The reference keeps every fourth; here they are one head's at a
    /// time, and to make them again costs more than to keep all, unless sequences are long.</summary>
    public int KeepEvery { get; init; } = 1;

    /// <summary>Bytes of activations that may be kept across layers. Layers past it keep their input only, and are run again in the backward pass.</summary>
    public long ActivationBytes { get; init; } = 2L << 30;
}
