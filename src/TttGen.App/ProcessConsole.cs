using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;
using TttGen.App.Benchmarking;

namespace TttGen.App;

/// <summary>The console of this process. Plain streams: <see cref="Console.Out"/> would read the terminal's description first.</summary>
internal sealed class ProcessConsole : AppConsole
{
    private readonly CancellationTokenSource _interrupt;
    private readonly PosixSignalRegistration[] _signals;

    // `timeout` and wrapping programs send a signal to a process and to its group: one request that comes twice.
    private static readonly TimeSpan OneRequest = TimeSpan.FromMilliseconds(500);
    private long _firstSignal;

    // Open as long as the process is there.
    private static readonly List<SafeFileHandle> Occupied = [];

    private ProcessConsole(CancellationTokenSource interrupt)
    {
        _interrupt = interrupt;
        _signals = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Interrupt), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Interrupt)];
    }

    /// <summary>Takes over the process's streams and signals.</summary>
    public static ProcessConsole Open()
    {
        OccupyClosed();
        var interrupt = new CancellationTokenSource();
        return new ProcessConsole(interrupt)
        {
            In = Console.OpenStandardInput(),
            InIsTerminal = !Console.IsInputRedirected,
            Out = Writer(OutputPipe.Open(interrupt.Cancel)),
            OutIsTerminal = !Console.IsOutputRedirected,
            // A signal's thread writes, too.
            Error = TextWriter.Synchronized(Writer(StandardError.Open())),
            ErrorIsTerminal = !Console.IsErrorRedirected,
            ProgramDirectory = AppContext.BaseDirectory,
            Interrupted = interrupt.Token,
            MeasureLimits = MachineSpeed.Measure,
        };
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        foreach (var signal in _signals)
            signal.Dispose();
        _interrupt.Dispose();
        // What could not be written has been told.
        try
        {
            Out.Dispose();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
        }
        Error.Dispose();
    }

    // Whatever is opened next takes the place of a stream that is closed, and would get its text: the runtime's own pipe for signals, or a file that is being written.
    private static void OccupyClosed()
    {
        if (OperatingSystem.IsWindows()) return;
        while (true)
        {
            var handle = File.OpenHandle("/dev/null", FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            if (handle.DangerousGetHandle() > 2)
            {
                handle.Dispose();
                return;
            }
            Occupied.Add(handle);
        }
    }

    private static StreamWriter Writer(Stream stream) => new(stream, new UTF8Encoding(false), 4096);

    // The first signal asks the running verb to end; the second request ends the process.
    private void Interrupt(PosixSignalContext context)
    {
        var first = Interlocked.CompareExchange(ref _firstSignal, Stopwatch.GetTimestamp(), 0);
        context.Cancel = first == 0 || Stopwatch.GetElapsedTime(first) < OneRequest;
        _interrupt.Cancel();
    }
}
