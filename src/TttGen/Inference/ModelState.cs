namespace TttGen.Inference;

/// <summary>The state of a sequence as compiled models keep it: one block of f32, wherever it lies, and where they carry keys and values, pages.</summary>
internal abstract unsafe class ModelState : SequenceState
{
    /// <summary>Tokens that a sequence may have: so many that none will, and places after them can still be counted.</summary>
    internal const long MostTokens = 1L << 62;

    private long _position;
    private SequencePages? _pages;

    /// <param name="signature">What a state of its model is called.</param>
    /// <param name="pages">Keys and values, empty; null where the model has none.</param>
    protected ModelState(string signature, SequencePages? pages = null)
    {
        (Signature, _pages) = (signature, pages);
        Lifetime = new Lifetime("the state", "this state is in the middle of another call; one call at a time may use it: fork it to continue it in two ways", FreeAll);
    }

    /// <summary>What a state of its model is called.</summary>
    internal string Signature { get; }

    /// <summary>What its file is called: by its weights, too, for another model's inner weights would be taken for its own.</summary>
    private string FileSignature => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Signature.AsSpan().TrimEnd(')')}{StateFile.WeightsMark}{StartChecksum:x8})");

    /// <summary>That of its model.</summary>
    private protected abstract uint StartChecksum { get; }

    /// <summary>Which call uses it.</summary>
    internal Lifetime Lifetime { get; }

    /// <summary>Which sequence it is of the call that uses it.</summary>
    internal int Sequence { get; set; }

    /// <summary>Where its tokens begin among those of the call.</summary>
    internal int FirstToken { get; set; }

    /// <summary>Its tokens of the call.</summary>
    internal int Count { get; set; }

    /// <summary>Tokens of the call that it has read.</summary>
    internal int Done { get; set; }

    public sealed override long Position => _position;

    public sealed override long Bytes => Length * sizeof(float) + (_pages?.Bytes ?? 0);

    internal void Advance(int tokens)
    {
        _position += tokens;
        _pages?.Drop(_position);
    }

    /// <summary>Makes room for tokens of a call; classes with a window take it pass by pass.</summary>
    /// <exception cref="TttException">There is no memory; the state is as it was.</exception>
    internal void Reserve(long tokens, long ofPass) => _pages?.Reserve(_position, _position + tokens, _position + Math.Min(tokens, ofPass));

    /// <summary>Where kernels find the pages; valid until pages are reserved again. Null where there are none.</summary>
    internal float*** PageTables => _pages is { } pages ? pages.Pointer : null;

    /// <summary>Gives back the room of tokens that were not read.</summary>
    internal void Trim() => _pages?.Trim(_position);

    public sealed override void Reset()
    {
        using var call = Lifetime.Take();
        Restart();
    }

    public sealed override void Rewind(long position)
    {
        using var call = Lifetime.Take();
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(position, _position);
        if (position == _position) return;
        if (position == 0) Restart();
        else if (_pages is { } pages && CanRewind) pages.Rewind(position);
        else throw CantGoBack();
        _position = position;
    }

    private void Restart()
    {
        Start();
        _pages?.Clear();
        _position = 0;
    }

    public sealed override SequenceState Fork()
    {
        using var call = Lifetime.Take();
        var pages = _pages?.Fork(_position);
        try
        {
            var copy = Copy();
            (copy._pages, copy._position) = (pages, _position);
            return copy;
        }
        catch
        {
            pages?.Clear();
            throw;
        }
    }

    public sealed override void Save(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var call = Lifetime.Take();
        StateFile.Write(path, FileSignature, _position, Read(), _pages);
    }

    public sealed override void Restore(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var call = Lifetime.Take();
        var pages = _pages?.Empty();
        try
        {
            var (position, numbers) = StateFile.Read(path, FileSignature, checked((int)Length), pages);
            Write(numbers);
            (pages, _pages, _position) = (_pages, pages, position);
        }
        finally
        {
            pages?.Clear();
        }
    }

    /// <summary>Frees the memory; where a call is at work, when it has ended.</summary>
    public sealed override void Dispose() => Lifetime.Close();

    /// <summary>Numbers beside those in pages.</summary>
    private protected abstract long Length { get; }

    /// <summary>Whether all that is carried lies in pages.</summary>
    private protected virtual bool CanRewind => false;

    /// <summary>The numbers of the state, those in pages aside; while a call holds it.</summary>
    internal abstract ReadOnlySpan<float> Read();

    /// <summary>Replaces these numbers.</summary>
    private protected abstract void Write(ReadOnlySpan<float> numbers);

    /// <summary>The numbers that a sequence starts with.</summary>
    private protected abstract void Start();

    /// <summary>Another state with the same numbers.</summary>
    private protected abstract ModelState Copy();

    /// <summary>Frees the memory of these numbers; no call is at work.</summary>
    private protected abstract void Free();

    private void FreeAll()
    {
        Free();
        _pages?.Clear();
    }
}
