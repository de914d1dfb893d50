namespace TttGen.Inference;

/// <summary>The state of a sequence as compiled models keep it: one block of f32, wherever it lies.</summary>
internal abstract class ModelState : SequenceState
{
    /// <summary>Tokens that a sequence may have: so many that none will, and places after them can still be counted.</summary>
    internal const long MostTokens = 1L << 62;

    private long _position;

    protected ModelState(string signature)
    {
        Signature = signature;
        Lifetime = new Lifetime("the state", "this state is in the middle of another call; one call at a time may use it: fork it to continue it in two ways", Free);
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

    internal void Advance(int tokens) => _position += tokens;

    public sealed override void Reset()
    {
        using var call = Lifetime.Take();
        Start();
        _position = 0;
    }

    public sealed override SequenceState Fork()
    {
        using var call = Lifetime.Take();
        var copy = Copy();
        copy._position = _position;
        return copy;
    }

    public sealed override void Save(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var call = Lifetime.Take();
        StateFile.Write(path, FileSignature, _position, Read());
    }

    public sealed override void Restore(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var call = Lifetime.Take();
        var (position, numbers) = StateFile.Read(path, FileSignature, checked((int)(Bytes / sizeof(float))));
        Write(numbers);
        _position = position;
    }

    /// <summary>Frees the memory; where a call is at work, when it has ended.</summary>
    public sealed override void Dispose() => Lifetime.Close();

    /// <summary>All numbers of the state; while a call holds it.</summary>
    internal abstract ReadOnlySpan<float> Read();

    /// <summary>Replaces all numbers.</summary>
    private protected abstract void Write(ReadOnlySpan<float> numbers);

    /// <summary>The numbers that a sequence starts with.</summary>
    private protected abstract void Start();

    /// <summary>Another state with the same numbers.</summary>
    private protected abstract ModelState Copy();

    /// <summary>Frees the memory; no call is at work.</summary>
    private protected abstract void Free();
}
