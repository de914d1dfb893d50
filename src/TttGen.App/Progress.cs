namespace TttGen.App;

/// <summary>One line on a terminal's standard error, rewritten as work goes on and wiped at the end; nothing where no person reads it.</summary>
internal sealed class Progress(AppConsole console) : IDisposable
{
    private const string WipeLine = "\r\e[K";
    private const int BarLength = 10;

    /// <summary>Shows how far the work is, as a bar, and what else is to be known of it.</summary>
    /// <param name="done">0 … 1.</param>
    /// <param name="text">Stands after the bar.</param>
    public void Show(double done, string text) => Write($"{WipeLine}[{new string('#', (int)(BarLength * done)).PadRight(BarLength, '.')}] {text}");

    /// <summary>Makes room for other output; the next <see cref="Show"/> brings the line back.</summary>
    public void Wipe() => Write(WipeLine);

    /// <inheritdoc/>
    public void Dispose() => Wipe();

    private void Write(string text)
    {
        if (!console.ErrorIsTerminal)
            return;
        console.Error.Write(text);
        console.Error.Flush();
    }
}
