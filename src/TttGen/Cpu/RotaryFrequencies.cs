namespace TttGen.Cpu;

/// <summary>By how much each pair of a head turns a place.</summary>
internal static class RotaryFrequencies
{
    /// <summary>theta^(−2i / features) for each pair i; of an odd column, too.</summary>
    internal static double[] Of(int features, double theta) => [.. Enumerable.Range(0, (features + 1) / 2).Select(i => Math.Pow(theta, -2.0 * i / features))];

    /// <summary>
    /// The same, stretched by a factor: all where no length is given, otherwise long waves alone. A wave that fits into the length more than <paramref name="high"/> times
    /// stays, one that fits less than <paramref name="low"/> times is stretched, and between the two it is interpolated (Llama 3.1).
    /// </summary>
    internal static double[] Scaled(int features, double theta, double factor, double low, double high, double length) => Array.ConvertAll(Of(features, theta), frequency =>
    {
        if (length == 0) return frequency / factor;
        var waves = length * frequency / (2 * Math.PI);
        if (waves > high) return frequency;
        if (waves < low) return frequency / factor;
        var kept = (waves - low) / (high - low);
        return (1 - kept) * frequency / factor + kept * frequency;
    });
}
