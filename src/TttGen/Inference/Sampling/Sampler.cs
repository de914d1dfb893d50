namespace TttGen.Inference.Sampling;

/// <summary>
/// Chooses tokens from logits. In this order: repetition penalty, temperature, top-k, top-p (of what top-k left), min-p; then a draw from what is left, in
/// proportion to probability: the likeliest first, of equal logits the lower id. Allocates nothing once it has seen the vocabulary. One sampler serves one sequence:
/// it carries the state of its random numbers.
/// </summary>
public sealed class Sampler
{
    private readonly SamplerOptions _options;
    private readonly RankedTokens _ranked;
    private Xoshiro256 _random;
    private bool[] _penalised;
    private int[] _kept;
    private float[] _logits;
    private double[] _weights;

    /// <summary>A sampler at the start of its random numbers.</summary>
    /// <param name="options">How to choose.</param>
    /// <param name="vocabulary">Room for this many logits is made at once; without it, by the first call.</param>
    /// <exception cref="TttException">An option is out of range.</exception>
    public Sampler(SamplerOptions options, int vocabulary = 0)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegative(vocabulary);
        options.Check();
        _options = options;
        _random = new Xoshiro256(options.Seed);
        _ranked = new RankedTokens(vocabulary);
        (_penalised, _kept, _logits, _weights) = (new bool[vocabulary], new int[vocabulary], new float[vocabulary], new double[vocabulary]);
    }

    /// <summary>The next token.</summary>
    /// <param name="logits">[vocabulary]; −∞ for a token that must not be chosen. Changed by the repetition penalty.</param>
    /// <param name="history">The tokens that the repetition penalty is for; each counts once.</param>
    /// <exception cref="TttException">A logit is NaN or +∞, all are −∞, or a token of the history is out of range.</exception>
    public int Next(Span<float> logits, ReadOnlySpan<int> history)
    {
        MakeRoom(logits.Length, logits.Length);
        // Before the penalty, which must not hide what the model did; and after, for it moves the greatest.
        int greatest = Greatest(logits);
        if (_options.RepetitionPenalty != 1 && !history.IsEmpty)
        {
            Penalise(logits, history);
            greatest = Greatest(logits);
        }

        if (_options.Temperature == 0) return greatest;
        float most = logits[greatest];
        double total = Total(logits, most);
        _ranked.Fill(logits);
        return Draw(_ranked, most, total, total);
    }

    /// <summary>Whether a row's greatest logit is all that <see cref="Next"/> would look at.</summary>
    internal bool TakesGreatest(ReadOnlySpan<int> history) => _options.Temperature == 0 && KeepsLogits(history);

    /// <summary>What logits are multiplied by in sums that <see cref="TryNext"/> is given; 0 where it needs the whole row.</summary>
    internal float InverseTemperature(ReadOnlySpan<int> history)
    {
        // Beyond these, float32 has not the range for sums of known error.
        const double Coldest = 1e-3, Hottest = 1e3;
        if (!KeepsLogits(history)) return 0;
        if (_options.Temperature == 0) return 1;
        return _options.Temperature is >= Coldest and <= Hottest ? (float)(1 / _options.Temperature) : 0;
    }

    /// <summary>The token that <see cref="Next"/> draws from the row that these candidates are of, where they decide it; else nothing has happened.</summary>
    internal bool TryNext(RankedCandidates candidates, out int token)
    {
        token = -1;
        if (candidates.Greatest is not var (greatest, most)) return false;
        if (_options.Temperature == 0)
        {
            token = greatest;
            return true;
        }

        MakeRoom(0, candidates.Most);
        var total = HasTop || _options.MinP == 0 ? candidates.Total(most, _options.Temperature) : candidates.Total(most, _options.Temperature, Least(most));
        if (total is not var (low, high)) return false;
        var before = _random;
        token = Draw(candidates, most, low, high);
        if (token < 0) _random = before;
        return token >= 0;
    }

    private bool KeepsLogits(ReadOnlySpan<int> history) => _options.RepetitionPenalty == 1 || history.IsEmpty;

    private static int Greatest(ReadOnlySpan<float> logits)
    {
        int greatest = -1;
        float most = float.NegativeInfinity;
        for (int id = 0; id < logits.Length; id++)
        {
            if (logits[id] <= most) continue;
            if (float.IsNaN(logits[id]) || float.IsPositiveInfinity(logits[id]))
                throw new TttException($"logit {id} is {(float.IsNaN(logits[id]) ? "NaN" : "infinite")}, expected a finite number; the model's weights or its input are out of range");
            (greatest, most) = (id, logits[id]);
        }

        return greatest >= 0 ? greatest : throw new TttException($"none of {logits.Length} logits is finite, expected one at least; there is no token to choose");
    }

    private void Penalise(Span<float> logits, ReadOnlySpan<int> history)
    {
        foreach (int id in history)
            if ((uint)id >= (uint)logits.Length) throw new TttException($"token {id} in the history: expected an id from 0 to {logits.Length - 1}");
        foreach (int id in history)
        {
            if (_penalised[id]) continue;
            _penalised[id] = true;
            double logit = logits[id], penalised = logit > 0 ? logit / _options.RepetitionPenalty : logit * _options.RepetitionPenalty;
            // A finite logit stays one: an extreme penalty neither bans a token nor makes it certain.
            if (double.IsFinite(logit)) logits[id] = (float)Math.Clamp(penalised, float.MinValue, float.MaxValue);
        }

        foreach (int id in history) _penalised[id] = false;
    }

    /// <summary>
    /// Draws from a ranking; −1 where it ends too early, or the total is not known so well that it decides. The total is that of weights exp((logit − most) / temperature)
    /// of all tokens; where nothing but min-p cuts, of those that it leaves.
    /// </summary>
    private int Draw(Ranking ranking, float most, double totalLow, double totalHigh)
    {
        double unit = _random.NextUnit();
        return HasTop ? DrawFromTop(ranking, most, totalLow, totalHigh, unit) : DrawFromAll(ranking, most, unit * totalLow, unit * totalHigh);
    }

    /// <summary>Whether top-k or top-p cuts.</summary>
    private bool HasTop => _options.TopK > 0 || _options.TopP < 1;

    private int DrawFromAll(Ranking ranking, float most, double placeLow, double placeHigh)
    {
        double least = Least(most);
        int last = -1;
        bool goesOn;
        while ((goesOn = ranking.TryTake(out int id, out float logit)) && logit >= least)
        {
            double weight = Weight(logit, most);
            // A weight that has vanished is never drawn, not even where rounding leaves the place at the end.
            if (weight > 0) last = id;
            placeLow -= weight;
            placeHigh -= weight;
            if (placeHigh < 0) return last;
            if (placeLow < 0) return -1;
        }

        return goesOn || ranking.IsComplete ? last : -1;
    }

    private int DrawFromTop(Ranking ranking, float most, double totalLow, double totalHigh, double unit)
    {
        int limit = _options.TopK > 0 ? _options.TopK : int.MaxValue, count = 0, kept = 0;
        if (_options.TopK > 0)
        {
            totalLow = 0;
            while (count < limit && TakeNext()) totalLow += _weights[count - 1];
            if (count < limit && !ranking.IsComplete) return -1;
            (limit, totalHigh) = (count, totalLow);
        }

        double sum = 0;
        while (kept < limit && sum < _options.TopP * totalHigh)
        {
            if (sum >= _options.TopP * totalLow) return -1;
            if (kept == count && !TakeNext())
            {
                if (!ranking.IsComplete) return -1;
                break;
            }

            sum += _weights[kept++];
        }

        double least = Least(most);
        while (kept > 1 && _logits[kept - 1] < least) kept--;
        return DrawFromKept(kept, unit);

        bool TakeNext()
        {
            if (!ranking.TryTake(out int id, out float logit)) return false;
            (_kept[count], _logits[count], _weights[count]) = (id, logit, Weight(logit, most));
            count++;
            return true;
        }
    }

    private int DrawFromKept(int count, double unit)
    {
        double sum = 0;
        for (int i = 0; i < count; i++) sum += _weights[i];
        double place = unit * sum;
        int last = 0;
        for (int i = 0; i < count; i++)
        {
            if (_weights[i] > 0) last = i;
            if ((place -= _weights[i]) < 0) break;
        }

        return _kept[last];
    }

    /// <summary>Σ of weights that <see cref="Draw"/> is for.</summary>
    private double Total(ReadOnlySpan<float> logits, float most)
    {
        // The first k have a total of their own.
        if (_options.TopK > 0) return double.NaN;
        double least = HasTop ? double.NegativeInfinity : Least(most), total = 0;
        foreach (float logit in logits)
            if (logit >= least) total += Weight(logit, most);
        return total;
    }

    private double Weight(float logit, float most) => Math.Exp(((double)logit - most) / _options.Temperature);

    /// <summary>p ≥ MinP · p_most, as logits.</summary>
    private double Least(float most) => _options.MinP > 0 ? most + Math.Log(_options.MinP) * _options.Temperature : double.NegativeInfinity;

    private void MakeRoom(int vocabulary, int kept)
    {
        if (_penalised.Length < vocabulary) _penalised = new bool[vocabulary];
        if (_kept.Length < kept) (_kept, _logits, _weights) = (new int[kept], new float[kept], new double[kept]);
    }
}
