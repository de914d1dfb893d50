using TttGen.Cpu;

namespace TttGen.Inference;

/// <summary>The state of a sequence as compiled code reads and writes it: one block of f32.</summary>
internal sealed unsafe class CompiledState : SequenceState
{
    private readonly NativeBuffer _numbers;
    private long _position;

    internal CompiledState(CompiledModel model)
    {
        Model = model;
        _numbers = new NativeBuffer(model.StateLayout.Length);
        Reset();
    }

    internal CompiledModel Model { get; }

    /// <summary>Which sequence it is of the call that is being checked: the last one, where it is several.</summary>
    internal int Sequence { get; set; }

    internal float* Pointer
    {
        get
        {
            ObjectDisposedException.ThrowIf(_numbers.Pointer is null, this);
            return _numbers.Pointer;
        }
    }

    internal Span<float> Numbers => new(Pointer, checked((int)_numbers.Length));

    public override long Position => _position;

    public override long Bytes => _numbers.Length * sizeof(float);

    internal void Advance(int tokens) => _position += tokens;

    public override void Reset()
    {
        Numbers.Clear();
        Model.Start(Pointer);
        _position = 0;
    }

    public override SequenceState Fork()
    {
        var numbers = Numbers;
        var copy = new CompiledState(Model) { _position = _position };
        numbers.CopyTo(copy.Numbers);
        return copy;
    }

    public override void Save(string path) => StateFile.Write(path, Model.StateLayout.Signature, _position, Numbers);

    public override void Restore(string path) => _position = StateFile.Read(path, Model.StateLayout.Signature, Numbers);

    public override void Dispose() => _numbers.Dispose();
}
