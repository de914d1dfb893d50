using System.Globalization;
using TttGen.Checkpoints;

namespace TttGen.Inference;

/// <summary>How a parameter is kept in memory.</summary>
public enum StorageForm
{
    /// <summary>A product's operand, packed in panels, one for each layer.</summary>
    Matrix,

    /// <summary>Numbers in the checkpoint's order, f32.</summary>
    Plain,

    /// <summary>[columns, taps] in the checkpoint, [taps, columns] here, f32.</summary>
    Taps,
}

/// <summary>A parameter of a compiled model.</summary>
/// <param name="Key">Checkpoint key; <c>{i}</c> stands for the layer.</param>
/// <param name="Shape">As the checkpoint has it.</param>
/// <param name="Form">How it is kept.</param>
/// <param name="Layers">How many there are.</param>
/// <param name="Columns">Outputs of a matrix, columns of a tapped vector; otherwise the number of elements.</param>
/// <param name="Inner">Inputs of a matrix, taps; otherwise 1.</param>
/// <param name="Start">Where a fresh one starts; NaN: drawn (<see cref="Initialisation"/>).</param>
public sealed record ParameterSlot(string Key, IReadOnlyList<int> Shape, StorageForm Form, int Layers, int Columns, int Inner, double Start)
{
    /// <summary>Heads that have a part each, along the first axis: an inner model's parameters; 1: all else.</summary>
    public int Heads { get; init; } = 1;

    /// <summary>Elements between two layers' numbers, for <see cref="StorageForm.Plain"/> and <see cref="StorageForm.Taps"/>.</summary>
    public long Stride => (Count + 15) / 16 * 16;

    /// <summary>Whether it stands in a stack.</summary>
    public bool IsLayered => Key.Contains("{i}", StringComparison.Ordinal);

    /// <summary>Elements of one layer's tensor.</summary>
    public long Count => Shape.Aggregate(1L, static (count, size) => count * size);

    /// <summary>The checkpoint's key for one layer.</summary>
    public string KeyOf(int layer) => Key.Replace("{i}", layer.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);

    /// <summary>What the checkpoint holds of it.</summary>
    public IEnumerable<ParameterInfo> Infos => Enumerable.Range(0, Layers).Select(layer => new ParameterInfo(KeyOf(layer), Shape));
}
