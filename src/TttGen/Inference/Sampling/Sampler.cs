namespace TttGen.Inference.Sampling;

/// <summary>
/// Chooses tokens from logits. In this order: repetition penalty, temperature, top-k, top-p (of what top-k left), min-p; then a draw from what is left, in
/// proportion to probability. Of equal logits the lower id comes first. Allocates nothing once it has seen the vocabulary. One sampler serves one sequence:
/// it carries the state of its random numbers.
/// </summary>
public sealed class Sampler
{
    private readonly SamplerOptions _options;
    private readonly RankedTokens _ranked;
    private Xoshiro256 _random;
    private bool[] _penalised;
    private int[] _kept;
    private double[] _weights;

    /// <summary>A sampler at the start of its random numbers.</summary>
    /// <param name="options">How to choose.</param>
    /// <param name="vocabulary">Room for this many logits is made at once; without it, by the first call.</param>
    /// <exception cref="TttException">An option is out of range.</exception>
    public Sampler(SamplerOptions options, int vocabulary = 0)
    {
        options.Check();
        _options = options;
        _random = new Xoshiro256(options.Seed);
        _ranked = new RankedTokens(vocabulary);
        (_penalised, _kept, _weights) = (new bool[vocabulary], new int[vocabulary], new double[vocabulary]);
    }

    /// <summary>The next token.</summary>
    /// <param name="logits">[vocabulary]; −∞ for a token that must not be chosen. Changed by the repetition penalty.</param>
    /// <param name="history">The tokens that the repetition penalty is for; each counts once.</param>
    /// <exception cref="TttException">A logit is NaN or +∞, all are −∞, or a token of the history is out of range.</exception>
    public int Next(Span<float> logits, ReadOnlySpan<int> history)
    {
        if (_weights.Length < logits.Length) (_penalised, _kept, _weights) = (new bool[logits.Length], new int[logits.Length], new double[logits.Length]);
        // Before the penalty, which must not hide what the model did; and after, for it moves the greatest.
        int greatest = Greatest(logits);
        if (_options.RepetitionPenalty != 1 && !history.IsEmpty)
        {
            Penalise(logits, history);
            greatest = Greatest(logits);
        }

        return _options.Temperature == 0 ? greatest : Draw(Keep(logits, logits[greatest]));
    }

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

    /// <summary>Puts the tokens that may be drawn in <see cref="_kept"/> with weights exp((logit − most) / temperature) beside them; says how many.</summary>
    private int Keep(ReadOnlySpan<float> logits, float most)
    {
        int count = 0;
        // p ≥ MinP · p_most, as logits.
        double least = _options.MinP > 0 ? most + Math.Log(_options.MinP) * _options.Temperature : double.NegativeInfinity;
        if (_options.TopK == 0 && _options.TopP >= 1)
        {
            for (int id = 0; id < logits.Length; id++)
                if (logits[id] >= least) Add(id, logits[id]);
            return count;
        }

        _ranked.Fill(logits);
        int limit = _options.TopK > 0 ? Math.Min(_options.TopK, _ranked.Count) : _ranked.Count;
        double total = 0, sum = 0;
        if (_options.TopK > 0)
        {
            while (count < limit) total += AddNext();
        }
        else
        {
            foreach (float logit in logits) total += Weight(logit);
        }

        int kept = 0;
        while (kept < limit && sum < _options.TopP * total)
        {
            if (kept == count) AddNext();
            sum += _weights[kept++];
        }

        while (kept > 1 && logits[_kept[kept - 1]] < least) kept--;
        return kept;

        double AddNext()
        {
            var (id, logit) = _ranked.Take();
            Add(id, logit);
            return _weights[count - 1];
        }

        void Add(int id, float logit)
        {
            _kept[count] = id;
            _weights[count++] = Weight(logit);
        }

        double Weight(float logit) => Math.Exp(((double)logit - most) / _options.Temperature);
    }

    private int Draw(int count)
    {
        double sum = 0;
        for (int i = 0; i < count; i++) sum += _weights[i];
        double place = _random.NextUnit() * sum;
        int last = 0;
        for (int i = 0; i < count; i++)
        {
            // A weight that has vanished is never drawn, not even where rounding leaves the place at the end.
            if (_weights[i] > 0) last = i;
            if ((place -= _weights[i]) < 0) return _kept[last];
        }

        return _kept[last];
    }
}
