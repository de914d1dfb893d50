using TttGen.Inference;

namespace TttGen.Training;

/// <summary>
/// Where a model's parameters lie in one flat block: matrices as the checkpoint has them, [out, in]; a convolution's taps as kernels read
/// them, [taps, columns]. Every layer's tensor starts at a multiple of 16 elements.
/// </summary>
internal sealed class FlatLayout
{
    private readonly IReadOnlyList<ParameterSlot> _slots;
    private readonly long[] _offsets;

    public FlatLayout(IReadOnlyList<ParameterSlot> slots)
    {
        _slots = slots;
        _offsets = new long[slots.Count];
        var tensors = new List<TrainableTensor>();
        for (var s = 0; s < slots.Count; s++)
        {
            _offsets[s] = Length;
            var matrix = slots[s].Shape.Count(static size => size > 1) - (slots[s].Heads > 1 ? 1 : 0) > 1;
            for (var layer = 0; layer < slots[s].Layers; layer++)
                tensors.Add(new TrainableTensor(slots[s].KeyOf(layer), slots[s].Shape, Offset(s, layer), checked((int)slots[s].Count), matrix) { Layer = slots[s].IsLayered ? layer : null, Heads = slots[s].Heads });
            Length += slots[s].Stride * slots[s].Layers;
        }
        Tensors = tensors;
    }

    /// <summary>Elements of the block.</summary>
    public long Length { get; }

    /// <summary>All tensors, in order.</summary>
    public IReadOnlyList<TrainableTensor> Tensors { get; }

    /// <summary>First element of a tensor.</summary>
    public long Offset(int slot, int layer) => _offsets[slot] + layer * _slots[slot].Stride;

    /// <summary>From the checkpoint's order to this one.</summary>
    public void Enter(int slot, ReadOnlySpan<float> tensor, Span<float> to)
    {
        var s = _slots[slot];
        if (s.Form != StorageForm.Taps) tensor.CopyTo(to);
        else
            for (var c = 0; c < s.Columns; c++)
                for (var t = 0; t < s.Inner; t++) to[t * s.Columns + c] = tensor[c * s.Inner + t];
    }

    /// <summary>Elements of a tensor in the checkpoint's order.</summary>
    public void Leave(int slot, ReadOnlySpan<float> from, long first, Span<float> to)
    {
        var s = _slots[slot];
        if (s.Form != StorageForm.Taps) from.Slice(checked((int)first), to.Length).CopyTo(to);
        else
            for (var i = 0; i < to.Length; i++)
            {
                var (column, tap) = ((int)((first + i) / s.Inner), (int)((first + i) % s.Inner));
                to[i] = from[tap * s.Columns + column];
            }
    }
}
