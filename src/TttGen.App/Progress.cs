namespace TttGen.App;

/// <summary>One line on a terminal's standard error, rewritten as work goes on and wiped at the end; nothing where no person reads it.</summary>
internal sealed class Progress(AppConsole console, string work) : IDisposable
{
    private const string WipeLine = "\r\e[K";

    /// <summary>Shows how far the work is.</summary>
    public void Show(int done, int all) => Write($"{WipeLine}{work}: {done} of {all}");

    /// <inheritdoc/>
    public void Dispose() => Write(WipeLine);

    private void Write(string text)
    {
        if (!console.ErrorIsTerminal)
            return;
        console.Error.Write(text);
        console.Error.Flush();
    }
}
