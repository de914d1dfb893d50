using TttGen.App.Evaluating;

namespace TttGen.App.Tests;

public sealed class CrossEntropyTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(16)]
    [InlineData(257)]
    [InlineData(32000)]
    public void It_is_minus_the_log_of_the_softmax(int vocabulary)
    {
        var random = new Random(vocabulary);
        var logits = Enumerable.Range(0, vocabulary).Select(_ => (float)(random.NextDouble() * 20 - 10)).ToArray();
        var target = random.Next(vocabulary);

        var expected = Math.Log(logits.Sum(static logit => Math.Exp((double)logit))) - logits[target];
        Assert.Equal(expected, CrossEntropy.Nats(logits, target), 1e-12);
    }

    [Fact]
    public void Large_logits_do_not_overflow() => Assert.Equal(Math.Log(2), CrossEntropy.Nats([3e38f, 3e38f], 1), 1e-12);

    [Fact]
    public void A_broken_row_is_not_a_number() => Assert.True(double.IsNaN(CrossEntropy.Nats([0, float.NaN, 1], 0)));
}
