using TttGen.Compiler.Ir;

namespace TttGen.Generators.Tests.Derived;

/// <summary>Attention over one sequence and its gradient in float64, score by score.</summary>
/// <param name="attend">What kind.</param>
/// <param name="tokens">The sequence's.</param>
/// <param name="of">The numbers of an operand.</param>
internal sealed class AttentionOracle(Attend attend, int tokens, Func<Node, double[]> of)
{
    private readonly int _feature = attend.Feature, _heads = attend.Heads, _keyHeads = attend.KeyHeads;
    private readonly double[] _query = of(attend.Query), _key = of(attend.Key), _value = of(attend.Value);
    private readonly double[]? _sinks = attend.Sinks is { } sinks ? of(sinks) : null;
    private readonly double _scale = attend.Scale is { } scale ? of(scale)[0] : attend.OwnScale, _cap = attend.Cap is { } cap ? of(cap)[0] : 0;

    public double[] Answers()
    {
        var answers = new double[_query.Length];
        Each((t, head, s, weight, _) =>
        {
            for (var f = 0; f < _feature; f++) answers[At(t, head, _heads) + f] += weight * _value[At(s, head / attend.Group, _keyHeads) + f];
        }, null);
        return answers;
    }

    /// <summary>The gradient by one operand.</summary>
    public double[] Gradient(double[] dAnswers, int operand)
    {
        var gradient = new double[of(attend.Rows[operand]).Length];
        var dSinks = Each((t, head, s, weight, dScore) =>
        {
            var (q, k) = (At(t, head, _heads), At(s, head / attend.Group, _keyHeads));
            for (var f = 0; f < _feature; f++)
                switch (operand)
                {
                    case 0: gradient[q + f] += dScore * _key[k + f]; break;
                    case 1: gradient[k + f] += dScore * _query[q + f]; break;
                    case 2: gradient[k + f] += weight * dAnswers[q + f]; break;
                }
        }, dAnswers);
        return operand < 3 ? gradient : dSinks;
    }

    /// <summary>Every query and key that it sees: the softmax's weight, and the gradient of the product of the two. Answers the gradient of the sinks, [tokens, heads].</summary>
    private double[] Each(Action<int, int, int, double, double> pair, double[]? dAnswers)
    {
        var dSinks = new double[tokens * _heads];
        for (var head = 0; head < _heads; head++)
            for (var t = 0; t < tokens; t++)
            {
                var (first, q) = (attend.Window == 0 ? 0 : Math.Max(0, t - attend.Window + 1), At(t, head, _heads));
                var (weights, slopes) = (new double[t + 1], new double[t + 1]);
                for (var s = first; s <= t; s++)
                {
                    var score = _scale * Dot(_query, q, _key, At(s, head / attend.Group, _keyHeads));
                    var share = _cap == 0 ? 0 : Math.Tanh(score / _cap);
                    (weights[s], slopes[s]) = (Math.Exp(_cap == 0 ? score : _cap * share), 1 - share * share);
                }
                var sink = _sinks is null ? 0 : Math.Exp(_sinks[t * _heads + head]);
                var sum = weights.Sum() + sink;
                var dWeights = new double[t + 1];
                for (var s = first; s <= t; s++)
                {
                    weights[s] /= sum;
                    if (dAnswers is not null) dWeights[s] = Dot(dAnswers, q, _value, At(s, head / attend.Group, _keyHeads));
                }
                var mean = weights.Zip(dWeights, (w, d) => w * d).Sum();
                for (var s = first; s <= t; s++) pair(t, head, s, weights[s], weights[s] * (dWeights[s] - mean) * slopes[s] * _scale);
                dSinks[t * _heads + head] = -sink / sum * mean;
            }
        return dSinks;
    }

    private int At(int t, int head, int heads) => (t * heads + head) * _feature;

    private double Dot(double[] a, int atA, double[] b, int atB)
    {
        double sum = 0;
        for (var f = 0; f < _feature; f++) sum += a[atA + f] * b[atB + f];
        return sum;
    }
}
