using System.Diagnostics;

namespace TttGen.Benchmarks;

/// <summary>A piece of work, how much of it there is, and how fast it has run so far.</summary>
internal sealed class Measurement(string name, Limit limit, double work, int repeats, Action body)
{
    private readonly List<double> _rates = [];

    /// <summary>What is computed.</summary>
    public string Name => name;

    /// <summary>What bounds it.</summary>
    public Limit Limit => limit;

    /// <summary>Under <see cref="Limit.Bandwidth"/>: reading as much memory and doing nothing with it, run just before each run of this.</summary>
    public Measurement? Reading { get; init; }

    /// <summary>Tokens in one run of the body, where the time of one is wanted too; else 0.</summary>
    public int Units { get; init; }

    /// <summary>Threads that compute: the limit is as many times one thread's.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Nanoseconds a token, best of all runs.</summary>
    public double NanosecondsPerUnit => work / Units / Best;

    /// <summary>10^9 units of work a second, best of all runs: other programs on the machine only ever add time.</summary>
    public double Best => _rates.Max();

    /// <summary>Nanoseconds a unit of work, best of all runs.</summary>
    public double Nanoseconds => 1 / Best;

    /// <summary>10^9 units of work a second, median of all runs.</summary>
    public double Typical => Median(_rates);

    /// <summary>Median of the ratios to the reading just before: bandwidth belongs to the whole machine and changes from one moment to the next.</summary>
    public double OfReading => Median(_rates.Zip(Reading!._rates, (mine, reading) => mine / reading));

    /// <summary>One more short run.</summary>
    public void Run()
    {
        Reading?.Run();
        long start = Stopwatch.GetTimestamp();
        for (int i = 0; i < repeats; i++)
            body();
        _rates.Add(work * repeats / Stopwatch.GetElapsedTime(start).TotalSeconds / 1e9);
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}

/// <summary>The limit that a figure is held against.</summary>
internal enum Limit
{
    /// <summary>Fused multiply-adds of one thread; work in operations.</summary>
    Fma,

    /// <summary>Reading memory with two threads; work in bytes.</summary>
    Bandwidth,

    /// <summary>None; work in elements or rounds.</summary>
    None,
}
