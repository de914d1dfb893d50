using System.Numerics;
using System.Runtime.CompilerServices;

namespace TttGen.Training.Optimisation;

/// <summary>Σ g², in double: a large model's many small terms would be lost in float.</summary>
internal static unsafe class GradientSquares
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static double Sum(float* gradients, int count)
    {
        Vector<double> low = Vector<double>.Zero, high = Vector<double>.Zero;
        var i = 0;
        for (; i <= count - Vector<float>.Count; i += Vector<float>.Count)
        {
            Vector.Widen(Vector.Load(gradients + i), out var a, out var b);
            low += a * a;
            high += b * b;
        }
        var sum = Vector.Sum(low + high);
        for (; i < count; i++)
            sum += (double)gradients[i] * gradients[i];
        return sum;
    }
}
