using TttGen.Cpu;

namespace TttGen.Inference;

/// <summary>
/// Cosines and signed sines of a rotary embedding, over whole rows: rotated = x ⊙ cosine + swapped pairs of x ⊙ sine.
/// </summary>
public sealed unsafe class RotaryTable : IDisposable
{
    private readonly NativeBuffer _numbers;
    private readonly int _width;
    private readonly int _period;

    /// <param name="period">Places.</param>
    /// <param name="width">Columns of a row: heads · feature.</param>
    /// <param name="feature">Columns of a head.</param>
    /// <param name="theta">Base of the frequencies: pair i turns by theta^(−2i / feature) a place.</param>
    public RotaryTable(int period, int width, int feature, double theta)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(period, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        if (feature < 1 || width % feature != 0)
            throw new ArgumentOutOfRangeException(nameof(feature), feature, $"RotaryTable: expected heads of equal width within {width} columns.");
        if (!double.IsFinite(theta) || theta <= 0)
            throw new ArgumentOutOfRangeException(nameof(theta), theta, "RotaryTable: expected a base above zero.");
        (_width, _period) = (width, period);
        _numbers = new NativeBuffer(2L * period * width);
        var frequencies = RotaryFrequencies.Of(feature, theta);
        for (var place = 0; place < period; place++)
            for (var c = 0; c < width; c++)
            {
                var at = c % feature;
                var (sine, cosine) = Math.SinCos(place * frequencies[at / 2]);
                Cosines[(long)place * width + c] = (float)cosine;
                Sines[(long)place * width + c] = (float)(at % 2 == 0 ? -sine : sine);
            }
    }

    /// <summary>[period, width].</summary>
    public float* Cosines => _numbers.Pointer;

    /// <summary>[period, width]: minus the sine in even columns, the sine in odd ones.</summary>
    public float* Sines => _numbers.Pointer + (long)_period * _width;

    /// <inheritdoc/>
    public void Dispose() => _numbers.Dispose();
}
