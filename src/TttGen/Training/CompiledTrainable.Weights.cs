using System.Globalization;
using TttGen.Checkpoints;
using TttGen.Cpu;
using TttGen.Inference;

namespace TttGen.Training;

/// <content>Weights and gradients as checkpoints have them.</content>
public abstract unsafe partial class CompiledTrainable
{
    /// <summary>A weight in the checkpoint's order.</summary>
    /// <exception cref="TttException">No such tensor.</exception>
    public float[] ReadWeight(string key) => Read(key, _weights);

    /// <summary>A gradient in the checkpoint's order.</summary>
    /// <exception cref="TttException">No such tensor.</exception>
    public float[] ReadGradient(string key) => Read(key, _gradients);

    private float[] Read(string key, NativeBuffer block)
    {
        ArgumentNullException.ThrowIfNull(key);
        using var call = Lifetime.Hold();
        for (var s = 0; s < _slots.Count; s++)
            for (var layer = 0; layer < _slots[s].Layers; layer++)
                if (_slots[s].KeyOf(layer) == key)
                {
                    var numbers = new float[_slots[s].Count];
                    _layout.Leave(s, new ReadOnlySpan<float>(block.Pointer + _layout.Offset(s, layer), numbers.Length), 0, numbers);
                    return numbers;
                }
        throw new TttException($"{key}: expected a tensor of {Definition.Name}; 'inspect' lists them");
    }

    private void Draw(int seed)
    {
        // the same numbers as an inference model's of this seed
        var random = new Random(seed);
        for (var s = 0; s < _slots.Count; s++)
            for (var layer = 0; layer < _slots[s].Layers; layer++)
            {
                var numbers = new float[_slots[s].Count];
                ModelWeights.Draw(_slots[s], random, numbers);
                _layout.Enter(s, numbers, Tensor(s, layer));
            }
    }

    private Span<float> Tensor(int slot, int layer) => new(_weights.Pointer + _layout.Offset(slot, layer), checked((int)_slots[slot].Count));

    /// <inheritdoc/>
    public override void Load(Checkpoint checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        using var call = Lifetime.Take();
        checkpoint.Config.Check(Definition.Config, Definition.Name);
        checkpoint.Check(Definition.Parameters, Definition.Name);
        foreach (var (key, value) in Settings) Set(key, ModelSettings.Of(checkpoint.Config, key, value));
        for (var s = 0; s < _slots.Count; s++)
            for (var layer = 0; layer < _slots[s].Layers; layer++)
            {
                var numbers = new float[_slots[s].Count];
                checkpoint.ReadWeights(_slots[s].KeyOf(layer), 0, numbers);
                _layout.Enter(s, numbers, Tensor(s, layer));
            }
        _original = checkpoint.Config;
        Pack();
    }

    /// <inheritdoc/>
    public override void Save(string directory, DType type)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        using var call = Lifetime.Hold();
        var index = new Dictionary<string, (int Slot, int Layer)>();
        for (var s = 0; s < _slots.Count; s++)
            for (var layer = 0; layer < _slots[s].Layers; layer++) index[_slots[s].KeyOf(layer)] = (s, layer);
        ConfigEntry[] config = [.. Definition.Config, .. Settings.Select(static s => new ConfigEntry(s.Key, s.Value.ToString("R", CultureInfo.InvariantCulture)))];
        CheckpointWriter.Write(directory, config, Definition.Parameters, (parameter, first, to) =>
        {
            var (slot, layer) = index[parameter.Key];
            _layout.Leave(slot, Tensor(slot, layer), first, to);
        }, type, _original);
    }
}
