using TttGen.Cpu;
using TttGen.Inference;

namespace TttGen.Training;

/// <summary>A sequence's state between calls, and room for the one after the call at work: the backward pass reads where the call began.</summary>
internal sealed unsafe class CompiledCarry : TrainingCarry
{
    private PinnedFloats _state, _next;
    private long _position;

    public CompiledCarry(CompiledTrainable model, long length)
    {
        Model = model;
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

    public override long Position
    {
        get => _position;
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value);
            ArgumentOutOfRangeException.ThrowIfGreaterThan(value, ModelState.MostTokens);
            using var call = Lifetime.Take();
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
    }

    public override void Reset()
    {
        using var call = Lifetime.Take();
        _state.Span.Clear();
        _position = 0;
    }

    public override void Dispose() => Lifetime.Close();

    private void Free() => _state = _next = new PinnedFloats(0);
}
