using System.Text;
using TttGen.App.Benchmarking;

namespace TttGen.App.Tests;

/// <summary>What a command line did.</summary>
/// <param name="Code">Exit code.</param>
/// <param name="Out">Standard output.</param>
/// <param name="Error">Standard error.</param>
internal sealed record AppRun(int Code, string Out, string Error)
{
    /// <summary>Runs the app on the toy model, everything piped unless said otherwise.</summary>
    public static AppRun Of(AppSetting setting, params string[] arguments)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        using var console = new AppConsole
        {
            In = new MemoryStream(setting.Input ?? []),
            InIsTerminal = setting.Input is null,
            Out = setting.Out ?? output,
            OutIsTerminal = setting.Terminal,
            Error = error,
            ErrorIsTerminal = setting.Terminal,
            ProgramDirectory = setting.ProgramDirectory,
            Interrupted = setting.Interrupted,
            MeasureLimits = static _ => new MachineSpeed(1000, 10),
        };
        var code = TttApp.Run(setting.Model, arguments, console);
        return new AppRun(code, output.ToString(), error.ToString());
    }
}

/// <summary>What a run of the app finds around it.</summary>
internal sealed record AppSetting(string ProgramDirectory)
{
    public ToyDefinition Model { get; init; } = new();

    public byte[]? Input { get; init; }

    public bool Terminal { get; init; }

    public TextWriter? Out { get; init; }

    public CancellationToken Interrupted { get; init; }

    public AppSetting WithInput(string text) => this with { Input = Encoding.UTF8.GetBytes(text) };
}
