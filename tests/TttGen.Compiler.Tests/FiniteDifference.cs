namespace TttGen.Compiler.Tests;

/// <summary>Slopes without differentiation.</summary>
internal static class FiniteDifference
{
    /// <summary>df/dx[k] by a central difference of eighth order; its error is that of rounding, about 1e-13 of f.</summary>
    public static double Of(double[] x, int k, Func<double> f)
    {
        const double Step = 2e-3;
        ReadOnlySpan<double> weights = [4.0 / 5, -1.0 / 5, 4.0 / 105, -1.0 / 280];
        var had = x[k];
        double At(double h)
        {
            x[k] = had + h;
            var value = f();
            x[k] = had;
            return value;
        }
        var slope = 0.0;
        for (var i = 1; i <= weights.Length; i++) slope += weights[i - 1] * (At(i * Step) - At(-i * Step));
        return slope / Step;
    }
}
