using System.Globalization;
using TttGen.Checkpoints;

namespace TttGen.Inference;

/// <summary>Run-time numbers of a model, by the names that config.json gives them: those that no model computes with are refused.</summary>
internal static class ModelSettings
{
    /// <summary>A setting of config.json, or its default.</summary>
    /// <exception cref="CheckpointException">Not a number, or none that fits its name.</exception>
    internal static double Of(CheckpointConfig? config, string key, double absent)
    {
        var value = config?.Double(key, absent) ?? absent;
        return Least(key) is { } least && !Fits(value, least) ? throw new CheckpointException(Unfit(key, value, least)) : value;
    }

    /// <summary>A setting that is given otherwise.</summary>
    /// <exception cref="TttException">It does not fit its name.</exception>
    internal static double Checked(string key, double value) =>
        Least(key) is { } least && !Fits(value, least) ? throw new TttException(Unfit(key, value, least)) : value;

    // What a base of frequencies, what they are stretched by and what keeps a root from zero must be above, or may be.
    private static (double Bound, bool Included)? Least(string key) =>
        key.EndsWith("theta", StringComparison.Ordinal) || key.EndsWith("factor", StringComparison.Ordinal) ? (0, false)
        : key.EndsWith("max_position_embeddings", StringComparison.Ordinal) || key.EndsWith("eps", StringComparison.Ordinal) || key.EndsWith("epsilon", StringComparison.Ordinal) ? (0, true) : null;

    private static bool Fits(double value, (double Bound, bool Included) least) => double.IsFinite(value) && (value > least.Bound || least.Included && value == least.Bound);

    private static string Unfit(string key, double value, (double Bound, bool Included) least) =>
        $"{OneLine.Of(key)}: expected a number {(least.Included ? "of 0 or more" : "above 0")}, found {value.ToString("R", CultureInfo.InvariantCulture)}";
}
