namespace TttGen;

/// <summary>Element by element over plain numbers.</summary>
internal static class Elements
{
    public static double[] Map(double[] x, Func<double, double> function)
    {
        var y = new double[x.Length];
        for (var i = 0; i < y.Length; i++) y[i] = function(x[i]);
        return y;
    }

    public static double[] Zip(double[] a, double[] b, Func<double, double, double> function)
    {
        if (a.Length != b.Length) throw new ArgumentException($"sequences of different lengths: {a.Length} and {b.Length} numbers");
        var y = new double[a.Length];
        for (var i = 0; i < y.Length; i++) y[i] = function(a[i], b[i]);
        return y;
    }

    public static double[] Zip(double[] a, double[] b, double[] c, Func<double, double, double, double> function)
    {
        if (a.Length != b.Length || a.Length != c.Length) throw new ArgumentException($"sequences of different lengths: {a.Length}, {b.Length} and {c.Length} numbers");
        var y = new double[a.Length];
        for (var i = 0; i < y.Length; i++) y[i] = function(a[i], b[i], c[i]);
        return y;
    }

    public static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        double sum = 0;
        for (var i = 0; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }
}
