using TttGen.Training.Optimisation;

namespace TttGen.Training.Tests;

public sealed unsafe class AdamWTests
{
    [Theory]
    [InlineData(false, 0.0)]
    [InlineData(false, 1.0)]
    [InlineData(true, 1.0)]
    [InlineData(false, 1e-3)]
    public void Updates_are_those_of_the_formula(bool matricesOnly, double clip)
    {
        var options = new AdamWOptions { DecayMatricesOnly = matricesOnly, ClipNorm = clip };
        using var model = Model(1);
        using var optimiser = new AdamW(model, options);
        var expected = model.Tensors.Select(tensor => new Span<float>(model.Weights + tensor.Offset, tensor.Count).ToArray().Select(static w => (W: (double)w, M: 0.0, V: 0.0)).ToArray()).ToArray();
        for (var step = 1; step <= 12; step++)
        {
            var gradients = Draw(model, step);
            var norm = Math.Sqrt(gradients.Sum(static tensor => tensor.Sum(static g => (double)g * g)));
            var scale = clip == 0 || norm <= clip ? 1 : clip / norm;
            var rate = 0.01 / step;

            Assert.Equal(norm, optimiser.GradientNorm(), 1e-12 * norm);
            optimiser.Update(step, rate, norm);
            for (var i = 0; i < expected.Length; i++)
            {
                var decay = matricesOnly && model.Tensors[i].Shape.Count == 1 ? 0 : 0.1;
                for (var j = 0; j < expected[i].Length; j++)
                    expected[i][j] = Reference(expected[i][j], gradients[i][j] * scale, step, rate, decay);
            }
        }
        for (var i = 0; i < expected.Length; i++)
        {
            for (var j = 0; j < expected[i].Length; j++)
                Assert.Equal(expected[i][j].W, model.Weights[model.Tensors[i].Offset + j], 2e-6);
        }
    }

    [Fact]
    public void Threads_change_no_bit()
    {
        var results = new[] { 1, 2, 3, 5 }.Select(static threads =>
        {
            using var model = Model(threads);
            using var optimiser = new AdamW(model, new AdamWOptions());
            double norm = 0;
            for (var step = 1; step <= 3; step++)
            {
                Draw(model, step);
                norm = optimiser.GradientNorm();
                optimiser.Update(step, 0.01, norm);
            }
            return (norm, Weights: new Span<float>(model.Weights, (int)model.Length).ToArray());
        }).ToList();

        Assert.All(results, result => Assert.Equal(results[0].norm, result.norm));
        Assert.All(results, result => Assert.Equal(results[0].Weights, result.Weights));
    }

    [Fact]
    public void What_lies_between_tensors_stays_zero_and_spent_gradients_are_zero()
    {
        using var model = Model(2);
        using var optimiser = new AdamW(model, new AdamWOptions());
        Draw(model, 1);
        optimiser.Update(1, 0.5, optimiser.GradientNorm());

        Assert.All(new Span<float>(model.Gradients, (int)model.Length).ToArray(), static g => Assert.Equal(0, g));
        for (var i = 0; i < model.Tensors.Count; i++)
        {
            var end = model.Tensors[i].Offset + model.Tensors[i].Count;
            var next = i + 1 < model.Tensors.Count ? model.Tensors[i + 1].Offset : model.Length;
            Assert.All(new Span<float>(model.Weights + end, (int)(next - end)).ToArray(), static w => Assert.Equal(0, w));
            Assert.NotEqual(end, next);
        }
        Assert.Equal(1, model.Changes);
    }

    [Fact]
    public void Tensors_with_gradients_that_are_not_finite_are_named()
    {
        using var model = Model(1);
        using var optimiser = new AdamW(model, new AdamWOptions());
        Draw(model, 1);
        optimiser.GradientNorm();
        Assert.Empty(optimiser.NotFinite());

        model.Gradients[model.Tensors[1].Offset + 77] = float.NaN;
        model.Gradients[model.Tensors[2].Offset] = float.PositiveInfinity;
        Assert.False(double.IsFinite(optimiser.GradientNorm()));
        Assert.Equal(["model.before.weight", "model.bias"], optimiser.NotFinite().Select(static tensor => tensor.Key));
    }

    private static SmallTrainable Model(int threads) => new(new SmallDefinition { Vocabulary = 131 }, 7, new TrainableOptions { Threads = threads });

    private static (double W, double M, double V) Reference((double W, double M, double V) x, double g, int step, double rate, double decay)
    {
        var m = 0.9 * x.M + 0.1 * g;
        var v = 0.95 * x.V + 0.05 * g * g;
        var unbiased = m / (1 - Math.Pow(0.9, step)) / (Math.Sqrt(v / (1 - Math.Pow(0.95, step))) + 1e-8);
        return ((1 - rate * decay) * x.W - rate * unbiased, m, v);
    }

    private static float[][] Draw(SmallTrainable model, int seed)
    {
        var random = new Random(seed);
        return [.. model.Tensors.Select(tensor =>
        {
            var gradients = Enumerable.Range(0, tensor.Count).Select(_ => (float)(0.01 * (random.NextDouble() - 0.3))).ToArray();
            gradients.CopyTo(new Span<float>(model.Gradients + tensor.Offset, tensor.Count));
            return gradients;
        })];
    }
}
