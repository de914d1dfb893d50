using System.Diagnostics;

namespace TttGen.Gpu.Timing;

/// <summary>Seconds of something done many times.</summary>
/// <param name="Sorted">The shortest first.</param>
internal sealed record Repeats(IReadOnlyList<double> Sorted)
{
    private const int Most = 50;

    /// <summary>The median.</summary>
    public double Median => Sorted[Sorted.Count / 2];

    /// <summary>Does it once to warm up, then three times at least and for as long as it may take; once alone where the first time was longer than that.</summary>
    /// <param name="seconds">How long it may take.</param>
    /// <param name="work">Ends when all is done.</param>
    public static Repeats Of(double seconds, Action work) => Of(seconds, () =>
    {
        var start = Stopwatch.GetTimestamp();
        work();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    });

    /// <summary>As above, of work that tells its own seconds.</summary>
    public static Repeats Of(double seconds, Func<double> work)
    {
        var least = work() < seconds ? 3 : 1;
        var times = new List<double>();
        while (times.Count < Most && (times.Count < least || times.Sum() < seconds))
            times.Add(work());
        times.Sort();
        return new Repeats(times);
    }

    /// <summary>Seconds of a part, where so many alike make up what was done.</summary>
    public Repeats Over(int parts) => new([.. Sorted.Select(seconds => seconds / parts)]);
}
