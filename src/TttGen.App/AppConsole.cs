using TttGen.App.Benchmarking;

namespace TttGen.App;

/// <summary>Everything outside that the app touches, so that tests can stand in for a process.</summary>
internal class AppConsole : IDisposable
{
    /// <summary>Standard input.</summary>
    public required Stream In { get; init; }

    /// <summary>Whether a person sits at standard input.</summary>
    public required bool InIsTerminal { get; init; }

    /// <summary>Standard output: results only.</summary>
    public required TextWriter Out { get; init; }

    /// <summary>Whether a person reads standard output.</summary>
    public required bool OutIsTerminal { get; init; }

    /// <summary>Standard error: progress, timings, errors.</summary>
    public required TextWriter Error { get; init; }

    /// <summary>Whether a person reads standard error.</summary>
    public required bool ErrorIsTerminal { get; init; }

    /// <summary>The program's folder, beside which its model lies.</summary>
    public required string ProgramDirectory { get; init; }

    /// <summary>Set by Ctrl-C.</summary>
    public required CancellationToken Interrupted { get; init; }

    /// <summary>Measures what the machine can do at most with so many threads.</summary>
    public required Func<int, MachineSpeed> MeasureLimits { get; init; }

    /// <inheritdoc/>
    public virtual void Dispose() { }
}
