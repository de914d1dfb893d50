using TttGen.Inference.Sampling;

namespace TttGen.Runtime.Tests.Sampling;

public sealed class SamplerTests
{
    [Fact]
    public void Draws_follow_the_reference_distribution_for_every_mixture_of_options()
    {
        var random = new Random(5);
        for (int round = 0; round < 60; round++)
        {
            float[] logits = [.. Enumerable.Range(0, 30).Select(_ => (float)(random.NextDouble() * 8 - 5))];
            if (round % 3 == 0) logits[random.Next(30)] = logits[random.Next(30)] = float.NegativeInfinity;
            int[] history = round % 2 == 0 ? [] : [3, 7, 3, 11];
            var options = new SamplerOptions
            {
                Temperature = 0.3 + 1.5 * random.NextDouble(),
                TopK = random.Next(2) == 0 ? 0 : 1 + random.Next(40),
                TopP = random.Next(2) == 0 ? 1 : 0.05 + 0.9 * random.NextDouble(),
                MinP = random.Next(2) == 0 ? 0 : 0.3 * random.NextDouble(),
                RepetitionPenalty = 0.8 + 0.6 * random.NextDouble(),
                Seed = (ulong)round,
            };

            AssertDrawnFrom(ReferenceSampling.Distribution(logits, history, options), Draw(new Sampler(options), logits, history, 4000), $"round {round}: {options}");
        }
    }

    [Fact]
    public void A_large_vocabulary_is_cut_as_the_reference_cuts_it()
    {
        var random = new Random(9);
        float[] logits = [.. Enumerable.Range(0, 32_000).Select(_ => (float)(12 * random.NextDouble() * random.NextDouble() * random.NextDouble()))];
        foreach (var options in new SamplerOptions[] { new() { TopK = 40 }, new() { TopP = 0.2 }, new() { MinP = 0.3 }, new() { TopK = 100, TopP = 0.5, MinP = 0.1 } })
        {
            var allowed = ReferenceSampling.Distribution(logits, [], options);
            int[] drawn = Draw(new Sampler(options, logits.Length), logits, [], 300);
            Assert.All(drawn, id => Assert.Contains(id, (IReadOnlyDictionary<int, double>)allowed));
            Assert.True(drawn.Distinct().Count() > 10);
        }
    }

    [Fact]
    public void Greedy_takes_the_greatest_and_of_equal_ones_the_first()
    {
        Assert.Equal(1, new Sampler(SamplerOptions.Greedy).Next([1, 3, 2, 3], []));
        Assert.Equal(2, new Sampler(SamplerOptions.Greedy).Next([float.NegativeInfinity, -3e38f, -1], []));
    }

    [Fact]
    public void Of_equal_logits_top_k_keeps_the_lower_ids() =>
        Assert.Equal([1, 2, 4], Draw(new Sampler(new SamplerOptions { TopK = 3 }), [0, 5, 5, 0, 5, 5, 5], [], 200).Distinct().Order());

    [Fact]
    public void Top_k_of_one_and_a_tiny_top_p_are_greedy()
    {
        float[] logits = [0.1f, 0.3f, 0.2f, 0.3f];
        Assert.All(Draw(new Sampler(new SamplerOptions { TopK = 1 }), logits, [], 100), static id => Assert.Equal(1, id));
        Assert.All(Draw(new Sampler(new SamplerOptions { TopP = 1e-9 }), logits, [], 100), static id => Assert.Equal(1, id));
        Assert.All(Draw(new Sampler(new SamplerOptions { MinP = 1 }), [0, 2, 1], [], 100), static id => Assert.Equal(1, id));
    }

    [Fact]
    public void An_extreme_temperature_gives_the_greatest_or_a_uniform_draw()
    {
        float[] logits = [-30, 10, 9.999f, 10, float.MinValue];
        foreach (double cold in new[] { 1e-6, 1e-30, double.Epsilon })
            Assert.Equal([1, 3], Draw(new Sampler(new SamplerOptions { Temperature = cold }), logits, [], 200).Distinct().Order());
        int[] hot = Draw(new Sampler(new SamplerOptions { Temperature = 1e300 }), logits, [], 5000);
        Assert.All(Enumerable.Range(0, 5), id => Assert.InRange(hot.Count(x => x == id), 850, 1150));
    }

    [Fact]
    public void Extreme_logits_do_not_overflow()
    {
        Assert.Equal(2, new Sampler(new SamplerOptions { TopP = 0.9 }).Next([float.MinValue, 0, float.MaxValue], []));
        Assert.Equal(0, new Sampler(new SamplerOptions { Temperature = 0, RepetitionPenalty = 1e-30 }).Next([float.MaxValue, 1], [0]));
        Assert.Equal(0, new Sampler(new SamplerOptions { Temperature = 0, RepetitionPenalty = 1e30 }).Next([1, -1e-30f, float.NegativeInfinity], [2, 0, 0]));
    }

    [Fact]
    public void The_repetition_penalty_counts_a_token_once()
    {
        float[] logits = [4, -4, 1];
        new Sampler(new SamplerOptions { RepetitionPenalty = 2 }).Next(logits, [0, 1, 0, 1, 0]);
        Assert.Equal([2, -8, 1], logits);
    }

    [Fact]
    public void A_token_at_minus_infinity_is_never_drawn()
    {
        float[] logits = [float.NegativeInfinity, 0, float.NegativeInfinity, 0, float.NegativeInfinity];
        foreach (var options in new SamplerOptions[] { new(), new() { TopK = 5 }, new() { TopP = 0.999 }, new() { Temperature = 1e300 } })
            Assert.Equal([1, 3], Draw(new Sampler(options), logits, [], 300).Distinct().Order());
    }

    [Fact]
    public void One_seed_gives_one_text_and_another_another()
    {
        float[] logits = [.. Enumerable.Range(0, 50).Select(static i => (float)Math.Sin(i))];
        int[] a = Draw(new Sampler(new SamplerOptions { Seed = 7 }), logits, [], 100);
        Assert.Equal(a, Draw(new Sampler(new SamplerOptions { Seed = 7 }, 50), logits, [], 100));
        Assert.NotEqual(a, Draw(new Sampler(new SamplerOptions { Seed = 8 }), logits, [], 100));
    }

    /// <summary>Expected: the upper 16 bits of what another implementation of splitmix64 and xoshiro256** draws, itself checked against the authors' vectors.</summary>
    [Theory]
    [InlineData(1234567UL, new[] { 12451, 6464, 4443, 60183, 41161, 28899 })]
    [InlineData(0UL, new[] { 39404, 49006, 6751, 27301, 48037, 65519 })]
    public void A_seed_means_the_same_for_ever(ulong seed, int[] expected) =>
        Assert.Equal(expected, Draw(new Sampler(new SamplerOptions { Seed = seed }), new float[1 << 16], [], 6));

    [Fact]
    public void Logits_that_are_no_numbers_are_refused()
    {
        var sampler = new Sampler(new SamplerOptions());
        Assert.Contains("logit 1 is NaN", Assert.Throws<TttException>(() => sampler.Next([0, float.NaN, 1], [])).Message);
        Assert.Contains("logit 0 is NaN", Assert.Throws<TttException>(() => sampler.Next([float.NaN], [])).Message);
        Assert.Contains("logit 2 is infinite", Assert.Throws<TttException>(() => sampler.Next([0, 1, float.PositiveInfinity], [])).Message);
        Assert.Contains("none of 2 logits is finite", Assert.Throws<TttException>(() => sampler.Next([float.NegativeInfinity, float.NegativeInfinity], [])).Message);
        Assert.Contains("none of 0 logits", Assert.Throws<TttException>(() => sampler.Next([], [])).Message);
    }

    [Fact]
    public void A_history_out_of_range_is_refused_and_leaves_no_trace()
    {
        var sampler = new Sampler(new SamplerOptions { RepetitionPenalty = 2, Temperature = 0 });
        Assert.Contains("token 3 in the history: expected an id from 0 to 2", Assert.Throws<TttException>(() => sampler.Next([1, 2, 3], [2, 3])).Message);
        Assert.Contains("token -1", Assert.Throws<TttException>(() => sampler.Next([1, 2, 3], [-1])).Message);
        Assert.Equal(1, sampler.Next([1, 2, 3], [2]));
    }

    [Fact]
    public void Options_out_of_range_are_refused_by_name()
    {
        Refused("temperature: expected 0 (greedy) or more, found -1", new() { Temperature = -1 });
        Refused("temperature", new() { Temperature = double.NaN });
        Refused("temperature", new() { Temperature = double.PositiveInfinity });
        Refused("top-k: expected 0 (all tokens) or more, found -2", new() { TopK = -2 });
        Refused("top-p", new() { TopP = 0 });
        Refused("top-p: expected more than 0 and at most 1 (all tokens), found 1.5", new() { TopP = 1.5 });
        Refused("min-p", new() { MinP = -0.1 });
        Refused("repetition penalty", new() { RepetitionPenalty = 0 });
        Refused("repetition penalty", new() { RepetitionPenalty = double.NaN });

        static void Refused(string error, SamplerOptions options) => Assert.Contains(error, Assert.Throws<TttException>(() => new Sampler(options)).Message);
    }

    [Fact]
    public void A_call_allocates_nothing()
    {
        float[] logits = new float[1000];
        int[] history = [1, 2, 3];
        foreach (var options in new SamplerOptions[] { SamplerOptions.Greedy, new(), new() { TopK = 40, TopP = 0.9, MinP = 0.01, RepetitionPenalty = 1.1 }, new() { TopP = 0.9 } })
        {
            var sampler = new Sampler(options, logits.Length);
            sampler.Next(logits, history);
            // Once in a while a collection meanwhile, of what other tests leave, counts the rest of this thread's allocation buffer.
            Assert.Equal(0, Enumerable.Range(0, 3).Min(_ => Allocated(() =>
            {
                for (int i = 0; i < 50; i++) sampler.Next(logits, history);
            })));
        }
    }

    private static long Allocated(Action calls)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        calls();
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static int[] Draw(Sampler sampler, float[] logits, int[] history, int count) => [.. Enumerable.Range(0, count).Select(_ => sampler.Next([.. logits], history))];

    /// <summary>Each token's share within five standard deviations, and none that the reference does not allow.</summary>
    private static void AssertDrawnFrom(Dictionary<int, double> expected, int[] drawn, string what)
    {
        foreach (int id in drawn) Assert.True(expected.ContainsKey(id), $"{what}: token {id} was drawn");
        foreach (var (id, probability) in expected)
        {
            double deviation = Math.Sqrt(drawn.Length * probability * (1 - probability));
            Assert.True(Math.Abs(drawn.Count(x => x == id) - drawn.Length * probability) <= 5 * deviation + 3, $"{what}: token {id} of probability {probability}");
        }
    }
}
