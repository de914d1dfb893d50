using System.Globalization;
using TttGen.Training;

namespace TttGen.App.Training;

/// <summary>What a person sees of a training: a line that moves on standard error, and what held-out text says on standard output.</summary>
internal sealed class TrainingProgress(AppConsole console, TrainingRun run) : IDisposable
{
    private readonly Progress _line = new(console);
    private readonly (long Step, double Seconds) _start = (run.Step, run.Seconds);

    /// <summary>After a step.</summary>
    public void Show(StepReport report) => _line.Show(Done(report), string.Create(CultureInfo.InvariantCulture,
        $"step {report.Step}{(run.Settings.Steps > 0 ? $" of {run.Settings.Steps}" : "")}, loss {report.Loss:F4}, {report.TokensPerSecond:F0} tokens/s, {Duration(Left(report))} left"));

    /// <summary>After a look at held-out text.</summary>
    public void Show(HeldOutReport report)
    {
        _line.Wipe();
        var texts = report.NatsPerByte.Select(static text => string.Create(CultureInfo.InvariantCulture, $"{text.Text} {text.NatsPerByte:F6}"));
        console.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"step {report.Step}: held out, nats/byte: {string.Join(", ", texts)}"));
        console.Out.Flush();
    }

    /// <inheritdoc/>
    public void Dispose() => _line.Dispose();

    /// <summary>Days, hours, minutes or seconds, two units at most.</summary>
    internal static string Duration(double seconds)
    {
        var whole = (long)Math.Max(0, Math.Round(seconds));
        return whole switch
        {
            < 60 => $"{whole} s",
            < 3600 => $"{whole / 60} min {whole % 60} s",
            < 86400 => $"{whole / 3600} h {whole % 3600 / 60} min",
            _ => $"{whole / 86400} d {whole % 86400 / 3600} h",
        };
    }

    private double Done(StepReport report) => run.Settings.Steps > 0 ? (double)report.Step / run.Settings.Steps : Math.Min(1, report.Seconds / (60 * run.Settings.Minutes));

    private double Left(StepReport report) => run.Settings.Steps > 0
        ? (report.Seconds - _start.Seconds) / (report.Step - _start.Step) * (run.Settings.Steps - report.Step)
        : 60 * run.Settings.Minutes - report.Seconds;
}
