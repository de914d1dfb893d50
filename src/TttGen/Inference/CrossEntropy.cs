using System.Numerics;

namespace TttGen.Inference;

/// <summary>−log softmax(logits)[target], in double from f32 logits.</summary>
internal static class CrossEntropy
{
    /// <summary>log Σ exp(logit − max) + (max − logit of the target): differences first, so that nothing overflows or cancels.</summary>
    public static TokenScore Of(ReadOnlySpan<float> logits, int target)
    {
        var (max, greatest) = Greatest(logits);
        return Of(SumOfExp(logits, max), max, logits[target], greatest);
    }

    /// <summary>The same of what a row was reduced to.</summary>
    /// <param name="sum">Σ exp(logit − max).</param>
    /// <param name="max">The greatest logit, NaN left out.</param>
    /// <param name="logit">That of the target.</param>
    /// <param name="greatest">The token of the greatest.</param>
    public static TokenScore Of(double sum, double max, double logit, int greatest)
    {
        var nats = Math.Log(sum) + (max - logit);
        return new TokenScore(nats, double.IsNaN(nats) ? -1 : greatest);
    }

    private static (float Max, int Id) Greatest(ReadOnlySpan<float> logits)
    {
        var (max, greatest) = (float.NegativeInfinity, 0);
        for (var id = 0; id < logits.Length; id++)
            if (logits[id] > max) (max, greatest) = (logits[id], id);
        return (max, greatest);
    }

    private static double SumOfExp(ReadOnlySpan<float> logits, double max)
    {
        var sum = Vector<double>.Zero;
        var shift = new Vector<double>(max);
        var i = 0;
        for (; i <= logits.Length - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector.Widen(new Vector<float>(logits[i..]), out var low, out var high);
            sum += Vector.Exp(low - shift) + Vector.Exp(high - shift);
        }
        var total = Vector.Sum(sum);
        for (; i < logits.Length; i++)
            total += Math.Exp(logits[i] - max);
        return total;
    }
}
