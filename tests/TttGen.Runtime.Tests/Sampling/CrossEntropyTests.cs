using TttGen.Inference;

namespace TttGen.Runtime.Tests.Sampling;

public sealed class CrossEntropyTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(16)]
    [InlineData(257)]
    [InlineData(32000)]
    public void It_is_minus_the_log_of_the_softmax_beside_the_likeliest_token(int vocabulary)
    {
        var random = new Random(vocabulary);
        var logits = Enumerable.Range(0, vocabulary).Select(_ => (float)(random.NextDouble() * 20 - 10)).ToArray();
        var target = random.Next(vocabulary);

        var expected = Math.Log(logits.Sum(static logit => Math.Exp((double)logit))) - logits[target];
        var score = CrossEntropy.Of(logits, target);
        Assert.Equal(expected, score.Nats, 1e-12);
        Assert.Equal(Array.IndexOf(logits, logits.Max()), score.Greatest);
    }

    [Fact]
    public void Large_logits_do_not_overflow_and_of_equal_ones_the_first_is_the_likeliest()
    {
        var score = CrossEntropy.Of([3e38f, 3e38f], 1);
        Assert.Equal(Math.Log(2), score.Nats, 1e-12);
        Assert.Equal(0, score.Greatest);
    }

    [Fact]
    public void A_broken_row_is_not_a_number_and_has_no_likeliest_token()
    {
        Assert.Equal(new TokenScore(double.NaN, -1), CrossEntropy.Of([0, float.NaN, 1], 0));
        Assert.Equal(new TokenScore(double.NaN, -1), CrossEntropy.Of([0, float.PositiveInfinity], 0));
        Assert.Equal(new TokenScore(double.NaN, -1), CrossEntropy.Of([float.NegativeInfinity, float.NegativeInfinity], 0));
    }

    [Fact]
    public void A_token_at_minus_infinity_costs_infinitely_many_nats() =>
        Assert.Equal(new TokenScore(double.PositiveInfinity, 1), CrossEntropy.Of([float.NegativeInfinity, 2], 0));
}
