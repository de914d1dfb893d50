namespace TttGen;

/// <summary>
/// How fresh weights are drawn (arXiv 2407.04620 and its reference code): matrices N(0, 0.02²), a convolution's taps evenly within ±1/√taps,
/// scales of norms at one, all other vectors at zero. A vector is a scale by its name: it ends in <c>scale</c>, <c>gain</c> or <c>weight</c>. Parameters with the names of
/// Mamba's start as its authors' do (arXiv 2312.00752, section 3.6): <c>A_log</c> at ln(place + 1), <c>D</c> at one, <c>dt_proj.bias</c> where softplus gives rates that are spread
/// evenly by their logarithm over 0.001 … 0.1.
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
        if (StateSpace(parameter.Info.Key, parameter.Info.Shape[^1], random) is { } start)
        {
            for (var i = 0; i < numbers.Length; i++) numbers[i] = start(i);
            return numbers;
        }
        if (parameter.Kind == ParameterKind.Vector) Array.Fill(numbers, VectorStart(parameter.Info.Key));
        else for (var i = 0; i < numbers.Length; i++) numbers[i] = parameter.Kind == ParameterKind.Taps ? Tap(random, parameter.Info.Shape[^1]) : Deviation * Normal(random);
        return numbers;
    }

    /// <summary>Where the elements of a parameter of Mamba's start, in order; null: it is none of those that differ.</summary>
    /// <param name="key">Its key.</param>
    /// <param name="places">Elements of its last axis.</param>
    /// <param name="random">Where rates are drawn from.</param>
    internal static Func<long, double>? StateSpace(string key, int places, Random random)
    {
        const double Least = 0.001, Most = 0.1;
        return key switch
        {
            _ when key.EndsWith(".A_log", StringComparison.Ordinal) => i => Math.Log(i % places + 1),
            _ when key.EndsWith(".D", StringComparison.Ordinal) => _ => 1,
            _ when key.EndsWith(".dt_proj.bias", StringComparison.Ordinal) => _ => InverseSoftplus(Least * Math.Pow(Most / Least, random.NextDouble())),
            _ => null,
        };

        static double InverseSoftplus(double x) => x + Math.Log(-Math.Exp(-x) + 1);
    }

    /// <summary>One weight of a convolution.</summary>
    public static double Tap(Random random, int taps) => (2 * random.NextDouble() - 1) / Math.Sqrt(taps);

    /// <summary>One number of the standard normal distribution (Box and Muller).</summary>
    public static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());

    private static readonly string[] Scales = ["scale", "gain", "weight"];
}
