using TttGen.Inference;

namespace TttGen.Gpu.Timing;

/// <summary>What some work takes at least.</summary>
/// <param name="Flops">Floating-point operations, as the schedule counts them.</param>
/// <param name="Bytes">Bytes of the GPU's memory, each thing that must be read or written counted once.</param>
internal readonly record struct Cost(double Flops, double Bytes)
{
    /// <summary>Of a case.</summary>
    /// <param name="definition">The model.</param>
    /// <param name="tensors">Where inner weights lie in its state.</param>
    /// <param name="work">The case.</param>
    public static Cost Of(ModelDefinition definition, IReadOnlyList<StateTensor> tensors, Case work)
    {
        var (body, head) = definition.FlopsPerToken;
        var logits = (long)work.Batch * Vocabulary(definition) * sizeof(float);
        var state = work.Work == Case.Decode ? StateBytesPerToken(definition, tensors) : 2.0 * definition.StateBytes;
        return new Cost((double)work.Batch * ((double)work.Tokens * body + head), WeightBytes(definition, work) + work.Batch * state + logits);
    }

    // A sum of gradients is read and written for every token; what it moves is read for every token, and written once a mini-batch.
    private static double StateBytesPerToken(ModelDefinition definition, IReadOnlyList<StateTensor> tensors)
    {
        var weights = tensors.Where(static tensor => !tensor.Name.EndsWith("Sum", StringComparison.Ordinal)).Sum(static tensor => (double)tensor.Layers * tensor.Heads * tensor.Count) * sizeof(float);
        return 2 * (definition.StateBytes - weights) + weights * (1 + 1.0 / MiniBatch(definition));
    }

    // Matrices once, in their type; everything else is f32. An embedding that is not the head's matrix too is read a row a token.
    private static double WeightBytes(ModelDefinition definition, Case work)
    {
        var untied = definition.Parameters.Any(static parameter => parameter.Key == "lm_head.weight");
        var bytes = 0.0;
        foreach (var parameter in definition.Parameters)
        {
            var isMatrix = parameter.Shape.Count == 2 && parameter.Key.EndsWith(".weight", StringComparison.Ordinal);
            var isLookup = untied && parameter.Key.EndsWith("embed_tokens.weight", StringComparison.Ordinal);
            var read = isLookup ? Math.Min(parameter.Count, (double)work.Tokens * work.Batch * parameter.Shape[1]) : parameter.Count;
            bytes += read * (isMatrix && work.Weights == "bf16" ? 2 : sizeof(float));
        }
        return bytes;
    }

    private static int MiniBatch(ModelDefinition definition) => Setting(definition, "mini_batch_size");

    private static int Vocabulary(ModelDefinition definition) => Setting(definition, "vocab_size");

    private static int Setting(ModelDefinition definition, string key) =>
        int.Parse(definition.Config.Single(entry => entry.Key == key).Json, System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Seconds that a GPU with such ceilings takes at least; null where one of them is not known.</summary>
    /// <param name="flopsPerSecond">Of products in the weights' type.</param>
    /// <param name="bytesPerSecond">Of a copy.</param>
    public double? Limit(double? flopsPerSecond, double? bytesPerSecond) => Math.Max(Flops / (flopsPerSecond ?? double.NaN), Bytes / (bytesPerSecond ?? double.NaN)) is var seconds && double.IsFinite(seconds) ? seconds : null;
}
