using System.Globalization;
using TttGen.App.CommandLine;
using TttGen.Cpu;

namespace TttGen.App.Benchmarking;

/// <summary>What is timed.</summary>
/// <param name="Tokens">Tokens a prefill reads; 0: decoding.</param>
/// <param name="LastLogit">A prefill computes the last row of logits only.</param>
/// <param name="Weights">How matrices are stored.</param>
/// <param name="Context">Tokens that a sequence has read before what is timed.</param>
internal sealed record Workload(int Tokens, bool LastLogit, WeightType Weights, int Context = 0)
{
    /// <summary>What is timed unless something else is asked for.</summary>
    public static IReadOnlyList<Workload> Standard { get; } =
    [
        new(2048, false, WeightType.Float32), new(2048, true, WeightType.Float32), new(0, false, WeightType.Float32),
        new(2048, false, WeightType.BFloat16), new(0, false, WeightType.BFloat16),
        new(0, false, WeightType.Int8),
    ];

    /// <summary>Whether tokens are decoded one by one.</summary>
    public bool IsDecode => Tokens == 0;

    /// <summary><c>prefill_2048</c>, <c>prefill_2048_lastlogit</c>, <c>decode_bf16</c>, <c>decode_ctx8192</c> …: the name without the model's.</summary>
    public string Name =>
        (IsDecode ? Context == 0 ? "decode" : $"decode_ctx{Context}" : $"prefill_{Tokens}") + (LastLogit ? "_lastlogit" : "") + (Weights == WeightType.Float32 ? "" : $"_{Weights.Name()}");

    /// <summary>Reads a name, with or without the model's before it.</summary>
    /// <exception cref="TttException">No workload is called that.</exception>
    public static Workload Parse(string name, string model)
    {
        var parts = (name.StartsWith(model + "_", StringComparison.Ordinal) ? name[(model.Length + 1)..] : name).Split('_').ToList();
        if (!WeightTypes.TryParse(parts[^1], out var weights))
            weights = WeightType.Float32;
        else
            parts.RemoveAt(parts.Count - 1);
        return parts switch
        {
            ["decode"] => new Workload(0, false, weights),
            ["decode", var context] when context.StartsWith("ctx", StringComparison.Ordinal) && Count(context[3..]) is { } count => new Workload(0, false, weights, count),
            ["prefill", var tokens] when Count(tokens) is { } count => new Workload(count, false, weights),
            ["prefill", var tokens, "lastlogit"] when Count(tokens) is { } count => new Workload(count, true, weights),
            _ => throw new TttException($"--workload {name}: expected decode or decode_ctxTOKENS or prefill_TOKENS or prefill_TOKENS_lastlogit, then _bf16 or _int8 if not f32"),
        };
    }

    private static int? Count(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count) && count > 0 ? count : null;
}
