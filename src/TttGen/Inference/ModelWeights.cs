using System.Runtime.InteropServices;
using TttGen.Checkpoints;
using TttGen.Cpu;

namespace TttGen.Inference;

/// <summary>The weights of a compiled model: matrices packed for products, everything else as plain f32. One tensor at a time is repacked.</summary>
public sealed unsafe class ModelWeights : IDisposable
{
    private const int RowsAtOnce = 64;
    private const int LargestSample = 1 << 20;

    private readonly IReadOnlyList<ParameterSlot> _slots;
    private readonly PackedMatrix[][] _matrices;
    private readonly NativeBuffer?[] _plain;
    private Crc32C _given = Crc32C.Empty;

    private ModelWeights(IReadOnlyList<ParameterSlot> slots, WeightType type)
    {
        _slots = slots;
        Type = type;
        _matrices = [.. slots.Select(s => s.Form == StorageForm.Matrix ? Enumerable.Range(0, s.Layers).Select(_ => new PackedMatrix(s.Inner, s.Columns, type)).ToArray() : [])];
        _plain = [.. slots.Select(s => s.Form == StorageForm.Matrix ? null : new NativeBuffer(s.Stride * s.Layers))];
    }

    /// <summary>How matrices are stored.</summary>
    public WeightType Type { get; }

    /// <summary>Bytes held.</summary>
    public long Bytes => _matrices.Sum(layers => layers.Sum(m => m.Bytes)) + _plain.Sum(b => (b?.Length ?? 0) * sizeof(float));

    /// <summary>A checksum of what was given, before it was rounded to <see cref="Type"/>: the first numbers of every tensor.</summary>
    internal uint GivenChecksum => _given.Value;

    /// <summary>A matrix for each layer.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such slot, or it holds no matrices.</exception>
    public PackedMatrix[] Matrices(int slot) => Holds(slot, matrices: true) ? _matrices[slot] : throw NotHeld(slot, "matrices");

    /// <summary>Numbers, <see cref="ParameterSlot.Stride"/> elements a layer.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There is no such slot, or it holds matrices.</exception>
    /// <exception cref="ObjectDisposedException">The weights have been freed.</exception>
    public float* Plain(int slot) => Holds(slot, matrices: false) ? _plain[slot]!.Pointer : throw NotHeld(slot, "plain numbers");

    /// <summary>Reads every tensor of a checkpoint that has been checked.</summary>
    public static ModelWeights Load(IReadOnlyList<ParameterSlot> slots, WeightType type, Checkpoint checkpoint) =>
        Fill(slots, type, ParameterSources.Of(checkpoint));

    /// <summary>Fresh weights (paper, appendix C): matrices from N(0, 0.02), taps within ±1/√taps, scales at one, other vectors at zero.</summary>
    public static ModelWeights Create(IReadOnlyList<ParameterSlot> slots, WeightType type, int seed) => Fill(slots, type, ParameterSources.Of(seed));

    /// <summary>Fresh numbers for a tensor, or for the next part of it.</summary>
    internal static void Draw(ParameterSlot slot, Random random, Span<float> to)
    {
        if (Initialisation.StateSpace(slot.Key, slot.Shape[^1], random) is { } start)
            for (var i = 0; i < to.Length; i++) to[i] = (float)start(i);
        else if (!double.IsNaN(slot.Start)) to.Fill((float)slot.Start);
        else
            for (var i = 0; i < to.Length; i++)
                to[i] = (float)(slot.Form == StorageForm.Taps ? Initialisation.Tap(random, slot.Inner) : Initialisation.Deviation * Initialisation.Normal(random));
    }

    private bool Holds(int slot, bool matrices) => (uint)slot < (uint)_slots.Count && _slots[slot].Form == StorageForm.Matrix == matrices;

    private ArgumentOutOfRangeException NotHeld(int slot, string what) => new(nameof(slot), (uint)slot < (uint)_slots.Count
        ? $"ModelWeights: expected a slot of {what}, found {slot}, {_slots[slot].Key}, which is {_slots[slot].Form}."
        : $"ModelWeights: expected a slot in 0 … {_slots.Count - 1}, found {slot}.");

    private static ModelWeights Fill(IReadOnlyList<ParameterSlot> slots, WeightType type, ParameterSource source)
    {
        var weights = new ModelWeights(slots, type);
        try
        {
            for (var s = 0; s < slots.Count; s++)
                for (var layer = 0; layer < slots[s].Layers; layer++)
                    weights.Fill(s, layer, source);
            return weights;
        }
        catch
        {
            weights.Dispose();
            throw;
        }
    }

    private void Fill(int index, int layer, ParameterSource source)
    {
        var slot = _slots[index];
        switch (slot.Form)
        {
            case StorageForm.Matrix:
                var rows = new float[RowsAtOnce * slot.Inner];
                for (var first = 0; first < slot.Columns; first += RowsAtOnce)
                {
                    var part = rows.AsSpan(0, Math.Min(RowsAtOnce, slot.Columns - first) * slot.Inner);
                    source(slot, layer, (long)first * slot.Inner, part);
                    if (first == 0) Given(part);
                    _matrices[index][layer].SetRows(first, part);
                }
                break;
            case StorageForm.Taps:
                var taps = new float[slot.Count];
                source(slot, layer, 0, taps);
                Given(taps);
                var to = Numbers(index, layer);
                for (var c = 0; c < slot.Columns; c++)
                    for (var t = 0; t < slot.Inner; t++) to[t * slot.Columns + c] = taps[c * slot.Inner + t];
                break;
            default:
                source(slot, layer, 0, Numbers(index, layer));
                Given(Numbers(index, layer));
                break;
        }
    }

    private void Given(ReadOnlySpan<float> numbers) => _given.Add(MemoryMarshal.AsBytes(numbers[..Math.Min(numbers.Length, LargestSample)]));

    private Span<float> Numbers(int index, int layer) => new(Plain(index) + layer * _slots[index].Stride, checked((int)_slots[index].Count));

    /// <summary>Gives a tensor back in the checkpoint's order; of int8 and bf16 matrices what is computed with.</summary>
    /// <param name="index">Which slot.</param>
    /// <param name="layer">Which layer.</param>
    /// <param name="first">First element: the start of a row of the last axis.</param>
    /// <param name="to">Whole rows.</param>
    internal void Read(int index, int layer, long first, Span<float> to)
    {
        var slot = _slots[index];
        switch (slot.Form)
        {
            case StorageForm.Matrix:
                for (var at = 0; at < to.Length; at += slot.Inner)
                    _matrices[index][layer].GetRow((int)((first + at) / slot.Inner), to.Slice(at, slot.Inner));
                break;
            case StorageForm.Taps:
                var from = Numbers(index, layer);
                for (var i = 0; i < to.Length; i++)
                {
                    var (column, tap) = ((int)((first + i) / slot.Inner), (int)((first + i) % slot.Inner));
                    to[i] = from[tap * slot.Columns + column];
                }
                break;
            default:
                Numbers(index, layer).Slice((int)first, to.Length).CopyTo(to);
                break;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var m in _matrices.SelectMany(m => m)) m.Dispose();
        foreach (var b in _plain) b?.Dispose();
    }
}
