namespace TttGen.Inference.Sampling;

/// <summary>
/// The first tokens of a row, from what a device keeps of it: the row is dealt out to segments; of each there are the <see cref="Kept"/> greatest in order, and
/// Σ exp((logit − the segment's max) / temperature) in f32. Tokens up to the last of a segment that has more are known in their order.
/// </summary>
internal sealed class RankedCandidates : Ranking
{
    /// <summary>Tokens a segment at most.</summary>
    internal const int SegmentTokens = 2048;

    /// <summary>Tokens kept of a segment.</summary>
    internal const int Kept = 64;

    /// <summary>Numbers a segment: the sum's bits, then keys in falling order.</summary>
    internal const int Numbers = 1 + Kept;

    /// <summary>
    /// How far a device's sum may be from the true one. In units of 2⁻²⁴: 40 additions, 4 of the exponential function, and 3 times |argument| for the argument's rounding,
    /// whose mean under the distribution is below ln 2048: 67 in all, or 4·10⁻⁶.
    /// </summary>
    private const double SumError = 1e-5;

    private readonly int[] _next;
    private long[] _ranked = [];
    private int _first;
    private long _lastKnown;

    /// <param name="vocabulary">Logits a row.</param>
    internal RankedCandidates(int vocabulary) => _next = new int[Segments(vocabulary)];

    /// <summary>Segments of a row.</summary>
    internal static int Segments(int vocabulary) => (vocabulary + SegmentTokens - 1) / SegmentTokens;

    internal override bool IsComplete => _lastKnown == LogitKey.None;

    /// <summary>Tokens that may come at most.</summary>
    internal int Most => _next.Length * Kept;

    /// <summary>The greatest logit and its token; null where a logit is NaN or +∞, or all are −∞.</summary>
    internal (int Id, float Logit)? Greatest
    {
        get
        {
            var greatest = LogitKey.None;
            for (var s = 0; s < _next.Length; s++)
            {
                if (!float.IsFinite(Sum(s))) return null;
                greatest = Math.Max(greatest, Key(s, 0));
            }
            return LogitKey.IsPossible(greatest) ? (LogitKey.Id(greatest), LogitKey.Logit(greatest)) : null;
        }
    }

    /// <summary>Starts with a row; all keys are numbers'.</summary>
    /// <param name="ranked">What the device made, which stays as it is meanwhile.</param>
    /// <param name="row">Which row of it.</param>
    internal void Begin(long[] ranked, int row)
    {
        (_ranked, _first) = (ranked, row * _next.Length * Numbers);
        Array.Clear(_next);
        _lastKnown = LogitKey.None;
        for (var s = 0; s < _next.Length; s++)
            if (LogitKey.IsPossible(Key(s, Kept - 1))) _lastKnown = Math.Max(_lastKnown, Key(s, Kept - 1));
    }

    internal override bool TryTake(out int id, out float logit)
    {
        var (best, from) = (LogitKey.None, 0);
        for (var s = 0; s < _next.Length; s++)
        {
            if (_next[s] == Kept || Key(s, _next[s]) <= best) continue;
            (best, from) = (Key(s, _next[s]), s);
        }
        (id, logit) = (LogitKey.Id(best), LogitKey.Logit(best));
        if (best < _lastKnown || !LogitKey.IsPossible(best)) return false;
        _next[from]++;
        return true;
    }

    /// <summary>Bounds of Σ exp((logit − most) / temperature) over all tokens.</summary>
    internal (double Low, double High) Total(float most, double temperature)
    {
        double total = 0;
        for (var s = 0; s < _next.Length; s++)
            total += Sum(s) * Math.Exp(((double)Math.Max(LogitKey.Logit(Key(s, 0)), float.MinValue) - most) / temperature);
        return (total * (1 - SumError), total * (1 + SumError));
    }

    /// <summary>The same over tokens whose logit is at least so much; null where not all of them are known.</summary>
    internal (double Low, double High)? Total(float most, double temperature, double least)
    {
        // Sums of numbers in double, in another order than the row's.
        const double Rounding = 1e-12;
        if (!IsComplete && LogitKey.Logit(_lastKnown) >= least) return null;
        double total = 0;
        for (var s = 0; s < _next.Length; s++)
            for (var k = 0; k < Kept && LogitKey.IsPossible(Key(s, k)) && LogitKey.Logit(Key(s, k)) >= least; k++)
                total += Math.Exp(((double)LogitKey.Logit(Key(s, k)) - most) / temperature);
        return (total * (1 - Rounding), total * (1 + Rounding));
    }

    private long Key(int segment, int place) => _ranked[_first + segment * Numbers + 1 + place];

    private float Sum(int segment) => BitConverter.Int32BitsToSingle((int)_ranked[_first + segment * Numbers]);
}
