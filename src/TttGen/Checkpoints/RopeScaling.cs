using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TttGen.Checkpoints;

/// <summary>
/// The object <c>rope_scaling</c> of config.json: how rotary frequencies of a trained model are stretched for longer sequences. Models read its members as settings,
/// <c>rope_scaling.factor</c> …; of its kinds <c>linear</c> and <c>llama3</c> are known, which those numbers tell apart.
/// </summary>
internal static class RopeScaling
{
    internal const string Key = "rope_scaling";

    /// <summary>The object that has both the base of the frequencies and how they are stretched, as newer writers have it.</summary>
    private const string Parameters = "rope_parameters", Theta = "rope_theta";

    private const string Factor = "factor", Length = "original_max_position_embeddings", Low = "low_freq_factor", High = "high_freq_factor", Kind = "rope_type";

    /// <summary>Gives what <c>rope_parameters</c> says the keys that it has had before.</summary>
    /// <param name="values">Keys of the file.</param>
    internal static void Spread(Dictionary<string, JsonElement> values)
    {
        if (!values.TryGetValue(Parameters, out var all) || all.ValueKind != JsonValueKind.Object || JsonNode.Parse(all.GetRawText()) is not JsonObject scaling) return;
        if (all.TryGetProperty(Theta, out var theta)) values.TryAdd(Theta, theta);
        scaling.Remove(Theta);
        if (scaling[Kind] is { } kind && kind.ToString() != "default") values.TryAdd(Key, JsonElement.Parse(scaling.ToJsonString()));
    }

    /// <summary>What is wrong with <c>rope_parameters</c>; null: nothing.</summary>
    /// <param name="values">Keys of the file.</param>
    internal static string? ProblemOfParameters(Dictionary<string, JsonElement> values) =>
        values.TryGetValue(Parameters, out var all) && all.ValueKind != JsonValueKind.Null && (all.ValueKind != JsonValueKind.Object || !all.TryGetProperty(Theta, out _))
            ? $"{Parameters}: expected an object with {Theta}, the same for all layers, found {OneLine.Of(all.GetRawText())}"
            : null;

    /// <summary>What is wrong with a config's kind; null: nothing.</summary>
    /// <param name="json">The object as config.json has it.</param>
    internal static string? Problem(string json)
    {
        if (JsonNode.Parse(json) is not JsonObject scaling) return $"{Key}: expected null or an object, found {OneLine.Of(json)}";
        return (scaling[Kind] ?? scaling["type"])?.ToString() switch
        {
            "default" when scaling[Factor] is null => null,
            "linear" when scaling[Length] is null => null,
            "llama3" when scaling[Length] is null => $"{Key}.{Length}: expected the length that the model was trained with, found no such key",
            "llama3" when !(Number(scaling, Low, 1) < Number(scaling, High, 4)) => $"{Key}: expected a {Low} below its {High}, found {OneLine.Of(json)}",
            "llama3" => null,
            "default" => $"{Key}.{Factor}: expected none where rope_type is default, found {OneLine.Of(scaling[Factor]!.ToJsonString())}",
            "linear" => $"{Key}.{Length}: expected none where rope_type is linear, found {OneLine.Of(scaling[Length]!.ToJsonString())}",
            var other => $"{Key}: expected rope_type linear or llama3, found {OneLine.Of(other ?? "none")}",
        };
    }

    /// <summary>Says of which kind the scaling is that a model's settings make; null where they change nothing.</summary>
    /// <param name="values">Keys and their JSON.</param>
    internal static void Complete(IDictionary<string, string> values)
    {
        if (!values.TryGetValue(Key, out var text) || JsonNode.Parse(text) is not JsonObject scaling) return;
        if (Number(scaling, Factor, 1) == 1)
        {
            values[Key] = "null";
            return;
        }
        var isLinear = Number(scaling, Length, 0) == 0;
        if (isLinear)
            foreach (var member in new[] { Length, Low, High }) scaling.Remove(member);
        scaling[Kind] = isLinear ? "linear" : "llama3";
        values[Key] = scaling.ToJsonString();
    }

    private static double Number(JsonObject scaling, string member, double absent) =>
        scaling[member] is { } value && double.TryParse(value.ToJsonString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) ? number : absent;
}
