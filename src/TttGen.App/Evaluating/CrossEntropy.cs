using System.Numerics;

namespace TttGen.App.Evaluating;

/// <summary>−log softmax(logits)[target], in double from f32 logits.</summary>
internal static class CrossEntropy
{
    /// <summary>log Σ exp(logit − max) + (max − logit of the target): differences first, so that nothing overflows or cancels.</summary>
    public static double Nats(ReadOnlySpan<float> logits, int target)
    {
        double max = Max(logits);
        return Math.Log(SumOfExp(logits, max)) + (max - logits[target]);
    }

    private static float Max(ReadOnlySpan<float> logits)
    {
        var max = float.NegativeInfinity;
        foreach (var logit in logits)
            max = Math.Max(max, logit);
        return max;
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
