using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using TttGen.Checkpoints;
using TttGen.Inference;

namespace TttGen.Training;

/// <summary>What a training's checkpoint says of itself before the numbers.</summary>
/// <param name="Model">The model's name.</param>
/// <param name="Layout">Of its weights: <see cref="LayoutOf"/>.</param>
/// <param name="Data">Identity of the texts.</param>
/// <param name="Settings">What the training began with.</param>
/// <param name="Options">What it showed and kept last.</param>
/// <param name="Step">Steps done; with the settings, all that is to know of the places drawn.</param>
/// <param name="Tokens">Tokens read.</param>
/// <param name="Seconds">How long it took.</param>
/// <param name="Length">Elements of the weights, and of each moment.</param>
/// <param name="Carries">Positions of the carried states.</param>
/// <param name="CarryLength">Elements of each.</param>
public sealed record CheckpointHeader(
    string Model, string Layout, string Data, TrainingSettings Settings, TrainerOptions Options, long Step, long Tokens, double Seconds, long Length, IReadOnlyList<long> Carries, int CarryLength)
{
    private const string CarryPagesMember = "carry_pages";

    /// <summary>Elements of the carried states' pages, all together; it follows from their positions, which only the model can tell.</summary>
    public long CarryPages { get; init; }

    /// <summary>Elements after the header: weights, both moments, carried states.</summary>
    internal long Numbers => 3 * Length + (long)Carries.Count * CarryLength + CarryPages;

    // Weights lie in one span.
    private bool IsPlausible => Step >= 0 && Tokens >= 0 && Seconds is >= 0 and < 1e12 && Length is >= 0 and <= int.MaxValue && CarryLength >= 0 && CarryPages is >= 0 and < 1L << 56 && Carries.All(static at => at is >= 0 and <= ModelState.MostTokens);

    /// <summary>A hash of where each tensor lies.</summary>
    internal static string LayoutOf(TrainableModel model)
    {
        var text = string.Join('\n', model.Tensors.Select(static tensor => FormattableString.Invariant($"{tensor.Key} [{string.Join(',', tensor.Shape)}] {tensor.Offset} {tensor.Count}")));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(FormattableString.Invariant($"{text}\n{model.Length}"))));
    }

    internal byte[] Write()
    {
        using var bytes = new MemoryStream();
        using (var json = new Utf8JsonWriter(bytes))
        {
            json.WriteStartObject();
            json.WriteString("model", Model);
            json.WriteString("layout", Layout);
            json.WriteString("data", Data);
            json.WriteStartObject("settings");
            foreach (var (option, value) in SettingsText.Of(Settings))
                json.WriteString(option, value);
            json.WriteEndObject();
            json.WriteStartArray("texts");
            foreach (var text in Settings.Texts)
                json.WriteStringValue(text);
            json.WriteEndArray();
            json.WriteString("tokenizer", Settings.Tokenizer);
            json.WriteStartObject("options");
            json.WriteNumber("save_every", Options.SaveEvery);
            json.WriteNumber("eval_every", Options.EvalEvery);
            json.WriteNumber("eval_tokens", Options.EvalTokens);
            json.WriteNumber("watch", Options.Watch);
            json.WriteString("weights", Options.Weights.HeaderName);
            json.WriteEndObject();
            json.WriteNumber("step", Step);
            json.WriteNumber("tokens", Tokens);
            json.WriteNumber("seconds", Seconds);
            json.WriteNumber("length", Length);
            json.WriteStartArray("carries");
            foreach (var position in Carries)
                json.WriteNumberValue(position);
            json.WriteEndArray();
            json.WriteNumber("carry_length", CarryLength);
            if (CarryPages > 0)
                json.WriteNumber(CarryPagesMember, CarryPages);
            json.WriteEndObject();
        }
        return bytes.ToArray();
    }

    /// <summary>The inverse of <see cref="Write"/>; null where it is none.</summary>
    internal static CheckpointHeader? TryRead(byte[] bytes)
    {
        try
        {
            using var document = JsonDocument.Parse(bytes);
            var root = document.RootElement;
            var settings = SettingsText.Parse(root.GetProperty("settings").EnumerateObject().ToDictionary(static pair => pair.Name, static pair => pair.Value.GetString()!)) with
            {
                Texts = [.. root.GetProperty("texts").EnumerateArray().Select(static text => text.GetString()!)],
                Tokenizer = root.GetProperty("tokenizer").GetString()!,
            };
            var header = new CheckpointHeader(
                root.GetProperty("model").GetString()!, root.GetProperty("layout").GetString()!, root.GetProperty("data").GetString()!, settings, ReadOptions(root.GetProperty("options")),
                root.GetProperty("step").GetInt64(), root.GetProperty("tokens").GetInt64(), root.GetProperty("seconds").GetDouble(), root.GetProperty("length").GetInt64(),
                [.. root.GetProperty("carries").EnumerateArray().Select(static position => position.GetInt64())], root.GetProperty("carry_length").GetInt32())
            {
                CarryPages = root.TryGetProperty(CarryPagesMember, out var pages) ? pages.GetInt64() : 0,
            };
            return header.IsPlausible ? header : null;
        }
        catch (Exception error) when (error is JsonException or KeyNotFoundException or InvalidOperationException or FormatException or ArgumentException or OverflowException)
        {
            return null;
        }
    }

    private static TrainerOptions ReadOptions(JsonElement options) => new()
    {
        SaveEvery = options.GetProperty("save_every").GetInt32(),
        EvalEvery = options.GetProperty("eval_every").GetInt32(),
        EvalTokens = options.GetProperty("eval_tokens").GetInt32(),
        Watch = options.GetProperty("watch").GetInt32(),
        Weights = DTypes.TryParse(options.GetProperty("weights").GetString()!, out var type) ? type : throw new FormatException("an element type"),
    };
}
