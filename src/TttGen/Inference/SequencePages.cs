using System.Globalization;
using System.Runtime.InteropServices;
using TttGen.Cpu;

namespace TttGen.Inference;

/// <summary>
/// The keys and values of one sequence, a list of pages for each class. Pages are append-only. A fork shares the full ones, which nobody writes any more, and gets
/// a copy of the last one where that is partly filled: both go on to write there, so sharing it would only put the copy off. Only a rewind leads back into a
/// shared page; that is copied when room is made to write to it. How many tokens were read the owner knows.
/// </summary>
internal sealed unsafe class SequencePages
{
    private readonly IReadOnlyList<PageClass> _classes;
    private readonly PagePool? _pool;
    private readonly PageTable[] _tables;

    // [classes]: the tables' addresses, as kernels find them; pinned.
    private readonly nint[] _addresses;

    /// <param name="classes">At least one.</param>
    /// <param name="pool">Where pages come from and go to; null: they are made and freed.</param>
    internal SequencePages(IReadOnlyList<PageClass> classes, PagePool? pool = null)
    {
        (_classes, _pool) = (classes, pool);
        _tables = [.. classes.Select(static _ => new PageTable())];
        _addresses = GC.AllocateArray<nint>(classes.Count, pinned: true);
    }

    /// <summary>Bytes of the pages; one that n states share counts as an n-th part of itself.</summary>
    internal long Bytes => _tables.Sum(static table => table.Bytes);

    /// <summary>[classes]: each one's table of pages. Valid until pages are reserved again, as long as this lives.</summary>
    internal float*** Pointer => (float***)Marshal.UnsafeAddrOfPinnedArrayElement(_addresses, 0);

    /// <summary>Another sequence's, which has read nothing.</summary>
    internal SequencePages Empty() => new(_classes);

    /// <summary>Numbers that a sequence of so many tokens has in its pages.</summary>
    internal Int128 ElementsAt(long position)
    {
        Int128 elements = 0;
        foreach (var one in _classes) elements += (Int128)one.Numbers * (PageClass.PagesOf(position) - one.FirstPage(position));
        return elements;
    }

    /// <summary>Makes sure that there are pages to write tokens to, all of them or none; those that are shared are copied.</summary>
    /// <param name="position">Tokens read.</param>
    /// <param name="end">Tokens read when the work is done.</param>
    /// <param name="windowEnd">As far as classes with a window need pages now.</param>
    /// <exception cref="TttException">There is no memory for them; nothing has changed.</exception>
    internal void Reserve(long position, long end, long windowEnd)
    {
        try
        {
            for (var c = 0; c < _tables.Length; c++) Reserve(c, position, _classes[c].Window == 0 ? end : windowEnd);
        }
        catch (OutOfMemoryException error)
        {
            Trim(position);
            throw NoMemory(position, end, error);
        }
    }

    /// <summary>As above for all classes.</summary>
    internal void Reserve(long position, long end) => Reserve(position, end, end);

    private void Reserve(int c, long position, long end)
    {
        var table = _tables[c];

        // After a rewind; a fork has a last page of its own.
        var last = position / PageClass.Tokens;
        if (position % PageClass.Tokens != 0 && table.Pages[last]!.States > 1)
        {
            var copy = CopyOf(table.Pages[last]!, _classes[c]);
            Leave(c, last);
            table.Put(last, copy);
        }
        AddTo(c, PageClass.PagesOf(end));
    }

    private void AddTo(int c, long pages)
    {
        var table = _tables[c];
        if (pages <= table.End) return;
        _addresses[c] = table.Grow(pages);
        while (table.End < pages) table.Put(table.End, _pool?.Take(c) ?? new SequencePage(_classes[c].Numbers));
    }

    /// <summary>Frees pages that lie before what the next token reads.</summary>
    internal void Drop(long position)
    {
        for (var c = 0; c < _tables.Length; c++)
        {
            var table = _tables[c];
            for (var first = Math.Min(_classes[c].FirstPage(position), table.End); table.First < first; table.First++) Leave(c, table.First);
        }
    }

    /// <summary>Frees pages that no token read so far reaches into.</summary>
    internal void Trim(long position)
    {
        var pages = PageClass.PagesOf(position);
        for (var c = 0; c < _tables.Length; c++)
        {
            var table = _tables[c];
            while (table.End > Math.Max(pages, table.First)) Leave(c, --table.End);
        }
    }

    /// <summary>Forgets the tokens from a place on.</summary>
    /// <exception cref="TttException">What the token there would read has left a window; nothing has changed.</exception>
    internal void Rewind(long position)
    {
        for (var c = 0; c < _tables.Length; c++)
            if (_classes[c].FirstPage(position) < _tables[c].First)
                throw new TttException(string.Create(CultureInfo.InvariantCulture,
                    $"this sequence can't go back to its token {position}: of the {_classes[c].Window} tokens of a window before it those up to {_tables[c].First * PageClass.Tokens} are gone; fork the state where you may want to return"));
        Trim(position);
    }

    /// <summary>Frees all pages.</summary>
    internal void Clear()
    {
        for (var c = 0; c < _tables.Length; c++)
        {
            var table = _tables[c];
            while (table.End > table.First) Leave(c, --table.End);
            table.First = table.End = 0;
        }
    }

    /// <summary>Pages of another state that has read the same tokens.</summary>
    /// <exception cref="TttException">There is no memory for the copy of a page.</exception>
    internal SequencePages Fork(long position)
    {
        var fork = new SequencePages(_classes);
        try
        {
            var (full, pages) = (position / PageClass.Tokens, PageClass.PagesOf(position));
            for (var c = 0; c < _tables.Length; c++)
            {
                var (from, to) = (_tables[c], fork._tables[c]);
                fork._addresses[c] = to.Grow(pages);
                to.First = to.End = from.First;
                for (var page = from.First; page < pages; page++) to.Put(page, page < full ? from.Pages[page]!.Share() : CopyOf(from.Pages[page]!, _classes[c]));
            }
            return fork;
        }
        catch (OutOfMemoryException error)
        {
            fork.Clear();
            throw NoMemory(position, position, error);
        }
    }

    /// <summary>Hands over the pages that a sequence of so many tokens still reads, class by class; tokens after them are zeros where it is known where they lie.</summary>
    internal void Write(long position, Action<ReadOnlySpan<float>> put)
    {
        for (var c = 0; c < _tables.Length; c++)
        {
            for (var page = _classes[c].FirstPage(position); page < PageClass.PagesOf(position); page++)
            {
                var (whole, written) = (_tables[c].Pages[page]!, position - page * PageClass.Tokens);
                if (written >= PageClass.Tokens || _classes[c].Blocks.Count == 0)
                {
                    NumberPieces.Read(whole.Pointer, _classes[c].Numbers, put);
                    GC.KeepAlive(whole);
                    continue;
                }
                var copy = CopyOf(whole, _classes[c]);
                if (_classes[c].Cache == CacheType.Float32) ClearFrom((int)written, copy.Pointer, _classes[c].Blocks);
                else ClearFrom((int)written, (ushort*)copy.Pointer, _classes[c].Blocks);
                NumberPieces.Read(copy.Pointer, _classes[c].Numbers, put);
                copy.Free();
            }
        }
    }

    /// <summary>Takes what <see cref="Write"/> handed over; there were no pages before.</summary>
    /// <exception cref="TttException">There is no memory for them.</exception>
    internal void Read(long position, Action<Span<float>> get)
    {
        try
        {
            for (var c = 0; c < _tables.Length; c++)
            {
                _tables[c].First = _tables[c].End = _classes[c].FirstPage(position);
                AddTo(c, PageClass.PagesOf(position));
            }
        }
        catch (OutOfMemoryException error)
        {
            Clear();
            throw NoMemory(position, position, error);
        }
        for (var c = 0; c < _tables.Length; c++)
        {
            for (var page = _tables[c].First; page < _tables[c].End; page++)
            {
                var to = _tables[c].Pages[page]!;
                NumberPieces.Write(to.Pointer, _classes[c].Numbers, get);
                GC.KeepAlive(to);
            }
        }
    }

    private static void ClearFrom<T>(int written, T* page, IReadOnlyList<PageBlock> blocks) where T : unmanaged
    {
        const int Tokens = PageClass.Tokens;
        foreach (var block in blocks)
        {
            for (var one = 0; one < block.Count; one++)
            {
                var first = page + block.First + one * block.Stride;
                if (!block.TokensLast) new Span<T>(first + (long)written * block.Width, (Tokens - written) * block.Width).Clear();
                else
                    for (var row = 0; row < block.Width; row++) new Span<T>(first + (long)row * Tokens + written, Tokens - written).Clear();
            }
        }
    }

    private static SequencePage CopyOf(SequencePage page, PageClass of)
    {
        var copy = new SequencePage(of.Numbers);
        Buffer.MemoryCopy(page.Pointer, copy.Pointer, copy.Bytes, copy.Bytes);
        GC.KeepAlive(page);
        GC.KeepAlive(copy);
        return copy;
    }

    private void Leave(int c, long page)
    {
        var left = _tables[c].Take(page);
        if (!left.Leave()) return;
        if (_pool is not null) _pool.GiveBack(c, left);
        else left.Free();
    }

    private TttException NoMemory(long position, long end, OutOfMemoryException error)
    {
        Int128 pages = 0;
        foreach (var one in _classes) pages += (Int128)one.Numbers * (PageClass.PagesOf(end) - one.FirstPage(position)) * sizeof(float);
        return new TttException(string.Create(CultureInfo.InvariantCulture,
            $"keys and values: expected {pages} bytes for {end} tokens of a sequence, found no memory for them; read fewer tokens, or dispose of other states"), error);
    }

    /// <summary>The pages of one class by their place in the sequence; those before <see cref="First"/> and from <see cref="End"/> on are not there.</summary>
    private sealed class PageTable
    {
        private const int LeastPages = 16;

        // Beside each page its address, as kernels read it; pinned. 16 bytes for 64 tokens, also for those that have left a window.
        private nint[] _addresses = [];

        internal SequencePage?[] Pages { get; private set; } = [];

        internal long First { get; set; }

        internal long End { get; set; }

        /// <summary>On any thread, also in the middle of a call on another.</summary>
        internal long Bytes
        {
            get
            {
                long bytes = 0;
                foreach (var page in Pages)
                    if (page is not null) bytes += page.Bytes / page.States;
                return bytes;
            }
        }

        /// <summary>Makes room for so many pages.</summary>
        /// <returns>The table's address.</returns>
        internal nint Grow(long pages)
        {
            if (pages > Pages.Length || Pages.Length == 0)
            {
                if (pages > Array.MaxLength) throw new OutOfMemoryException();
                var room = (int)Math.Min(Array.MaxLength, Math.Max(Math.Max(pages, 2L * Pages.Length), LeastPages));
                var addresses = GC.AllocateArray<nint>(room, pinned: true);
                _addresses.CopyTo(addresses, 0);
                var all = new SequencePage?[room];
                Pages.CopyTo(all, 0);
                (_addresses, Pages) = (addresses, all);
            }
            return Marshal.UnsafeAddrOfPinnedArrayElement(_addresses, 0);
        }

        internal void Put(long at, SequencePage page)
        {
            (Pages[at], _addresses[at]) = (page, (nint)page.Pointer);
            End = Math.Max(End, at + 1);
        }

        internal SequencePage Take(long at)
        {
            var page = Pages[at]!;
            (Pages[at], _addresses[at]) = (null, 0);
            return page;
        }
    }
}
