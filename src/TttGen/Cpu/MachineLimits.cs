using System.Diagnostics;

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
}
