using System.Diagnostics;
using System.Globalization;
using System.Runtime;

namespace TttGen.SpecFuzz.Checking;

/// <summary>What the checks of specs spend their time on, over all threads.</summary>
internal static class Phases
{
    private static readonly Dictionary<string, (TimeSpan Took, TimeSpan Jit)> Spent = [];

    /// <summary>Runs a part of a check, and adds what it takes to its phase. Phases inside others are counted in both.</summary>
    public static T Of<T>(string phase, Func<T> part)
    {
        var start = Stopwatch.GetTimestamp();
        var jit = JitInfo.GetCompilationTime(currentThread: true);
        try
        {
            return part();
        }
        finally
        {
            var (took, compiling) = (Stopwatch.GetElapsedTime(start), JitInfo.GetCompilationTime(currentThread: true) - jit);
            lock (Spent)
            {
                var (before, jitBefore) = Spent.GetValueOrDefault(phase);
                Spent[phase] = (before + took, jitBefore + compiling);
            }
        }
    }

    /// <summary>A line a phase, for each of so many specs.</summary>
    public static IEnumerable<string> Lines(int count)
    {
        lock (Spent)
        {
            foreach (var (phase, (took, jit)) in Spent)
                yield return string.Create(CultureInfo.InvariantCulture, $"    {phase,-24} {took.TotalMilliseconds / count,6:0} ms a spec, {jit.TotalMilliseconds / count,5:0} of them in the JIT");
        }
        yield return string.Create(CultureInfo.InvariantCulture,
            $"    processor {Process.GetCurrentProcess().TotalProcessorTime.TotalMilliseconds / count:0} ms a spec, JIT {JitInfo.GetCompilationTime().TotalMilliseconds / count:0}, pauses for the collector {GC.GetTotalPauseDuration().TotalMilliseconds / count:0}");
    }
}
