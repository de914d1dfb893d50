namespace TttGen.Scans;

/// <summary>
/// Where the weights that each part of a call starts from lie: every few mini-batches one is saved for good; those between are recomputed, one group at a
/// time, with the inner gradients of that group.
/// </summary>
/// <typeparam name="T">The element.</typeparam>
/// <param name="state">The state before the first token.</param>
/// <param name="memory">Of <see cref="Size"/> elements.</param>
/// <param name="parts">Mini-batches of the call.</param>
/// <param name="every">Mini-batches from one checkpoint to the next.</param>
/// <param name="weights">Elements of the fast weights.</param>
/// <param name="inner">Elements of a mini-batch's inner gradient.</param>
public readonly unsafe struct ScanCheckpoints<T>(T* state, T* memory, int parts, int every, int weights, int inner) where T : unmanaged
{
    /// <summary>Elements, whatever the place that a call starts at.</summary>
    public static long Size(int tokens, int every, int miniBatch, int weights, int inner)
    {
        var parts = (tokens + 2 * miniBatch - 2) / miniBatch;
        return States(parts, every, weights) + (long)inner * Math.Min(every, parts);
    }

    /// <summary>The weights that a part starts from.</summary>
    public T* Start(int part) => part == 0 ? state
        : part % every == 0 ? memory + (part / every - 1) * (nint)weights
        : memory + ((parts - 1) / every - 1 + part % every) * (nint)weights;

    /// <summary>The inner gradient of a part, while its group is at work.</summary>
    public T* Inner(int part) => memory + States(parts, every, weights) + part % every * (nint)inner;

    private static long States(int parts, int every, int weights) => (long)weights * Math.Max(0, (parts - 1) / every + Math.Min(every, parts) - 1);
}
