using TttGen.App.Benchmarking;
using TttGen.Cuda;

namespace TttGen.App.CommandLine;

/// <summary>Where a model runs.</summary>
/// <param name="device">Null: the CPU.</param>
/// <param name="line">What was chosen, and why.</param>
/// <param name="listener">Who did not choose it, and is told; null where it was asked for by name.</param>
internal sealed class ChosenDevice(Device? device, string line, AppConsole? listener) : IDisposable
{
    /// <summary>Null: the CPU.</summary>
    public Device? Device => device;

    /// <summary>For people and programs.</summary>
    public string Name => device?.Name ?? "CPU";

    /// <summary>One line on standard error where the choice was left to the program. Said once the input is known to be good: bad input has one line of its own.</summary>
    public void Tell()
    {
        listener?.Error.WriteLine($"device: {line}");
        listener?.Error.Flush();
    }

    /// <summary>What it can do at most; the processor is measured by the given function of its threads.</summary>
    public MachineSpeed Limits(int threads, Func<int, MachineSpeed> measureProcessor) => device switch
    {
        null => measureProcessor(threads),
        _ when device.MeasureLimits() is { } limits => new MachineSpeed(limits.Gflops, limits.Bandwidth),
        _ => new MachineSpeed(double.NaN, double.NaN),
    };

    /// <inheritdoc/>
    public void Dispose() => device?.Dispose();
}
