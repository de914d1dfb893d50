using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TttGen.Cpu;

/// <summary>Memory read once from end to end, a share each worker: what <see cref="MachineLimits.ReadBandwidth"/> times.</summary>
internal sealed unsafe class ReadSweep(NativeBuffer buffer) : IParallelWork
{
    private float _sum;

    public void Execute(int kernel, int worker, int workers)
    {
        long blocks = buffer.Length / 1024;
        long first = blocks * worker / workers, last = blocks * (worker + 1) / workers;
        float sum = Vector512.IsHardwareAccelerated ? Read<Lanes512>(buffer.Pointer + first * 1024, (last - first) * 1024)
            : Vector256.IsHardwareAccelerated ? Read<Lanes256>(buffer.Pointer + first * 1024, (last - first) * 1024)
            : Read<Lanes128>(buffer.Pointer + first * 1024, (last - first) * 1024);

        // A use of the result, so that no compiler may leave the work out.
        Volatile.Write(ref _sum, sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Read<V>(float* from, long count)
        where V : struct, ILanes<V, float>
    {
        V a = V.Zero, b = V.Zero, c = V.Zero, d = V.Zero;
        for (float* end = from + count; from < end; from += 4 * V.Count)
        {
            a += V.Load(from);
            b += V.Load(from + V.Count);
            c += V.Load(from + 2 * V.Count);
            d += V.Load(from + 3 * V.Count);
        }

        return V.Sum(a + b + c + d);
    }
}
