namespace TttGen.App.Evaluating;

/// <summary>How well one text was predicted at one context.</summary>
/// <param name="Text">The text's name.</param>
/// <param name="Context">Tokens a window.</param>
/// <param name="Windows">Windows read.</param>
/// <param name="Bytes">Bytes that the targets stand for.</param>
/// <param name="NatsByPosition">[context], summed over windows.</param>
internal sealed record EvalResult(string Text, int Context, int Windows, long Bytes, double[] NatsByPosition)
{
    /// <summary>Targets predicted.</summary>
    public long Tokens => (long)Context * Windows;

    /// <summary>Nats a token.</summary>
    public double NatsPerToken => NatsByPosition.Sum() / Tokens;

    /// <summary>Nats a byte.</summary>
    public double NatsPerByte => NatsByPosition.Sum() / Bytes;

    /// <summary>e to the nats a token.</summary>
    public double Perplexity => Math.Exp(NatsPerToken);

    /// <summary>Mean nats a token of places 0 … 15, 16 … 31, 32 … 63 and so on, doubling.</summary>
    public IEnumerable<PositionBucket> Buckets()
    {
        for (var (from, to) = (0, Math.Min(16, Context)); from < Context; (from, to) = (to, Math.Min(2 * to, Context)))
            yield return new PositionBucket(from, to, NatsByPosition[from..to].Sum() / ((double)(to - from) * Windows));
    }
}

/// <summary>Mean nats a token of the places <paramref name="From"/> … <paramref name="To"/> − 1 of a window.</summary>
internal sealed record PositionBucket(int From, int To, double NatsPerToken);
