using System.Globalization;
using TttGen.Checkpoints;
using TttGen.Cpu;
using TttGen.Inference;

namespace TttGen.Cuda;

/// <content>Weights: into the device's memory, in the type that kernels read, and back into a checkpoint.</content>
public abstract unsafe partial class DeviceModel
{
    private void Load(int index, ParameterSource source, IReadOnlyList<StateStart> starts)
    {
        var slot = _slots[index];
        var storesBf16 = Weights == WeightType.BFloat16 && slot.Form == StorageForm.Matrix;
        if (storesBf16) _halfWeights[index] = Owned<ushort>(slot);
        else _weights[index] = Owned<float>(slot);
        var isStart = starts.Any(s => s.Slot == index);
        // a tensor is read in parts: the host never holds a large one
        var part = new float[Math.Min(slot.Count, Math.Max(slot.Inner, (1 << 22) / slot.Inner * slot.Inner))];
        var halves = new ushort[storesBf16 ? part.Length : 0];
        for (var layer = 0; layer < slot.Layers; layer++)
            for (long first = 0; first < slot.Count; first += part.Length)
            {
                var to = part.AsSpan(0, (int)Math.Min(part.Length, slot.Count - first));
                source(slot, layer, first, to);
                var at = layer * slot.Stride + first;
                if (storesBf16)
                {
                    for (var i = 0; i < to.Length; i++) halves[i] = Quantisation.ToBFloat16(to[i]);
                    Device.Upload<ushort>(halves.AsSpan(0, to.Length), _halfWeights[index].Slice(at, to.Length));
                }
                else Device.Upload<float>(to, _weights[index].Slice(at, to.Length));
                if (isStart)
                    foreach (var start in starts.Where(s => s.Slot == index)) Start(start, layer, first, to);
            }
    }

    private DeviceView<T> Owned<T>(ParameterSlot slot) where T : unmanaged
    {
        var view = Device.Allocate<T>(slot.Stride * slot.Layers, $"weights of {slot.Key}");
        _owned.Add(view.Buffer);
        return view;
    }

    private void Start(StateStart start, int layer, long first, ReadOnlySpan<float> numbers)
    {
        for (var i = 0; i < numbers.Length; i++)
            for (var head = start.Shared ? 0 : (int)((first + i) / start.Count); head < start.Heads; head++)
            {
                _start[start.Offset + layer * start.LayerStride + head * start.HeadStride + (first + i) % start.Count] = numbers[i];
                if (!start.Shared) break;
            }
    }

    /// <inheritdoc/>
    public override void Save(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        using var call = Lifetime.Take();
        var index = new Dictionary<string, (int Slot, int Layer)>();
        for (var s = 0; s < _slots.Count; s++)
            for (var layer = 0; layer < _slots[s].Layers; layer++) index[_slots[s].KeyOf(layer)] = (s, layer);
        ConfigEntry[] config = [.. Definition.Config, .. Settings.Select(s => new ConfigEntry(s.Key, s.Value.ToString("R", CultureInfo.InvariantCulture)))];
        CheckpointWriter.Write(directory, config, Definition.Parameters, (parameter, first, to) =>
        {
            var (slot, layer) = index[parameter.Key];
            Download(slot, layer * _slots[slot].Stride + first, to);
        }, DType.F32, _original);
    }

    private void Download(int slot, long at, Span<float> to)
    {
        if (_weights[slot].Length > 0)
        {
            Device.Download(_weights[slot].Slice(at, to.Length), to);
            return;
        }
        var halves = new ushort[to.Length];
        Device.Download(_halfWeights[slot].Slice(at, to.Length), halves.AsSpan());
        for (var i = 0; i < to.Length; i++) to[i] = BitConverter.UInt32BitsToSingle((uint)halves[i] << 16);
    }
}
