namespace TttGen.Scans;

/// <summary>What the outer gradient of a scan is called with, beside the scan's own <see cref="ScanCall{T}"/>.</summary>
/// <typeparam name="T">The element.</typeparam>
public unsafe struct ScanGradientCall<T> where T : unmanaged
{
    /// <summary>[tokens, width]: the gradient of the answers.</summary>
    public RowView<T> Output;

    /// <summary>[tokens, width]: set.</summary>
    public RowView<T> Key, Value, Query;

    /// <summary>[tokens, 1]: set.</summary>
    public RowView<T> Rate;

    /// <summary>In place of rates, where an optimiser of its own moves the memory: set.</summary>
    public TokenInputs<T> Inputs;

    /// <summary>[mini-batch]: added to.</summary>
    public T* TokenRate;

    /// <summary>
    /// As the state. In: the gradient by the state after the last token; out: by the state before the first. At place 0 there is no gradient sum: what
    /// lies there is not read, and comes out as zeros.
    /// </summary>
    public T* State;

    /// <summary>Mini-batches from one checkpoint of the state to the next, at least 1; those between are recomputed.</summary>
    public int CheckpointEvery;

    /// <summary>Memory for checkpoints: <see cref="ScanCheckpoints{T}.Size"/>.</summary>
    public T* Checkpoints;
}
