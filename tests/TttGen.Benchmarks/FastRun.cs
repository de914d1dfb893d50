using System.Globalization;
using TttGen.Cpu;

namespace TttGen.Benchmarks;

/// <summary>All primitives in short runs, alternating with the machine's limits, so that both see the same disturbances.</summary>
internal static class FastRun
{
    private const int Rounds = 25;

    /// <summary>Measures and prints a table.</summary>
    /// <param name="part">Only what has this in its name.</param>
    public static void Print(string part)
    {
        using var pool = new WorkerPool(2);
        IEnumerable<Measurement> every = [.. Panels.All(), .. Streams.All(pool), .. Gradients.All(), .. Heads.All(pool), .. Tiles.All(), .. Scans.All(), .. BackwardScans.All(), .. Functions.All(), Fork(pool)];
        Measurement[] all = [.. every.Where(m => m.Name.Contains(part, StringComparison.OrdinalIgnoreCase))];
        double fma = 0;
        for (int round = 0; round < Rounds; round++)
        {
            fma = Math.Max(fma, MachineLimits.FmaGflops(1));
            foreach (Measurement measurement in all)
                measurement.Run();
        }

        Line($"vectors of {VectorLevel.Bits} bits; FMA peak, 1 thread: {fma:F1} GFLOP/s; read bandwidth, 2 threads: {MachineLimits.ReadBandwidth(2):F1} GB/s");
        foreach (Measurement m in all)
        {
            Line(m.Limit switch
            {
                Limit.Fma when m.Units > 0 => $"{m.Name,-44} {m.Best,8:F1} GFLOP/s {m.Best / fma / m.Threads,6:P0} {m.NanosecondsPerUnit,8:F0} ns/token",
                Limit.Fma => $"{m.Name,-44} {m.Best,8:F1} GFLOP/s {m.Best / fma / m.Threads,6:P0}",
                Limit.Bandwidth => $"{m.Name,-44} {m.Typical,8:F1} GB/s    {m.OfReading,6:P0} of {m.Reading!.Typical:F1}",
                _ => $"{m.Name,-44} {m.Nanoseconds,8:F2} ns",
            });
        }
    }

    private static Measurement Fork(WorkerPool pool)
    {
        var nothing = new Nothing();
        return new("fork and join, 2 threads", Limit.None, 1, 1000, () => pool.Run(nothing, 0));
    }

    private static void Line(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));

    private sealed class Nothing : IParallelWork
    {
        public void Execute(int kernel, int worker, int workers)
        {
        }
    }
}
