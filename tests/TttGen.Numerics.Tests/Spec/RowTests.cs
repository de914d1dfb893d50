using static TttGen.Ops;

namespace TttGen.Numerics.Tests.Spec;

/// <summary>Rows against their definitions, written out once more.</summary>
public sealed class RowTests
{
    private static readonly double[] Numbers = [.. Enumerable.Range(0, 5 * 6).Select(i => Math.Sin(1 + i))];

    private static Seq<Six> X => new([.. Numbers]);

    [Fact]
    public void Linear_weights_are_stored_output_by_input()
    {
        double[] weight = [.. Enumerable.Range(0, 3 * 6).Select(i => Math.Cos(i))];
        var y = X * new Linear<Six, Three>(weight);
        Assert.Equal(5, y.Rows);
        Assert.Equal(Enumerable.Range(0, 6).Sum(i => Numbers[2 * 6 + i] * weight[1 * 6 + i]), y.Row(2)[1], 14);
    }

    [Fact]
    public void Shift_delays_rows_and_lets_zeros_in()
    {
        var delayed = X.Shift(2);
        Assert.Equal(new double[12], delayed.Items[..12]);
        Assert.Equal(Numbers.AsSpan(0, 18), delayed.Items[12..]);
        Assert.Equal(new double[30], X.Shift(9).Items);
    }

    [Fact]
    public void Causal_convolution_sees_the_last_taps_rows()
    {
        double[] weight = [.. Enumerable.Range(0, 6 * 3).Select(i => 1.0 + i)];
        double[] bias = [.. Enumerable.Range(0, 6).Select(i => 0.1 * i)];
        var y = X.CausalConvolution(new Mat<Six, Three>(weight), new Vec<Six>(bias));
        for (var t = 0; t < 5; t++)
            for (var d = 0; d < 6; d++)
            {
                var expected = bias[d];
                for (var j = 0; j < 3; j++)
                    if (t - 2 + j >= 0) expected += weight[d * 3 + j] * Numbers[(t - 2 + j) * 6 + d];
                Assert.Equal(expected, y.Row(t)[d], 12);
            }
    }

    [Fact]
    public void Rotating_turns_neighbouring_pairs_by_the_place_in_the_mini_batch()
    {
        var rotated = X.Heads<One, Six>().RotatePairs<Three>(100).Join<Six>();
        for (var t = 0; t < 5; t++)
            for (var pair = 0; pair < 3; pair++)
            {
                var angle = t % 3 * Math.Pow(100, -2.0 * pair / 6);
                var turned = new System.Numerics.Complex(Numbers[t * 6 + 2 * pair], Numbers[t * 6 + 2 * pair + 1]) * System.Numerics.Complex.FromPolarCoordinates(1, angle);
                Assert.Equal(turned.Real, rotated.Row(t)[2 * pair], 12);
                Assert.Equal(turned.Imaginary, rotated.Row(t)[2 * pair + 1], 12);
            }
    }

    [Fact]
    public void A_norm_of_heads_is_one_of_each()
    {
        var scale = new Vec<Three>(Numbers.AsSpan(0, 3));
        var normal = X.Heads<Two, Three>().RmsNorm(scale, 0.3);
        for (var t = 0; t < 5; t++)
            for (var head = 0; head < 2; head++)
            {
                var row = Numbers[(t * 6 + head * 3)..(t * 6 + head * 3 + 3)];
                for (var i = 0; i < 3; i++) Assert.Equal(row[i] / Math.Sqrt((row[0] * row[0] + row[1] * row[1] + row[2] * row[2]) / 3 + 0.3) * Numbers[i], normal.Row(t, head)[i], 14);
            }
    }

    [Theory]
    [InlineData(0, 0, false)]
    [InlineData(0.3, 0, true)]
    [InlineData(0, 0.6, false)]
    [InlineData(0.5, 0.4, true)]
    public void Attention_is_a_mean_of_values(double scale, double cap, bool hasSinks)
    {
        var (query, key, value, sinks) = (X.Heads<Two, Three>(), (2 * X * X).Heads<Two, Three>(), (X + X * X).Heads<Two, Three>(), new Vec<Two>([0.3, -1.0]));
        var answers = hasSinks ? query.Attend(key, value, sinks, 3, scale, cap) : query.Attend(key, value, window: 3, scale: scale, cap: cap);
        for (var t = 0; t < 5; t++)
            for (var head = 0; head < 2; head++)
            {
                var (sum, mean) = (hasSinks ? Math.Exp(head == 0 ? 0.3 : -1) : 0, new double[3]);
                for (var s = Math.Max(0, t - 2); s <= t; s++)
                {
                    var score = (scale == 0 ? Math.Pow(3, -0.5) : scale) * Enumerable.Range(0, 3).Sum(i => Numbers[t * 6 + head * 3 + i] * 2 * Math.Pow(Numbers[s * 6 + head * 3 + i], 2));
                    // tanh by its exponentials
                    if (cap != 0) score = cap * (1 - 2 / (1 + Math.Exp(2 * score / cap)));
                    sum += Math.Exp(score);
                    for (var i = 0; i < 3; i++) mean[i] += Math.Exp(score) * (Numbers[s * 6 + head * 3 + i] + Math.Pow(Numbers[s * 6 + head * 3 + i], 2));
                }
                for (var i = 0; i < 3; i++) Assert.Equal(mean[i] / sum, answers.Row(t, head)[i], 13);
            }
    }

    [Fact]
    public void Arithmetic_is_element_by_element()
    {
        var vector = new Vec<Six>(Numbers.AsSpan(6, 6));
        var y = 2 * (X * X - X) + -X * vector + vector;
        Assert.Equal(2 * (Numbers[20] * Numbers[20] - Numbers[20]) - Numbers[20] * Numbers[8] + Numbers[8], y.Items[20], 14);
        Assert.Equal(1 / (1 + Math.Exp(-Numbers[20])), Sigmoid(X).Items[20], 14);
    }

    [Fact]
    public void Norms_centre_and_scale_each_row()
    {
        var ones = new Vec<Six>([1.0, 1.0, 1.0, 1.0, 1.0, 1.0]);
        var zeros = new Vec<Six>(new double[6]);
        var row = X.LayerNorm(ones, zeros).Row(3).ToArray();
        Assert.Equal(0, row.Average(), 12);
        Assert.Equal(1, row.Average(item => item * item), 4);
        Assert.Equal(1, X.RmsNorm(ones, 0).Row(3).ToArray().Average(item => item * item), 12);
    }

    [Fact]
    public void Wrong_numbers_say_what_was_expected_and_found()
    {
        Assert.Contains("expected [6], 6 numbers, found 5", Assert.Throws<ArgumentException>(() => new Vec<Six>(new double[5])).Message);
        Assert.Contains("expected rows of 6, found 8 numbers", Assert.Throws<ArgumentException>(() => new Seq<Six>(new double[8])).Message);
        Assert.Contains("expected [3, 3], 9 numbers, found 6", Assert.Throws<ArgumentException>(() => X.Heads<Three, Three>()).Message);
        Assert.Contains("expected an even feature size, found 3", Assert.Throws<ArgumentException>(() => new HeadSeq<One, Three>(new double[3]).RotatePairs<Five>(100)).Message);
        Assert.Contains("expected an id from 0 to 2, found 3", Assert.Throws<TttException>(() => new Embedding<Three, One>([1, 2, 3]).Lookup(new(0, 3))).Message);
    }
}
