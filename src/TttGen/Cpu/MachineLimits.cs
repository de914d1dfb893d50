using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TttGen.Cpu;

/// <summary>What this machine can do at best, measured: the denominators of every speed figure.</summary>
public static unsafe class MachineLimits
{
    private const int Sweeps = 5;

    /// <summary>Fused multiply-adds from registers alone, in GFLOP/s (one is two operations): the best of five sweeps.</summary>
    /// <param name="threads">Threads that compute at once.</param>
    public static double FmaGflops(int threads)
    {
        using var pool = new WorkerPool(threads);
        double seconds = Best(pool, new FmaSweep());
        return 2.0 * FmaSweep.Rounds * FmaSweep.Chains * (VectorLevel.Bits / 32) * threads / seconds / 1e9;
    }

    /// <summary>Reading memory once from end to end, in GB/s (10^9 bytes): the best of five sweeps.</summary>
    /// <param name="threads">Threads that each read their share.</param>
    /// <param name="bytes">Bytes to read; many times the caches.</param>
    public static double ReadBandwidth(int threads, long bytes = 1 << 30)
    {
        using var buffer = new NativeBuffer(bytes / sizeof(float));

        // Written once: pages that were never written to are all the same page of zeros.
        for (long i = 0; i < buffer.Length; i += 1024)
            buffer.Pointer[i] = 1;
        using var pool = new WorkerPool(threads);
        return bytes / Best(pool, new ReadSweep(buffer)) / 1e9;
    }

    private static double Best(WorkerPool pool, IParallelWork sweep)
    {
        double best = double.PositiveInfinity;
        for (int i = 0; i < Sweeps + 1; i++)
        {
            long start = Stopwatch.GetTimestamp();
            pool.Run(sweep, 0);
            double seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;

            // The first round compiles and wakes the threads.
            if (i > 0)
                best = Math.Min(best, seconds);
        }

        return best;
    }

    private sealed class FmaSweep : IParallelWork
    {
        public const int Chains = 12;
        public const int Rounds = 4_000_000;

        public void Execute(int kernel, int worker, int workers)
        {
            if (Vector512.IsHardwareAccelerated)
                Chain<Lanes512>();
            else if (Vector256.IsHardwareAccelerated)
                Chain<Lanes256>();
            else
                Chain<Lanes128>();
        }

        /// <summary>Twelve independent chains: latency times throughput of every processor we know, in the registers that all of them have.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Chain<V>()
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

            Keep(V.Sum(a + b + c + d + e + f + g + h + i + j + k + l));
        }
    }

    private sealed class ReadSweep(NativeBuffer buffer) : IParallelWork
    {
        public void Execute(int kernel, int worker, int workers)
        {
            long blocks = buffer.Length / 1024;
            long first = blocks * worker / workers, last = blocks * (worker + 1) / workers;
            if (Vector512.IsHardwareAccelerated)
                Read<Lanes512>(buffer.Pointer + first * 1024, (last - first) * 1024);
            else if (Vector256.IsHardwareAccelerated)
                Read<Lanes256>(buffer.Pointer + first * 1024, (last - first) * 1024);
            else
                Read<Lanes128>(buffer.Pointer + first * 1024, (last - first) * 1024);
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void Read<V>(float* from, long count)
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

            Keep(V.Sum(a + b + c + d));
        }
    }

    /// <summary>A use of the result, so that no compiler may leave the work out.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Keep(float result) => Volatile.Write(ref s_result, result);

    private static float s_result;
}
