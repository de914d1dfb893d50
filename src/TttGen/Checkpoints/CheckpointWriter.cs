using System.Text.Json;
using TttGen.Inference;

namespace TttGen.Checkpoints;

/// <summary>Gives elements of a tensor that is being written.</summary>
/// <param name="parameter">Which tensor.</param>
/// <param name="firstElement">Where to begin; always the start of a row of the last axis.</param>
/// <param name="to">To be filled; always whole rows of the last axis.</param>
public delegate void TensorSource(ParameterInfo parameter, long firstElement, Span<float> to);

/// <summary>Writes checkpoint directories in the Hugging Face layout, whole or not at all.</summary>
public static class CheckpointWriter
{
    /// <summary>Writes config.json and model.safetensors.</summary>
    /// <param name="directory">Made where it does not exist; files of these names are replaced once the new ones are complete.</param>
    /// <param name="config">Keys that the model fixes. <c>model_type</c> is "ttt" where they don't say otherwise.</param>
    /// <param name="parameters">The tensors, in the order to write them.</param>
    /// <param name="source">Their elements.</param>
    /// <param name="type">F32, BF16 or F16; becomes <c>torch_dtype</c> too.</param>
    /// <param name="original">The config that the model was loaded with: its keys that <paramref name="config"/> does not name are kept.</param>
    /// <exception cref="CheckpointException">The directory can't be written, or a value does not fit <paramref name="type"/>.</exception>
    public static void Write(
        string directory, IReadOnlyList<ConfigEntry> config, IReadOnlyList<ParameterInfo> parameters, TensorSource source, DType type = DType.F32,
        CheckpointConfig? original = null)
    {
        if (!type.IsWeight) throw new ArgumentException($"Weights are written as F32, BF16 or F16, not {type.HeaderName}.", nameof(type));
        if (parameters.DistinctBy(static parameter => parameter.Key, StringComparer.Ordinal).Count() != parameters.Count)
            throw new ArgumentException("Two parameters have one key.", nameof(parameters));
        TensorPieces pieces = TensorPieces.Of(parameters);
        try
        {
            Directory.CreateDirectory(directory);
            using var files = new AtomicFiles();
            SafetensorsWriter.Write(files.Create(Path.Combine(directory, Checkpoint.WeightsFile)), pieces.Whole, pieces.Joined(source), type);
            WriteConfig(files.Create(Path.Combine(directory, CheckpointConfig.FileName)), config, type, original);
            files.Commit();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new CheckpointException($"{OneLine.Path(directory)}: the checkpoint can't be written: {OneLine.Of(error.Message)}", error);
        }
    }

    private static void WriteConfig(Stream to, IReadOnlyList<ConfigEntry> config, DType type, CheckpointConfig? original)
    {
        var values = new OrderedDictionary<string, string>(StringComparer.Ordinal) { ["model_type"] = "\"ttt\"" };
        foreach (ConfigEntry entry in original?.Entries ?? []) values[entry.Key] = entry.Json;
        foreach (ConfigEntry entry in config) NestedKey.Put(values, entry.Key, entry.Json);
        RopeScaling.Complete(values);
        values["torch_dtype"] = $"\"{type.TorchName}\"";

        using var writer = new Utf8JsonWriter(to, new JsonWriterOptions { Indented = true, NewLine = "\n" });
        writer.WriteStartObject();
        foreach (var (key, json) in values)
        {
            writer.WritePropertyName(key);
            writer.WriteRawValue(json);
        }

        writer.WriteEndObject();
    }
}
