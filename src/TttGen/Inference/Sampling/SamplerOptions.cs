using System.Globalization;

namespace TttGen.Inference.Sampling;

/// <summary>How the next token is chosen. The default draws from the model's own distribution.</summary>
public sealed record SamplerOptions
{
    /// <summary>The most probable token, always.</summary>
    public static SamplerOptions Greedy { get; } = new() { Temperature = 0 };

    /// <summary>Logits are divided by it; 0: greedy.</summary>
    public double Temperature { get; init; } = 1;

    /// <summary>Only this many of the most probable tokens; 0: all.</summary>
    public int TopK { get; init; }

    /// <summary>Only the most probable tokens that together have this probability, the one that reaches it included; 1: all.</summary>
    public double TopP { get; init; } = 1;

    /// <summary>Only tokens at least this fraction as probable as the most probable one; 0: all.</summary>
    public double MinP { get; init; }

    /// <summary>Tokens that were there before have a positive logit divided, a negative one multiplied by it; 1: not.</summary>
    public double RepetitionPenalty { get; init; } = 1;

    /// <summary>The same seed, options and logits give the same tokens.</summary>
    public ulong Seed { get; init; }

    /// <exception cref="TttException">A value is out of range.</exception>
    internal void Check()
    {
        Require(Temperature >= 0 && double.IsFinite(Temperature), "temperature", "0 (greedy) or more", Temperature);
        Require(TopK >= 0, "top-k", "0 (all tokens) or more", TopK);
        Require(TopP is > 0 and <= 1, "top-p", "more than 0 and at most 1 (all tokens)", TopP);
        Require(MinP is >= 0 and <= 1, "min-p", "from 0 (all tokens) to 1", MinP);
        Require(RepetitionPenalty > 0 && double.IsFinite(RepetitionPenalty), "repetition penalty", "more than 0, and 1 for none", RepetitionPenalty);
    }

    private static void Require(bool holds, string name, string expected, double found)
    {
        if (!holds) throw new TttException($"{name}: expected {expected}, found {found.ToString(CultureInfo.InvariantCulture)}");
    }
}
