using System.Globalization;
using TttGen.Checkpoints;
using TttGen.Inference;

namespace TttGen.Gpu.Models;

/// <summary>
/// A checkpoint of random weights in a folder that goes with it. They are bf16, and so the same numbers wherever they are loaded; signals keep their
/// size from layer to layer, and no vector or setting is at its default.
/// </summary>
internal sealed class RandomCheckpoint : IDisposable
{
    private static readonly ConfigEntry[] Settings = [Setting("ttt_base_lr", 0.6), Setting("rope_theta", 500), Setting("rms_norm_eps", 1e-5)];

    /// <summary>Writes one: the time is that of the disk.</summary>
    public RandomCheckpoint(ModelDefinition definition)
    {
        Folder = Directory.CreateTempSubdirectory("tttgen-gpu-").FullName;
        CheckpointWriter.Write(Folder, [.. definition.Config, .. Settings], definition.Parameters, Draw, DType.BF16);
    }

    /// <summary>Where it is.</summary>
    public string Folder { get; }

    /// <summary>Elements of a tensor: uniform, each a function of its key and place alone.</summary>
    public static void Draw(ParameterInfo parameter, long firstElement, Span<float> to)
    {
        var seed = parameter.Key.Aggregate(0UL, static (hash, letter) => (hash + letter) * 0x100000001B3);
        var (mean, deviation) = Distribution(parameter);
        var width = 2 * Math.Sqrt(3) * deviation;
        for (var i = 0; i < to.Length; i++)
            to[i] = (float)(mean + width * ((Mix(seed + (ulong)(firstElement + i)) >> 11) * (1.0 / (1UL << 53)) - 0.5));
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Folder, recursive: true);

    // A token's rate must not be cut off at zero: where that of a mini-batch's last token is, nothing is learnt.
    private static (double Mean, double Deviation) Distribution(ParameterInfo parameter) =>
        parameter.Key.EndsWith("learnable_token_idx", StringComparison.Ordinal) ? (0.1, 0.05)
        : IsVector(parameter) ? (Initialisation.VectorStart(parameter.Key), 0.2)
        : (0, 1 / Math.Sqrt(parameter.Shape[^1]));

    // Vectors have one axis, or one a head; the rates' weights are a matrix of one column a head.
    private static bool IsVector(ParameterInfo parameter) => parameter.Shape.Count switch
    {
        1 => true,
        2 => !parameter.Key.EndsWith(".weight", StringComparison.Ordinal),
        _ => parameter.Shape[^2] == 1 && !parameter.Key.EndsWith("weight", StringComparison.Ordinal),
    };

    // SplitMix64 (Steele, Lea, Flood 2014).
    private static ulong Mix(ulong x)
    {
        x *= 0x9E3779B97F4A7C15;
        x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
        x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
        return x ^ (x >> 31);
    }

    private static ConfigEntry Setting(string key, double value) => new(key, value.ToString("R", CultureInfo.InvariantCulture));
}
