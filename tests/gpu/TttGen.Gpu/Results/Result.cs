using System.Text.Json;
using System.Text.Json.Serialization;
using TttGen.Gpu.Timing;

namespace TttGen.Gpu.Results;

/// <summary>A line of results, as this program and peer.py write them: JSON, and appended to, so that a run may be made in parts.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "kind")]
[JsonDerivedType(typeof(TestedGpu), "gpu")]
[JsonDerivedType(typeof(Ceiling), "ceiling")]
[JsonDerivedType(typeof(Timed), "time")]
[JsonDerivedType(typeof(Check), "check")]
internal abstract record Result
{
    /// <summary>One line.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ResultJson.Default.Result);

    /// <summary>Reads lines; empty ones are nothing.</summary>
    /// <exception cref="TttException">A line is none of these.</exception>
    public static IReadOnlyList<Result> Read(IEnumerable<string> lines) => [.. lines.Where(static line => !string.IsNullOrWhiteSpace(line)).Select(Parse)];

    private static Result Parse(string line)
    {
        try
        {
            return JsonSerializer.Deserialize(line, ResultJson.Default.Result) ?? throw new JsonException("null");
        }
        catch (Exception exception) when (exception is JsonException or NotSupportedException)
        {
            throw new TttException($"expected a line of results, found {line}", exception);
        }
    }
}

/// <summary>What a run was made on.</summary>
/// <param name="Device">As the driver names it.</param>
/// <param name="Details">What nvidia-smi says of it.</param>
/// <param name="Date">Of the run.</param>
/// <param name="Commit">Of the sources.</param>
internal sealed record TestedGpu(string Device, string? Details, string Date, string Commit) : Result;

/// <summary>What the GPU can do at most, measured.</summary>
/// <param name="Who">Whose code measured it: TttGen, or PyTorch.</param>
/// <param name="What"><see cref="Copy"/>, <see cref="Product"/>.</param>
/// <param name="Value">Bytes read and written, or floating-point operations, a second.</param>
internal sealed record Ceiling(string Who, string What, double Value) : Result
{
    /// <summary>A copy within the GPU's memory, bytes read and written.</summary>
    public const string Copy = "copy";

    /// <summary>Large products of such matrices.</summary>
    public static string Product(string weights) => $"product_{weights}";
}

/// <summary>How long some work took, or why it is not known.</summary>
/// <param name="Who">TttGen or PyTorch.</param>
/// <param name="Model">As on the command line.</param>
/// <param name="Weights">f32 or bf16.</param>
/// <param name="Work">prefill or decode.</param>
/// <param name="Tokens">Tokens of each sequence; 1 for decoding.</param>
/// <param name="Batch">Sequences.</param>
/// <param name="Seconds">The median.</param>
/// <param name="Least">The shortest.</param>
/// <param name="Most">The longest.</param>
/// <param name="Repeats">How many times it was done.</param>
/// <param name="Flops">Floating-point operations that it takes.</param>
/// <param name="Bytes">The fewest bytes that it must move.</param>
/// <param name="Why">Why there is no time.</param>
internal sealed record Timed(
    string Who, string Model, string Weights, string Work, int Tokens, int Batch, double? Seconds = null, double? Least = null, double? Most = null, int Repeats = 0,
    double? Flops = null, double? Bytes = null, string? Why = null) : Result
{
    /// <summary>What was timed.</summary>
    [JsonIgnore]
    public Case Case => new(Model, Weights, Work, Tokens, Batch);
}

/// <summary>A comparison.</summary>
/// <param name="Model">As on the command line.</param>
/// <param name="What">What was compared.</param>
/// <param name="Error">‖found − expected‖ / ‖expected‖; none where something else went wrong.</param>
/// <param name="Bar">What it may be.</param>
/// <param name="Why">What went wrong.</param>
internal sealed record Check(string Model, string What, double? Error, double Bar, string? Why = null) : Result
{
    /// <summary>What a comparison's name begins with where matrices are bf16.</summary>
    public const string BFloat16 = "bf16, ";

    /// <summary>Whether it is as it should be.</summary>
    [JsonIgnore]
    public bool Passed => Error <= Bar && Why is null;
}

/// <summary>How results are written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Result))]
internal sealed partial class ResultJson : JsonSerializerContext;
