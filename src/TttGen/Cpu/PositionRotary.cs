using System.Runtime.CompilerServices;

namespace TttGen.Cpu;

/// <summary>
/// Rotary embedding by the place of a row in its sequence: pair i of each head turns by place · theta^(−2i / features). Cosines and sines are made once for the rows of a pass,
/// whatever layers they go through.
/// </summary>
public sealed unsafe class PositionRotary : IDisposable
{
    private readonly NativeBuffer _numbers;
    private readonly double[] _frequencies;
    private readonly int _maxRows, _features;
    private readonly bool _halves;

    /// <param name="maxRows">Rows of a pass.</param>
    /// <param name="features">Columns of a head, an even number.</param>
    /// <param name="theta">Base of the frequencies.</param>
    /// <param name="halves">Whether pairs are (i, i + features / 2); otherwise neighbours (2i, 2i + 1).</param>
    /// <param name="factor">What frequencies are divided by; 1: nothing.</param>
    /// <param name="low">Above this many of its wavelengths in the length a frequency is in between.</param>
    /// <param name="high">Above this many it is not divided.</param>
    /// <param name="length">Tokens of the training; 0: all frequencies are divided.</param>
    public PositionRotary(int maxRows, int features, double theta, bool halves, double factor = 1, double low = 1, double high = 1, double length = 0)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(maxRows, 1);
        if (features < 2 || features % 2 != 0) throw new ArgumentOutOfRangeException(nameof(features), features, "PositionRotary: expected an even number of columns.");
        if (!double.IsFinite(theta) || theta <= 0) throw new ArgumentOutOfRangeException(nameof(theta), theta, "PositionRotary: expected a base above zero.");
        if (!double.IsFinite(factor) || factor <= 0) throw new ArgumentOutOfRangeException(nameof(factor), factor, "PositionRotary: expected a factor above zero.");
        (_maxRows, _features, _halves) = (maxRows, features, halves);
        _frequencies = RotaryFrequencies.Scaled(features, theta, factor, low, high, length);
        _numbers = new NativeBuffer(2L * maxRows * features);
    }

    /// <summary>Makes the cosines and sines of some rows.</summary>
    /// <param name="positions">[rows]: the place of each.</param>
    /// <param name="rows">How many, at most those of a pass.</param>
    public void Prepare(long* positions, int rows)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(rows, _maxRows);
        var half = _features / 2;
        for (var row = 0; row < rows; row++)
        {
            float* cosines = _numbers.Pointer + (long)row * 2 * _features, sines = cosines + _features;
            for (var i = 0; i < half; i++)
            {
                var (sine, cosine) = Math.SinCos(positions[row] * _frequencies[i]);
                var (first, second) = _halves ? (i, i + half) : (2 * i, 2 * i + 1);
                cosines[first] = cosines[second] = (float)cosine;
                (sines[first], sines[second]) = ((float)-sine, (float)sine);
            }
        }
    }

    /// <summary>Turns rows: x ⊙ cosine + (the other of each pair) ⊙ sine.</summary>
    /// <param name="first">The first row.</param>
    /// <param name="end">Past the last one.</param>
    /// <param name="heads">Heads of a row.</param>
    /// <param name="from">[rows, heads · features].</param>
    /// <param name="fromStride">Elements from row to row.</param>
    /// <param name="to">[rows, heads · features]; it doesn't overlap.</param>
    /// <param name="toStride">Elements from row to row.</param>
    /// <param name="back">By the negative angle: the gradient.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Run<V>(int first, int end, int heads, float* from, nint fromStride, float* to, nint toStride, bool back)
        where V : struct, ILanes<V, float>
    {
        var sign = V.Broadcast(back ? -1 : 1);
        int half = _features / 2;
        for (int row = first; row < end; row++)
        {
            float* cosines = _numbers.Pointer + (long)row * 2 * _features, sines = cosines + _features;
            for (int head = 0; head < heads; head++)
            {
                float* x = from + row * fromStride + head * _features, y = to + row * toStride + head * _features;
                if (_halves)
                {
                    Turn<V>(half, x, x + half, cosines, sines, y, sign);
                    Turn<V>(half, x + half, x, cosines + half, sines + half, y + half, sign);
                }
                else Neighbours<V>(x, cosines, sines, y, sign);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Turn<V>(int count, float* own, float* other, float* cosines, float* sines, float* to, V sign)
        where V : struct, ILanes<V, float>
    {
        int c = 0;
        for (; c + V.Count <= count; c += V.Count) V.Store(V.MultiplyAdd(V.Load(other + c) * sign, V.Load(sines + c), V.Load(own + c) * V.Load(cosines + c)), to + c);
        if (c >= count) return;
        int rest = count - c;
        V.StorePartial(V.MultiplyAdd(V.LoadPartial(other + c, rest) * sign, V.LoadPartial(sines + c, rest), V.LoadPartial(own + c, rest) * V.LoadPartial(cosines + c, rest)), to + c, rest);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Neighbours<V>(float* x, float* cosines, float* sines, float* to, V sign)
        where V : struct, ILanes<V, float>
    {
        for (int c = 0; c < _features; c += V.Count)
        {
            int rest = _features - c;
            var own = V.LoadPartial(x + c, rest);
            V.StorePartial(V.MultiplyAdd(V.SwapPairs(own) * sign, V.LoadPartial(sines + c, rest), own * V.LoadPartial(cosines + c, rest)), to + c, rest);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _numbers.Dispose();
}
