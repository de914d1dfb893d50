using System.Globalization;
using TttGen.Cpu;
using TttGen.Inference;

namespace TttGen.Training;

/// <summary>
/// A sequence's state between calls, and room for the one after the call at work: the backward pass reads where the call began. Keys and values are appended to, so
/// there is one of them; what a call adds counts when the carry moves on.
/// </summary>
internal sealed unsafe class CompiledCarry : TrainingCarry
{
    private PinnedFloats _state, _next;
    private readonly SequencePages? _pages;
    private long _position;

    public CompiledCarry(CompiledTrainable model, long length, SequencePages? pages)
    {
        (Model, _pages) = (model, pages);
        Lifetime = new Lifetime("the carry", "this carry is in the middle of another call; one call at a time may use it", Free);
        _state = new PinnedFloats(checked((int)length));
        _next = new PinnedFloats(checked((int)length));
        Reset();
    }

    public CompiledTrainable Model { get; }

    /// <summary>Which call uses it.</summary>
    internal Lifetime Lifetime { get; }

    /// <summary>Where the call begins; null at the start of the sequence, where the state is what the weights say.</summary>
    public float* State => _position == 0 ? null : _state.Pointer;

    public float* Next => _next.Pointer;

    /// <summary>Keys and values; null where the model has none.</summary>
    internal SequencePages? Pages => _pages;

    public override long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, ModelState.MostTokens);
            using var call = Lifetime.Take();
            if (value > _position && _pages is not null) throw new TttException(string.Create(CultureInfo.InvariantCulture, $"a carry with keys and values: expected a place that it has read, 0 … {_position}, found {value}"));
            if (value == 0) _pages?.Clear();
            else _pages?.Rewind(value);
            _position = value;
        }
    }

    public override Span<float> Numbers
    {
        get
        {
            ObjectDisposedException.ThrowIf(Lifetime.IsClosed, this);
            return _state.Span;
        }
    }

    public void Advance(int tokens)
    {
        (_state, _next) = (_next, _state);
        _position += tokens;
        _pages?.Drop(_position);
    }

    public override void Reset()
    {
        using var call = Lifetime.Take();
        _state.Span.Clear();
        _pages?.Clear();
        _position = 0;
    }

    internal override Int128 PagedAt(long position) => _pages?.ElementsAt(position) ?? 0;

    internal override void WritePages(Action<ReadOnlySpan<float>> put)
    {
        using var call = Lifetime.Take();
        _pages?.Write(_position, put);
    }

    internal override void ReadPages(long position, Action<Span<float>> get)
    {
        using var call = Lifetime.Take();
        if (_pages is null) return;
        _pages.Clear();
        _pages.Read(position, get);
        _position = position;
    }

    public override void Dispose() => Lifetime.Close();

    private void Free()
    {
        _state = _next = new PinnedFloats(0);
        _pages?.Clear();
    }
}
