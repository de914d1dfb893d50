namespace TttGen.Scans;

/// <summary>A call's tokens by mini-batch: the first part may begin inside one, the last may end inside one.</summary>
/// <param name="miniBatch">Tokens of a mini-batch.</param>
/// <param name="place">Tokens of the first mini-batch that came before the call.</param>
/// <param name="tokens">Of the call.</param>
public readonly struct MiniBatchParts(int miniBatch, int place, int tokens)
{
    /// <summary>How many mini-batches have tokens of the call.</summary>
    public int Count => (place + tokens + miniBatch - 1) / miniBatch;

    /// <summary>Tokens of one part.</summary>
    /// <param name="part">Which.</param>
    /// <param name="from">Its first token in the call.</param>
    /// <param name="at">That token's place in the mini-batch.</param>
    public int Range(int part, out int from, out int at)
    {
        from = Math.Max(0, part * miniBatch - place);
        at = part == 0 ? place : 0;
        return Math.Min(miniBatch - at, tokens - from);
    }
}
