using System.Globalization;

namespace TttGen.App.Benchmarking;

/// <summary>The most memory that the process had resident, from Linux's <c>VmHWM</c>.</summary>
internal static class PeakMemory
{
    private const string Label = "VmHWM:";

    /// <summary>Lets the peak start again from what is resident now, where the system allows it.</summary>
    public static void Restart()
    {
        try
        {
            File.WriteAllText("/proc/self/clear_refs", "5");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            // The peak then counts from the start of the process, which only overstates it.
        }
    }

    /// <summary>Bytes at the peak; null where the system doesn't say.</summary>
    public static long? Read()
    {
        if (!File.Exists("/proc/self/status"))
            return null;
        var line = File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith(Label, StringComparison.Ordinal));
        return line is null ? null : 1024 * long.Parse(line.AsSpan(Label.Length, line.Length - Label.Length - "kB".Length).Trim(), CultureInfo.InvariantCulture);
    }
}
