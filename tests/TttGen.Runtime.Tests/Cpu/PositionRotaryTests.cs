using TttGen.Cpu;

namespace TttGen.Runtime.Tests.Cpu;

public abstract unsafe class PositionRotaryTests<V> where V : struct, ILanes<V, float>
{
    [Theory]
    [InlineData(64, true)]
    [InlineData(64, false)]
    [InlineData(20, true)]
    [InlineData(20, false)]
    [InlineData(2, true)]
    [InlineData(6, false)]
    public void Pairs_turn_by_their_place_and_back_again(int features, bool halves)
    {
        const int Heads = 3, Rows = 5, Guard = 2;
        long[] positions = [0, 1, 63, 4000, 1_000_000];
        var (columns, stride, random) = (Heads * features, Heads * features + Guard, new Random(features));
        using var from = new GuardedMemory<float>((Rows - 1) * stride + columns);
        using var to = new GuardedMemory<float>((Rows - 1) * stride + columns);
        using var again = new GuardedMemory<float>((Rows - 1) * stride + columns);
        for (var row = 0; row < Rows; row++)
            for (var c = 0; c < columns; c++) from.Pointer[row * stride + c] = random.NextSingle() - 0.5f;
        using var rotary = new PositionRotary(8, features, 500, halves);
        fixed (long* places = positions) rotary.Prepare(places, Rows);
        rotary.Run<V>(0, 2, Heads, from.Pointer, stride, to.Pointer, stride, false);
        rotary.Run<V>(2, Rows, Heads, from.Pointer, stride, to.Pointer, stride, false);
        rotary.Run<V>(0, Rows, Heads, to.Pointer, stride, again.Pointer, stride, true);
        for (var row = 0; row < Rows; row++)
        {
            for (var head = 0; head < Heads; head++)
                for (var i = 0; i < features / 2; i++)
                {
                    var at = row * stride + head * features;
                    var (first, second) = halves ? (at + i, at + i + features / 2) : (at + 2 * i, at + 2 * i + 1);
                    var (sine, cosine) = Math.SinCos(positions[row] * Math.Pow(500, -2.0 * i / features));
                    Assert.Equal(from.Pointer[first] * cosine - from.Pointer[second] * sine, to.Pointer[first], 1e-6);
                    Assert.Equal(from.Pointer[first] * sine + from.Pointer[second] * cosine, to.Pointer[second], 1e-6);
                    Assert.Equal(from.Pointer[first], again.Pointer[first], 1e-6);
                    Assert.Equal(from.Pointer[second], again.Pointer[second], 1e-6);
                }
            if (row + 1 < Rows) Assert.True(float.IsNaN(to.Pointer[row * stride + columns]) && float.IsNaN(to.Pointer[row * stride + columns + 1]), "written past a row");
        }
        to.AssertUntouchedBefore();
    }

    [Fact]
    public void Bad_arguments_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new PositionRotary(0, 4, 10, true));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PositionRotary(1, 5, 10, true));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PositionRotary(1, 4, 0, true));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PositionRotary(1, 4, double.NaN, true));
        using var rotary = new PositionRotary(1, 4, 10, true);
        Assert.Throws<ArgumentOutOfRangeException>(() => rotary.Prepare(null, 2));
    }
}

public sealed class PositionRotary512Tests : PositionRotaryTests<Lanes512>;

public sealed class PositionRotary256Tests : PositionRotaryTests<Lanes256>;

public sealed class PositionRotary128Tests : PositionRotaryTests<Lanes128>;

public sealed class RotaryFrequenciesTests
{
    /// <summary>As Hugging Face's transformers compute them for Llama 3.1's numbers and heads of 16.</summary>
    [Fact]
    public void Llama_3_stretches_long_waves_only()
    {
        double[] expected = [1.0, 0.19392274474868576, 0.03760603093086393, 0.0072926647372171085, 0.0005248461609929547, 3.428102195952591e-05, 6.647869871181236e-06, 1.2891731721515574e-06];
        var found = RotaryFrequencies.Scaled(16, 500000, 8, 1, 4, 8192);
        Assert.Equal(expected.Length, found.Length);
        for (var i = 0; i < expected.Length; i++) Assert.Equal(expected[i], found[i], 1e-12 * expected[i]);
    }
}
