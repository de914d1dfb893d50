namespace TttGen;

/// <summary>
/// How fresh weights are drawn (arXiv 2407.04620 and its reference code): matrices N(0, 0.02²), a convolution's taps evenly within ±1/√taps,
/// scales of norms at one, all other vectors at zero. A vector is a scale by its name: it ends in <c>scale</c>, <c>gain</c> or <c>weight</c>.
/// </summary>
public static class Initialisation
{
    /// <summary>Standard deviation of a fresh matrix.</summary>
    public const double Deviation = 0.02;

    /// <summary>Where a fresh vector of this key starts.</summary>
    public static double VectorStart(string key) => Scales.Any(key.EndsWith) ? 1 : 0;

    /// <summary>Fresh numbers for one tensor.</summary>
    public static double[] Draw(Parameter parameter, Random random)
    {
        var numbers = new double[parameter.Info.Count];
        if (parameter.Kind == ParameterKind.Vector) Array.Fill(numbers, VectorStart(parameter.Info.Key));
        else for (var i = 0; i < numbers.Length; i++) numbers[i] = parameter.Kind == ParameterKind.Taps ? Tap(random, parameter.Info.Shape[^1]) : Deviation * Normal(random);
        return numbers;
    }

    /// <summary>One weight of a convolution.</summary>
    public static double Tap(Random random, int taps) => (2 * random.NextDouble() - 1) / Math.Sqrt(taps);

    /// <summary>One number of the standard normal distribution (Box and Muller).</summary>
    public static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static readonly string[] Scales = ["scale", "gain", "weight"];
}
