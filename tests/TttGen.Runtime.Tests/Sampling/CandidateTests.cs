using TttGen.Inference.Sampling;

namespace TttGen.Runtime.Tests.Sampling;

/// <summary>What a device keeps of a row decides the same draws as the row, or says that it decides none.</summary>
public sealed class CandidateTests
{
    [Fact]
    public void A_draw_from_candidates_is_the_row_s_or_is_left_to_it()
    {
        var random = new Random(3);
        int decided = 0, rounds = 3000;
        for (int round = 0; round < rounds; round++)
        {
            int vocabulary = round % 3 == 0 ? 33 : round % 3 == 1 ? 2500 : 5000;
            var logits = Logits(random, vocabulary, spread: 1 + random.Next(12));
            for (int i = random.Next(20); i > 0; i--) logits[random.Next(vocabulary)] = float.NegativeInfinity;
            var options = new SamplerOptions
            {
                Temperature = random.Next(8) == 0 ? 0 : 0.2 + 1.5 * random.NextDouble(),
                TopK = random.Next(2) == 0 ? 0 : 1 + random.Next(random.Next(2) == 0 ? 64 : 300),
                TopP = random.Next(2) == 0 ? 1 : 0.05 + 0.94 * random.NextDouble(),
                MinP = random.Next(2) == 0 ? 0 : 0.3 * random.NextDouble(),
                Seed = (ulong)round,
            };
            var (whole, fewer) = (new Sampler(options), new Sampler(options));
            var candidates = new RankedCandidates(vocabulary);

            // Sums as far off as a device's may be.
            var ranked = Device.Rank(logits, fewer.InverseTemperature([]), 1 + (random.NextDouble() - 0.5) * 8e-6);
            for (int draw = 0; draw < 5; draw++)
            {
                int expected = whole.Next((float[])logits.Clone(), []);
                candidates.Begin(ranked, 0);
                if (fewer.TryNext(candidates, out int token)) decided++;
                else token = fewer.Next((float[])logits.Clone(), []);
                Assert.True(expected == token, $"round {round}, draw {draw}: {options}: expected {expected}, found {token}");
            }
        }

        Assert.True(decided > rounds * 5 * 3 / 4, $"{decided} of {rounds * 5}");
    }

    [Theory]
    [InlineData(0, 1, 0)]
    [InlineData(1, 1, 64)]
    [InlineData(0.7, 0.9, 40)]
    public void The_greatest_and_the_first_sixty_four_are_decided_always(double temperature, double topP, int topK)
    {
        var sampler = new Sampler(new SamplerOptions { Temperature = temperature, TopP = topP, TopK = topK });
        var candidates = new RankedCandidates(32000);
        var random = new Random(4);
        for (int round = 0; round < 50; round++)
        {
            // All of the likely ones in one segment, or all alike.
            var logits = round == 0 ? new float[32000] : [.. Enumerable.Range(0, 32000).Select(id => (id / 8 % 16 == 3 ? 50 : 0) + random.NextSingle())];
            candidates.Begin(Device.Rank(logits, sampler.InverseTemperature([]), 1), 0);
            Assert.True(sampler.TryNext(candidates, out _));
        }
    }

    [Fact]
    public void A_language_model_s_row_is_nearly_always_decided()
    {
        var random = new Random(5);
        foreach (var options in new SamplerOptions[] { new() { Temperature = 0.8, TopP = 0.95 }, new() { TopK = 40 }, new() { MinP = 0.05 }, new() { Temperature = 0.8 } })
        {
            var sampler = new Sampler(options);
            var candidates = new RankedCandidates(32000);
            int decided = 0;
            for (int round = 0; round < 100; round++)
            {
                // Zipf's law: about as much as there is in the likeliest hundred as in the next thousand.
                float[] logits = [.. Enumerable.Range(0, 32000).Select(rank => -1.3f * MathF.Log(rank + 1) + 0.1f * random.NextSingle())];
                random.Shuffle(logits);
                candidates.Begin(Device.Rank(logits, sampler.InverseTemperature([]), 1), 0);
                if (sampler.TryNext(candidates, out _)) decided++;
                else sampler.Next(logits, []);
            }

            Assert.True(decided >= 85, $"{options}: {decided} of 100");
        }
    }

    [Fact]
    public void Rows_that_are_no_numbers_are_left_to_the_row()
    {
        foreach (var options in new SamplerOptions[] { SamplerOptions.Greedy, new(), new() { TopK = 3 } })
        {
            var sampler = new Sampler(options);
            foreach (float broken in (float[])[float.NaN, -float.NaN, float.PositiveInfinity])
            {
                var logits = Logits(new Random(1), 2500, 4);
                logits[1234] = broken;
                Assert.False(Try(logits));
            }

            Assert.False(Try([.. Enumerable.Repeat(float.NegativeInfinity, 2500)]));

            bool Try(float[] logits)
            {
                var candidates = new RankedCandidates(logits.Length);
                candidates.Begin(Device.Rank(logits, sampler.InverseTemperature([]), 1), 0);
                return sampler.TryNext(candidates, out _);
            }
        }
    }

    [Fact]
    public void What_sums_in_float32_can_t_be_trusted_with_needs_the_row()
    {
        foreach (double temperature in (double[])[1e-30, 1e-4, 2e3, 1e300]) Assert.Equal(0, new Sampler(new SamplerOptions { Temperature = temperature }).InverseTemperature([]));
        var penalty = new Sampler(new SamplerOptions { RepetitionPenalty = 1.1 });
        Assert.Equal((0, 1), (penalty.InverseTemperature([3]), penalty.InverseTemperature([])));
        Assert.False(new Sampler(new SamplerOptions { Temperature = 0, RepetitionPenalty = 1.1 }).TakesGreatest([3]));
    }

    [Fact]
    public void Keys_order_tokens_by_logit_and_then_by_id()
    {
        float[] rising = [float.NegativeInfinity, float.MinValue, -1, -float.Epsilon, 0, float.Epsilon, 1, float.MaxValue, float.PositiveInfinity];
        for (int i = 1; i < rising.Length; i++) Assert.True(LogitKey.Of(rising[i], int.MaxValue) > LogitKey.Of(rising[i - 1], 0));
        Assert.True(LogitKey.Of(-0f, 3) > LogitKey.Of(0, 4) && LogitKey.Of(0, 4) > LogitKey.Of(-0f, 5));
        Assert.All(rising, logit => Assert.Equal((logit, 7), (LogitKey.Logit(LogitKey.Of(logit, 7)), LogitKey.Id(LogitKey.Of(logit, 7)))));
        Assert.True(LogitKey.IsPossible(LogitKey.Of(float.MinValue, int.MaxValue)) && !LogitKey.IsPossible(LogitKey.Of(float.NegativeInfinity, 0)) && !LogitKey.IsPossible(LogitKey.None));
    }

    private static float[] Logits(Random random, int vocabulary, int spread) => [.. Enumerable.Range(0, vocabulary).Select(_ => (float)(spread * random.NextDouble() * random.NextDouble() * 3))];

    /// <summary>The kernel's work in the plainest way.</summary>
    private static class Device
    {
        public static long[] Rank(float[] logits, float inverseTemperature, double error)
        {
            int segments = RankedCandidates.Segments(logits.Length);
            var ranked = new long[segments * RankedCandidates.Numbers];
            for (int s = 0; s < segments; s++)
            {
                int[] ids = [.. Enumerable.Range(0, logits.Length).Where(id => id / 8 % segments == s)];
                var keys = ids.Select(id => LogitKey.Of(logits[id], id)).OrderDescending().ToArray();
                double max = Math.Max(LogitKey.Logit(keys[0]), float.MinValue), sum = ids.Sum(id => Math.Exp((logits[id] - max) * inverseTemperature));
                ranked[s * RankedCandidates.Numbers] = BitConverter.SingleToInt32Bits((float)(sum * error));
                for (int k = 0; k < RankedCandidates.Kept; k++) ranked[s * RankedCandidates.Numbers + 1 + k] = k < keys.Length ? keys[k] : LogitKey.None;
            }

            return ranked;
        }
    }
}
