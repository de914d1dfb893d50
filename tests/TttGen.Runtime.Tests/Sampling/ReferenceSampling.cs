using TttGen.Inference.Sampling;

namespace TttGen.Runtime.Tests.Sampling;

/// <summary>What each token's probability should be, said in the plainest way: sort everything, one step after the other.</summary>
internal static class ReferenceSampling
{
    public static Dictionary<int, double> Distribution(float[] logits, int[] history, SamplerOptions options)
    {
        double[] scores = [.. logits.Select(static x => (double)x)];
        foreach (int id in history.Distinct())
            scores[id] = (float)(scores[id] > 0 ? scores[id] / options.RepetitionPenalty : scores[id] * options.RepetitionPenalty);

        var ranked = Enumerable.Range(0, logits.Length).Where(id => !double.IsNegativeInfinity(scores[id])).OrderByDescending(id => scores[id]).ThenBy(id => id).ToList();
        if (options.Temperature == 0) return new() { [ranked[0]] = 1 };
        if (options.TopK > 0) ranked = ranked.Take(options.TopK).ToList();

        double most = scores[ranked[0]];
        Dictionary<int, double> probability = Normalised(ranked.ToDictionary(id => id, id => Math.Exp((scores[id] - most) / options.Temperature)));
        double before = 0;
        var nucleus = new List<int>();
        foreach (int id in ranked)
        {
            if (before >= options.TopP) break;
            nucleus.Add(id);
            before += probability[id];
        }

        return Normalised(nucleus.Where(id => probability[id] >= options.MinP * probability[ranked[0]] * (1 - 1e-12)).ToDictionary(id => id, id => probability[id]));
    }

    private static Dictionary<int, double> Normalised(Dictionary<int, double> weights)
    {
        double sum = weights.Values.Sum();
        return weights.ToDictionary(pair => pair.Key, pair => pair.Value / sum);
    }
}
