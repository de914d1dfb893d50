namespace TttGen.Inference;

/// <summary>Pages that sequences of one call after another use: what one leaves the next one takes. For one thread at a time.</summary>
/// <param name="classes">Their classes.</param>
internal sealed class PagePool(IReadOnlyList<PageClass> classes) : IDisposable
{
    private readonly Stack<SequencePage>[] _spare = [.. classes.Select(static _ => new Stack<SequencePage>())];
    private long _bytes;

    /// <summary>Bytes of all pages that were ever made.</summary>
    internal long Bytes => Volatile.Read(ref _bytes);

    /// <summary>A page with what was left in it, or a fresh one.</summary>
    internal SequencePage Take(int pageClass)
    {
        if (_spare[pageClass].TryPop(out var page)) return page.TakeAgain();
        page = new SequencePage(classes[pageClass].Numbers);
        Volatile.Write(ref _bytes, _bytes + page.Bytes);
        return page;
    }

    /// <summary>Gets back a page that nobody holds.</summary>
    internal void GiveBack(int pageClass, SequencePage page) => _spare[pageClass].Push(page);

    /// <summary>Frees the pages that nobody holds.</summary>
    public void Dispose()
    {
        foreach (var pages in _spare)
            while (pages.TryPop(out var page)) page.Free();
        Volatile.Write(ref _bytes, 0);
    }
}
