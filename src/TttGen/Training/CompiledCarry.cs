using TttGen.Cpu;

namespace TttGen.Training;

/// <summary>A sequence's state between calls, and room for the one after the call at work: the backward pass reads where the call began.</summary>
internal sealed unsafe class CompiledCarry : TrainingCarry
{
    private readonly CompiledTrainable _model;
    private NativeBuffer _state, _next;
    private long _position;

    public CompiledCarry(CompiledTrainable model, long length)
    {
        _model = model;
        _state = new NativeBuffer(length);
        _next = new NativeBuffer(length);
        Reset();
    }

    public CompiledTrainable Model => _model;

    /// <summary>Where the call begins; null at the start of the sequence, where the state is what the weights say.</summary>
    public float* State => _position == 0 ? null : _state.Pointer;

    public float* Next => _next.Pointer;

    public override long Position { get => _position; set => _position = value; }

    public override Span<float> Numbers => new(_state.Pointer, checked((int)_state.Length));

    public void Advance(int tokens)
    {
        (_state, _next) = (_next, _state);
        _position += tokens;
    }

    public override void Reset()
    {
        Numbers.Clear();
        _position = 0;
    }

    public override void Dispose()
    {
        _state.Dispose();
        _next.Dispose();
    }
}
