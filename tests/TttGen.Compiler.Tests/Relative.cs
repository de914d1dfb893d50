namespace TttGen.Compiler.Tests;

/// <summary>How far two results are apart.</summary>
internal static class Relative
{
    /// <summary>‖a − b‖ / ‖b‖</summary>
    public static double Error(IReadOnlyCollection<double> a, IReadOnlyCollection<double> b)
    {
        Assert.Equal(b.Count, a.Count);
        return Math.Sqrt(a.Zip(b, (x, y) => (x - y) * (x - y)).Sum() / b.Sum(y => y * y));
    }
}
