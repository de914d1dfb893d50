using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using TttGen.Inference;

namespace TttGen.Checkpoints;

/// <summary>What a checkpoint's config.json says. Keys that nobody asks for are kept, and written again when the model is saved.</summary>
public sealed class CheckpointConfig
{
    /// <summary>Its name in a checkpoint directory.</summary>
    public const string FileName = "config.json";

    /// <summary>The model_type of TTT models.</summary>
    internal const string Ttt = "ttt";

    private const long LongestFile = 16 << 20;

    private readonly string _name;
    private readonly Dictionary<string, JsonElement> _values = new(StringComparer.Ordinal);

    private CheckpointConfig(string name, JsonElement root)
    {
        _name = name;
        foreach (JsonProperty property in root.Clone().EnumerateObject()) _values.Add(property.Name, property.Value);
        RopeScaling.Spread(_values);
    }

    /// <summary>Every key and its value as JSON, in the order of the file.</summary>
    public IEnumerable<ConfigEntry> Entries => _values.Select(static pair => new ConfigEntry(pair.Key, pair.Value.GetRawText()));

    /// <summary>The preset that the sizes are of, if there is one.</summary>
    public Preset? LooksLike => Preset.LooksLike(Size("num_hidden_layers"), Size("hidden_size"), Size("num_attention_heads"), Size("intermediate_size"));

    /// <summary>Reads a file.</summary>
    /// <exception cref="CheckpointException">Missing, too large, or not a JSON object with distinct keys.</exception>
    public static CheckpointConfig Load(string path)
    {
        using JsonDocument document = JsonText.Load(path, LongestFile);
        return new CheckpointConfig(OneLine.Path(path), document.RootElement);
    }

    /// <summary>Reads the content of a file.</summary>
    /// <exception cref="CheckpointException">Not a JSON object with distinct keys.</exception>
    public static CheckpointConfig Parse(ReadOnlyMemory<byte> json)
    {
        using JsonDocument document = JsonText.Parse(json, FileName);
        return new CheckpointConfig(FileName, document.RootElement);
    }

    /// <summary>Whether the key is there, with a value other than null.</summary>
    public bool Has(string key) => TryGet(key, out _);

    /// <summary>A whole number; <paramref name="absent"/> where the key is missing.</summary>
    /// <exception cref="CheckpointException">Missing with no default, or not a whole number that fits 32 bits.</exception>
    public int Int(string key, int? absent = null)
    {
        if (!TryGet(key, out JsonElement value)) return absent ?? throw Missing(key, "a whole number");
        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out int number) ? number : throw Unlike(key, "a whole number", value);
    }

    /// <summary>A finite number; <paramref name="absent"/> where the key is missing.</summary>
    /// <exception cref="CheckpointException">Missing with no default, or not a finite number.</exception>
    public double Double(string key, double? absent = null)
    {
        if (!TryGet(key, out JsonElement value)) return absent ?? throw Missing(key, "a number");
        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out double number) && double.IsFinite(number)
            ? number
            : throw Unlike(key, "a finite number", value);
    }

    /// <summary>True or false; <paramref name="absent"/> where the key is missing.</summary>
    /// <exception cref="CheckpointException">Missing with no default, or neither true nor false.</exception>
    public bool Bool(string key, bool? absent = null)
    {
        if (!TryGet(key, out JsonElement value)) return absent ?? throw Missing(key, "true or false");
        return value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value.GetBoolean() : throw Unlike(key, "true or false", value);
    }

    /// <summary>Text; <paramref name="absent"/> where the key is missing.</summary>
    /// <exception cref="CheckpointException">Missing with no default, or not a string.</exception>
    public string String(string key, string? absent = null)
    {
        if (!TryGet(key, out JsonElement value)) return absent ?? throw Missing(key, "a string");
        return value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Unlike(key, "a string", value);
    }

    /// <summary>Makes sure that the config says what the spec says; otherwise tells every disagreement and which preset the config is of.</summary>
    /// <param name="expected">Keys and values that the spec fixes. A key that config.json leaves out has the format's default, where it has one.</param>
    /// <param name="modelName">For the error.</param>
    /// <exception cref="CheckpointException">A value differs or is missing.</exception>
    public void Check(IEnumerable<ConfigEntry> expected, string modelName)
    {
        // of another architecture nothing else is worth a comparison
        if (expected.FirstOrDefault(static entry => entry.Key == "model_type") is { } type && TryGet(type.Key, out JsonElement kind) && !Same(JsonElement.Parse(type.Json), kind))
            throw new CheckpointException($"{_name} does not fit model {modelName}: model_type: expected {type.Json}, found {OneLine.Of(kind.GetRawText())}{Architecture}; load it with a model of that kind");
        var problems = new List<string>();
        foreach (ConfigEntry entry in expected)
        {
            using JsonDocument wanted = JsonDocument.Parse(entry.Json);
            if (entry.Key == RopeScaling.Key && _values.TryGetValue(RopeScaling.Key, out JsonElement scaling) && scaling.ValueKind != JsonValueKind.Null)
                problems.Add($"{RopeScaling.Key}: expected null, for this model's rotations have no scaling (LlamaAttention has), found {OneLine.Of(scaling.GetRawText())}");
            if (wanted.RootElement.ValueKind == JsonValueKind.Null) continue;
            if (!TryGet(entry.Key, out JsonElement found) && !ConfigDefaults.TryGet(this, entry.Key, out found))
                problems.Add($"{entry.Key}: expected {entry.Json}, found none");
            else if (!Same(wanted.RootElement, found))
                problems.Add($"{entry.Key}: expected {entry.Json}, found {OneLine.Of(found.GetRawText())}");
        }

        if (ConfigDefaults.UnsaidOf(this, expected) is { } unsaid && (TryGet(unsaid.Key, out JsonElement beyond) || ConfigDefaults.TryGet(this, unsaid.Key, out beyond)) && !Same(JsonElement.Parse(unsaid.Json), beyond))
            problems.Add($"{unsaid.Key}: expected {unsaid.Json}, for this model says nothing of it, found {OneLine.Of(beyond.GetRawText())}");
        if (ConfigDefaults.Attends(this) && RopeScaling.ProblemOfParameters(_values) is { } unread) problems.Add(unread);
        if (problems.Count == 0 && ConfigDefaults.Attends(this) && TryGet(RopeScaling.Key, out JsonElement scaled) && RopeScaling.Problem(scaled.GetRawText()) is { } problem) problems.Add(problem);
        if (problems.Count > 0)
            throw new CheckpointException($"{_name} does not fit model {modelName}: {string.Join("; ", problems)}; {Likeness.Of(this).Advice}");
    }

    /// <summary>What model_type says; <see cref="Ttt"/> where it says nothing, and for hybrids, which are declared as TTT models are.</summary>
    internal string ModelType => TryGet("model_type", out JsonElement type) && type.ValueKind == JsonValueKind.String && type.GetString() is { } name && name != "hybrid" ? name : Ttt;

    /// <summary>Which model the directory holds, where it says so.</summary>
    private string Architecture => TryGet("architectures", out JsonElement names) && names.ValueKind == JsonValueKind.Array && names.GetArrayLength() > 0
        ? $" (this directory holds a {OneLine.Of(names[0].ToString())})"
        : "";

    /// <summary>A size; −1 where it is missing or no whole number.</summary>
    internal long Size(string key) => TryGet(key, out JsonElement value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long size) ? size : -1;

    private bool TryGet(string key, [NotNullWhen(true)] out JsonElement value)
    {
        bool isThere = NestedKey.Split(key) is { } nested
            ? _values.TryGetValue(nested.Parent, out value) && value.ValueKind == JsonValueKind.Object && value.TryGetProperty(nested.Member, out value)
            : _values.TryGetValue(key, out value);
        return isThere && value.ValueKind != JsonValueKind.Null;
    }

    /// <summary>10000 and 10000.0 and 1e4 are one number; Python writes any of them.</summary>
    private static bool Same(JsonElement a, JsonElement b) => (a.ValueKind, b.ValueKind) is (JsonValueKind.Number, JsonValueKind.Number)
        ? a.GetDouble().Equals(b.GetDouble())
        : JsonElement.DeepEquals(a, b);

    private CheckpointException Missing(string key, string expected) => new($"{_name}: {OneLine.Of(key)}: expected {expected}, found no such key");

    private CheckpointException Unlike(string key, string expected, JsonElement found) =>
        new($"{_name}: {OneLine.Of(key)}: expected {expected}, found {OneLine.Of(found.GetRawText())}");
}
