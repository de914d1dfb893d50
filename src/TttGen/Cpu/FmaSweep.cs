using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TttGen.Cpu;

/// <summary>Fused multiply-adds from registers alone: what <see cref="MachineLimits.FmaGflops"/> times.</summary>
internal sealed class FmaSweep : IParallelWork
{
    public const int Chains = 12;
    public const int Rounds = 4_000_000;
    private float _sum;

    public void Execute(int kernel, int worker, int workers)
    {
        float sum = Vector512.IsHardwareAccelerated ? Chain<Lanes512>()
            : Vector256.IsHardwareAccelerated ? Chain<Lanes256>()
            : Chain<Lanes128>();

        // A use of the result, so that no compiler may leave the work out.
        Volatile.Write(ref _sum, sum);
    }

    /// <summary>Twelve independent chains: latency times throughput of every processor we know, in the registers that all of them have.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Chain<V>()
        where V : struct, ILanes<V, float>
    {
        V x = V.Broadcast(0.5f), y = V.Broadcast(1f);
        V a = y, b = y, c = y, d = y, e = y, f = y, g = y, h = y, i = y, j = y, k = y, l = y;
        for (int round = 0; round < Rounds; round++)
        {
            a = V.MultiplyAdd(a, x, y);
            b = V.MultiplyAdd(b, x, y);
            c = V.MultiplyAdd(c, x, y);
            d = V.MultiplyAdd(d, x, y);
            e = V.MultiplyAdd(e, x, y);
            f = V.MultiplyAdd(f, x, y);
            g = V.MultiplyAdd(g, x, y);
            h = V.MultiplyAdd(h, x, y);
            i = V.MultiplyAdd(i, x, y);
            j = V.MultiplyAdd(j, x, y);
            k = V.MultiplyAdd(k, x, y);
            l = V.MultiplyAdd(l, x, y);
        }

        return V.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }
}
