using TttGen.Inference;

namespace TttGen.Cuda;

/// <summary>The state of a sequence in its model's device memory: a slot among those of all sequences. In a file it is what the CPU's is.</summary>
internal sealed class DeviceState(DeviceModel model, int slot) : ModelState(model.StateLayout.Signature)
{
    internal DeviceModel Model => model;

    /// <summary>Its slot; while a call holds the state.</summary>
    internal int Slot => slot;

    private protected override long Length => model.StateLayout.Length;

    private protected override uint StartChecksum => model.StartChecksum;

    internal override ReadOnlySpan<float> Read()
    {
        using var call = model.Lifetime.Take();
        return model.ReadSlot(slot);
    }

    private protected override void Write(ReadOnlySpan<float> numbers)
    {
        using var call = model.Lifetime.Take();
        model.WriteSlot(slot, numbers);
    }

    private protected override void Start()
    {
        using var call = model.Lifetime.Take();
        model.StartSlot(slot);
    }

    private protected override ModelState Copy()
    {
        using var call = model.Lifetime.Take();
        return new DeviceState(model, model.CopySlot(slot));
    }

    // The memory is the model's.
    private protected override void Free() => model.FreeSlot(slot);
}
