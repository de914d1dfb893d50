using System.Runtime.CompilerServices;
using TttGen.Cpu;

namespace TttGen.Training;

/// <summary>The softmax of one row of logits with its cross-entropy and that one's gradient, in place.</summary>
internal static unsafe class SoftmaxRow<V>
    where V : struct, ILanes<V, float>
{
    /// <summary>Elements that are summed in floats before they join a sum of doubles.</summary>
    private const int Block = 512;

    /// <summary>−ln p(target); the row becomes e^(logit − the largest), with the sum of which it is a probability.</summary>
    /// <param name="row">Logits; −∞ beyond the vocabulary.</param>
    /// <param name="count">Elements: a multiple of the widest register.</param>
    /// <param name="target">Which was right.</param>
    /// <param name="sum">Σ of what the row becomes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Exponentials(float* row, int count, int target, out double sum)
    {
        V most = V.Load(row);
        for (int i = V.Count; i < count; i += V.Count)
            most = V.Max(most, V.Load(row + i));
        float largest = V.MaxAcross(most);
        double distance = (double)largest - row[target];
        sum = 0;
        for (int block = 0; block < count; block += Block)
            sum += Exponentials(row + block, Math.Min(Block, count - block), largest);
        return Math.Log(sum) + distance;
    }

    /// <summary>row = scale · (row / sum − onehot): the gradient of scale times the cross-entropy with respect to the logits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Gradient(float* row, int count, int target, double sum, float scale)
    {
        var factor = V.Broadcast((float)(scale / sum));
        for (int i = 0; i < count; i += V.Count)
            V.Store(factor * V.Load(row + i), row + i);
        row[target] -= scale;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Exponentials(float* row, int count, float largest)
    {
        V shift = V.Broadcast(largest), sum = V.Zero;
        for (int i = 0; i < count; i += V.Count)
        {
            V x = V.Exp(V.Load(row + i) - shift);
            V.Store(x, row + i);
            sum += x;
        }

        return V.Sum(sum);
    }
}
