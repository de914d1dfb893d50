using TttGen.Cpu;

namespace TttGen.Inference;

/// <summary>The state of a sequence as compiled code reads and writes it: one block of f32.</summary>
internal sealed unsafe class CompiledState : ModelState
{
    private readonly NativeBuffer _numbers;

    internal CompiledState(CompiledModel model) : base(model.StateLayout.Signature)
    {
        Model = model;
        _numbers = new NativeBuffer(model.StateLayout.Length);
        Reset();
    }

    internal CompiledModel Model { get; }

    internal float* Pointer
    {
        get
        {
            ObjectDisposedException.ThrowIf(_numbers.Pointer is null, this);
            return _numbers.Pointer;
        }
    }

    internal Span<float> Numbers => new(Pointer, checked((int)_numbers.Length));

    public override long Bytes => _numbers.Length * sizeof(float);

    public override void Reset()
    {
        Numbers.Clear();
        Model.Start(Pointer);
        MoveTo(0);
    }

    public override SequenceState Fork()
    {
        var numbers = Numbers;
        var copy = new CompiledState(Model);
        numbers.CopyTo(copy.Numbers);
        copy.MoveTo(Position);
        return copy;
    }

    internal override ReadOnlySpan<float> Read() => Numbers;

    internal override void CheckAlive() => _ = Pointer;

    public override void Restore(string path) => MoveTo(StateFile.Read(path, Signature, Numbers));

    public override void Dispose() => _numbers.Dispose();
}
