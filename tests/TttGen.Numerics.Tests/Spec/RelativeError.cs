namespace TttGen.Numerics.Tests.Spec;

/// <summary>‖found − expected‖ / ‖expected‖.</summary>
public static class RelativeError
{
    public static double Of(ReadOnlySpan<double> found, ReadOnlySpan<double> expected)
    {
        Assert.Equal(expected.Length, found.Length);
        double difference = 0, size = 0;
        for (var i = 0; i < expected.Length; i++)
        {
            difference += (found[i] - expected[i]) * (found[i] - expected[i]);
            size += expected[i] * expected[i];
        }
        return difference == 0 ? 0 : Math.Sqrt(difference / size);
    }

    public static void Within(double bar, ReadOnlySpan<double> found, ReadOnlySpan<double> expected, string what)
    {
        var error = Of(found, expected);
        Assert.True(error <= bar, $"{what}: relative error {error:E2}, expected at most {bar:E1}");
    }
}
