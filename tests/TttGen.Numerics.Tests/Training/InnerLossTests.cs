using TttGen.Cpu;
using TttGen.Numerics.Tests.Backward;
using TttGen.Training;

namespace TttGen.Numerics.Tests.Training;

/// <summary>What inner loops are said to do is what they do.</summary>
public sealed unsafe class InnerLossTests
{
    private const int F = 6, K = 16;

    /// <summary>TTT-Linear's loss written out, beside the derived one, at θ₀ and at the states that the scan goes through.</summary>
    [Theory]
    [InlineData(37, 0)]
    [InlineData(16, 0)]
    [InlineData(5, 3)]
    [InlineData(50, 15)]
    public void Losses_are_those_of_the_states_before_and_after_each_mini_batch(int tokens, int place)
    {
        var random = new Random(7);
        double[] Drawn(int count, double scale) => [.. Enumerable.Range(0, count).Select(_ => scale * Initialisation.Normal(random))];
        const int Half = 64; // W1 [6, 6] and B1 [6], each rounded up to 16
        double[] keys = Drawn(tokens * F, 1), values = Drawn(tokens * F, 1), scale = Drawn(F, 1), shift = Drawn(F, 0.2), initial = Drawn(Half, 0.4), state = new double[2 * Half];
        double[] rates = [.. Drawn(tokens, 0.02).Select(Math.Abs)], tok = [.. Enumerable.Range(0, K).Select(i => 1.0 / (i + 1))];
        Drawn(2 * Half, 0.3).CopyTo(state, 0);
        if (place == 0) Array.Clear(state, Half, Half);
        var start = state.ToArray();
        var sums = new double[3];
        fixed (double* k = keys, v = values, r = rates, t = tok, i = initial, s = state, a = scale, b = shift, found = sums, scratch = new double[SixWide.LinearMemoryLosses.ScratchSize])
            SixWide.LinearMemoryLosses.Run<double, Lanes128d>(tokens, place, k, F, v, F, r, 1, t, i, s, a, b, found, scratch);

        double[] expected = new double[3];
        var now = start;
        for (int at = 0, n; at < tokens; at += n)
        {
            n = Math.Min(K - place, tokens - at);
            var next = now.ToArray();
            fixed (double* k = &keys[at * F], v = &values[at * F], r = &rates[at], t = tok, s = next, a = scale, b = shift, o = new double[n * F], scratch = new double[SixWide.LinearMemoryScan.ScratchSize])
                SixWide.LinearMemoryScan.Run<double, Lanes128d>(n, place, k, F, v, F, k, F, r, 1, t, s, a, b, o, F, scratch);
            place = (place + n) % K;
            double[] after = [.. Enumerable.Range(0, Half).Select(e => next[e] - (place == 0 ? 0 : tok[place - 1] * next[Half + e]))];
            for (var token = at; token < at + n; token++)
            {
                expected[0] += Loss(initial, token);
                expected[1] += Loss(now, token);
                expected[2] += Loss(after, token);
            }
            now = next;
        }
        for (var e = 0; e < 3; e++) Assert.Equal(expected[e], sums[e], 1e-10 * expected[e]);

        double Loss(double[] weights, int token)
        {
            var z = new double[F];
            for (var j = 0; j < F; j++)
            {
                z[j] = weights[48 + j];
                for (var k = 0; k < F; k++) z[j] += keys[token * F + k] * weights[k * F + j];
            }
            var mean = z.Average();
            var deviation = Math.Sqrt(z.Sum(x => (x - mean) * (x - mean)) / F + 1e-6);
            return 0.5 * Enumerable.Range(0, F).Sum(j => Math.Pow(keys[token * F + j] + (z[j] - mean) / deviation * scale[j] + shift[j] - values[token * F + j], 2));
        }
    }

    [Fact]
    public void A_call_tells_every_layer_and_memory_and_names_the_head_that_went_wrong()
    {
        using var model = GradientIdentityTests.Model("linear, Mamba", new TrainableOptions { Threads = 2, MaxTokens = 256 });
        model.MeasuresInnerLoss = true;
        model.Measure(GradientIdentityTests.Batch(model, [16, 9, 16]));
        Assert.Equal(2, model.InnerLosses.Count);
        foreach (var loss in model.InnerLosses)
        {
            // one mini-batch a sequence: it starts from θ₀
            Assert.Equal(loss.Initial, loss.Before, 1e-6 * loss.Initial);
            Assert.NotEqual(loss.Before, loss.After);
            Assert.True(loss.Worst >= loss.After);
        }

        var first = model.Tensors.Single(t => t.Key == "model.layers.1.seq_modeling_block.W1");
        var heads = first.Shape[0];
        model.Weights[first.Offset + first.Count / heads * (heads - 1)] = float.NaN;
        model.WeightsChanged();
        model.Measure(GradientIdentityTests.Batch(model, [40]));
        Assert.True(double.IsFinite(model.InnerLosses[0].Worst));
        Assert.Equal((1, heads - 1, true), (model.InnerLosses[1].Layer, model.InnerLosses[1].WorstHead, double.IsNaN(model.InnerLosses[1].Worst)));

        model.MeasuresInnerLoss = false;
        model.Measure(GradientIdentityTests.Batch(model, [8]));
        Assert.Empty(model.InnerLosses);
    }
}
