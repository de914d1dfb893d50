using TttGen.Inference;

namespace TttGen.Cuda;

/// <summary>The state of a sequence in its model's device memory: a slot among those of all sequences. In a file it is what the CPU's is.</summary>
internal sealed class DeviceState : ModelState
{
    private readonly DeviceModel _model;
    private int _slot;

    internal DeviceState(DeviceModel model, int slot) : base(model.StateLayout.Signature) => (_model, _slot) = (model, slot);

    internal DeviceModel Model => _model;

    /// <summary>Its slot.</summary>
    internal int Slot
    {
        get
        {
            CheckAlive();
            return _slot;
        }
    }

    public override long Bytes => _model.StateBytes;

    internal override void CheckAlive() => ObjectDisposedException.ThrowIf(_slot < 0 || _model.IsDisposed, this);

    public override void Reset()
    {
        _model.StartSlot(Slot);
        MoveTo(0);
    }

    public override SequenceState Fork()
    {
        var copy = new DeviceState(_model, _model.CopySlot(Slot));
        copy.MoveTo(Position);
        return copy;
    }

    internal override ReadOnlySpan<float> Read() => _model.ReadSlot(Slot);

    public override void Restore(string path)
    {
        var numbers = new float[_model.StateLayout.Length];
        var position = StateFile.Read(path, Signature, numbers);
        _model.WriteSlot(Slot, numbers);
        MoveTo(position);
    }

    public override void Dispose()
    {
        if (_slot >= 0 && !_model.IsDisposed) _model.FreeSlot(_slot);
        _slot = -1;
    }
}
