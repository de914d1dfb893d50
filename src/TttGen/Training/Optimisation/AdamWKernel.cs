using System.Runtime.CompilerServices;
using TttGen.Cpu;

namespace TttGen.Training.Optimisation;

/// <summary>One update of a run of weights: everything is read once and written once.</summary>
internal static unsafe class AdamWKernel
{
    /// <summary>Updates weights, m and v; the gradients, spent, become zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Update<V>(float* weights, float* gradients, float* first, float* second, int count, in AdamWFactors factors)
        where V : struct, ILanes<V, float>
    {
        V scale = V.Broadcast(factors.Scale), keep = V.Broadcast(factors.Keep), move = V.Broadcast(factors.Move);
        V newFirst = V.Broadcast(factors.First), newSecond = V.Broadcast(factors.Second), keepSecond = V.Broadcast(factors.KeepSecond);
        V unbias = V.Broadcast(factors.Unbias), epsilon = V.Broadcast(factors.Epsilon);

        for (var i = 0; i < count; i += V.Count)
        {
            var rest = count - i;
            var whole = rest >= V.Count;
            V w = whole ? V.Load(weights + i) : V.LoadPartial(weights + i, rest);
            V g = whole ? V.Load(gradients + i) : V.LoadPartial(gradients + i, rest);
            V m = whole ? V.Load(first + i) : V.LoadPartial(first + i, rest);
            V v = whole ? V.Load(second + i) : V.LoadPartial(second + i, rest);
            g = scale * g;
            m = V.MultiplyAdd(newFirst, g - m, m);
            v = V.MultiplyAdd(newSecond * g, g, keepSecond * v);
            w = V.MultiplyAdd(move, m / V.MultiplyAdd(V.Sqrt(v), unbias, epsilon), keep * w);
            if (whole)
            {
                V.Store(w, weights + i);
                V.Store(m, first + i);
                V.Store(v, second + i);
                V.Store(V.Zero, gradients + i);
            }
            else
            {
                V.StorePartial(w, weights + i, rest);
                V.StorePartial(m, first + i, rest);
                V.StorePartial(v, second + i, rest);
                V.StorePartial(V.Zero, gradients + i, rest);
            }
        }
    }
}
