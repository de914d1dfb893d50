using TttGen.Compiler.Ir;

namespace TttGen.Generators.Tests.Derived;

/// <summary>Attention over one sequence and its gradient in float64, score by score.</summary>
internal sealed class AttentionOracle(Attend attend, int tokens, double[] query, double[] key, double[] value)
{
    private readonly int _feature = attend.Feature, _heads = attend.Heads, _keyHeads = attend.KeyHeads;

    public double[] Answers()
    {
        var answers = new double[query.Length];
        Each((t, head, s, weight, _) =>
        {
            for (var f = 0; f < _feature; f++) answers[At(t, head, _heads) + f] += weight * value[At(s, head / attend.Group, _keyHeads) + f];
        }, null);
        return answers;
    }

    /// <summary>The gradient by one operand.</summary>
    public double[] Gradient(double[] dAnswers, int operand)
    {
        var gradient = new double[new[] { query, key, value }[operand].Length];
        Each((t, head, s, weight, dScore) =>
        {
            var (q, k) = (At(t, head, _heads), At(s, head / attend.Group, _keyHeads));
            for (var f = 0; f < _feature; f++)
                switch (operand)
                {
                    case 0: gradient[q + f] += dScore * key[k + f]; break;
                    case 1: gradient[k + f] += dScore * query[q + f]; break;
                    default: gradient[k + f] += weight * dAnswers[q + f]; break;
                }
        }, dAnswers);
        return gradient;
    }

    /// <summary>Every query and key that it sees: the softmax's weight, and the gradient of the product of the two.</summary>
    private void Each(Action<int, int, int, double, double> pair, double[]? dAnswers)
    {
        for (var head = 0; head < _heads; head++)
            for (var t = 0; t < tokens; t++)
            {
                var (first, q) = (attend.Window == 0 ? 0 : Math.Max(0, t - attend.Window + 1), At(t, head, _heads));
                var weights = new double[t + 1];
                for (var s = first; s <= t; s++) weights[s] = Math.Exp(attend.Scale * Dot(query, q, key, At(s, head / attend.Group, _keyHeads)));
                var sum = weights.Sum();
                var dWeights = new double[t + 1];
                for (var s = first; s <= t; s++)
                {
                    weights[s] /= sum;
                    if (dAnswers is not null) dWeights[s] = Dot(dAnswers, q, value, At(s, head / attend.Group, _keyHeads));
                }
                var mean = weights.Zip(dWeights, (w, d) => w * d).Sum();
                for (var s = first; s <= t; s++) pair(t, head, s, weights[s], weights[s] * (dWeights[s] - mean) * attend.Scale);
            }
    }

    private int At(int t, int head, int heads) => (t * heads + head) * _feature;

    private double Dot(double[] a, int atA, double[] b, int atB)
    {
        double sum = 0;
        for (var f = 0; f < _feature; f++) sum += a[atA + f] * b[atB + f];
        return sum;
    }
}
