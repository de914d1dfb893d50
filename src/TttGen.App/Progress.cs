namespace TttGen.App;

/// <summary>One line on a terminal's standard error, rewritten as work goes on and wiped at the end; nothing where no person reads it.</summary>
internal sealed class Progress(AppConsole console, string work) : IDisposable
{
    private const string WipeLine = "\r\e[K";

    /// <summary>Shows how far the work is.</summary>
    public void Show(int done, int all) => Show($"{done} of {all}");

    /// <summary>Shows what is to be known of the work.</summary>
    public void Show(string text) => Write($"{WipeLine}{work}: {text}");

    /// <summary>Makes room for other output; the next <see cref="Show(string)"/> brings the line back.</summary>
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
