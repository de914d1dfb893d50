namespace TttGen.Gpu.Checking;

/// <summary>‖found − expected‖ / ‖expected‖, over all that is added to it.</summary>
internal sealed class RelativeError
{
    private double _difference, _size;

    /// <summary>Of all numbers so far; NaN where one of them was not a number.</summary>
    public double Value => _difference == 0 ? 0 : Math.Sqrt(_difference / _size);

    /// <summary>Of some numbers alone.</summary>
    public static double Of(ReadOnlySpan<float> found, ReadOnlySpan<float> expected)
    {
        var error = new RelativeError();
        error.Add(found, expected);
        return error.Value;
    }

    /// <summary>Adds numbers.</summary>
    /// <exception cref="TttException">Not as many were found as are expected.</exception>
    public void Add(ReadOnlySpan<float> found, ReadOnlySpan<float> expected)
    {
        if (found.Length != expected.Length)
            throw new TttException($"expected {expected.Length} numbers, found {found.Length}");
        for (var i = 0; i < expected.Length; i++)
        {
            var difference = (double)found[i] - expected[i];
            _difference += difference * difference;
            _size += (double)expected[i] * expected[i];
        }
    }
}
