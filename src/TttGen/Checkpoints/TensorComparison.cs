namespace TttGen.Checkpoints;

/// <summary>What a model expects against what a checkpoint holds.</summary>
internal static class TensorComparison
{
    /// <summary>A line for each disagreement, shapes first: they tell most about what the checkpoint is.</summary>
    internal static List<string> Problems(IReadOnlyList<ParameterInfo> expected, IReadOnlyDictionary<string, TensorEntry> found)
    {
        List<string> shapes = [], missing = [], types = [], extra = [];
        foreach (ParameterInfo parameter in expected)
        {
            string shape = TensorEntry.Text(parameter.Shape);
            if (!found.TryGetValue(parameter.Key, out TensorEntry? tensor)) missing.Add($"{parameter.Key}: expected {shape}, found no such tensor");
            else if (!tensor.Shape.SequenceEqual(parameter.Shape.Select(static size => (long)size)))
                shapes.Add($"{parameter.Key}: expected {shape}, found {TensorEntry.Text(tensor.Shape)}");
            else if (!tensor.Type.IsWeight) types.Add($"{parameter.Key}: expected F32, F16 or BF16, found {tensor.Type.HeaderName}");
        }

        var known = expected.Select(static parameter => parameter.Key).ToHashSet(StringComparer.Ordinal);
        foreach (TensorEntry tensor in found.Values)
            if (!known.Contains(tensor.Key)) extra.Add($"{OneLine.Of(tensor.Key)}: expected no such tensor, found {TensorEntry.Text(tensor.Shape)}");
        return [.. shapes, .. missing, .. types, .. extra];
    }
}
