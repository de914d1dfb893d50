using TttGen.Checkpoints;
using TttGen.Numerics.Tests.Compiled;
using TttGen.Numerics.Tests.Spec;
using TttGen.Training;
using TttGen.Training.Optimisation;
using Xunit.Abstractions;

namespace TttGen.Numerics.Tests.Training;

/// <summary>Twelve steps of AdamW against the reference implementation's: losses, norms of the gradients before clipping, final weights.</summary>
public sealed class TrajectoryTests(ITestOutputHelper output)
{
    public static TheoryData<string> Cases => [.. CompiledModels.OfGolden.Keys.Where(name => File.Exists(Path.Combine(AppContext.BaseDirectory, "golden", name, "train.safetensors")))];

    [Fact]
    public void There_are_four_of_them() => Assert.Equal(4, Cases.Count);

    [Theory]
    [MemberData(nameof(Cases))]
    public void Steps_are_those_of_the_reference(string name)
    {
        using var reference = SafetensorsFile.Open(Path.Combine(AppContext.BaseDirectory, "golden", name, "train.safetensors"));
        var shape = reference.Tensors["batches"].Shape;
        var (steps, sequences, length) = ((int)shape[0], (int)shape[1], (int)shape[2]);
        var tokens = new long[steps * sequences * length];
        reference.ReadInt64("batches", 0, tokens);
        var losses = Numbers(reference, "losses");
        var norms = Numbers(reference, "grad_norms_before_clipping");

        using var golden = new GoldenBatch(name, new TrainableOptions { Threads = 2, MaxTokens = sequences * length });
        var model = golden.Model;
        using var optimiser = new AdamW(model, new AdamWOptions());
        double worstLoss = 0, worstNorm = 0;
        for (var step = 0; step < steps; step++)
        {
            int[] ids = [.. tokens.Skip(step * sequences * length).Take(sequences * length).Select(t => (int)t)];
            int[] targets = [.. Enumerable.Range(0, ids.Length).Select(i => i % length == length - 1 ? -1 : ids[i + 1])];
            var scale = 1.0 / (sequences * (length - 1));
            var loss = model.Accumulate(new TrainingBatch(ids, targets, [.. Enumerable.Repeat(new TrainingSequence(length), sequences)]), scale);
            var norm = optimiser.GradientNorm();
            worstLoss = Math.Max(worstLoss, Math.Abs(losses[step] - loss.Nats * scale));
            worstNorm = Math.Max(worstNorm, Math.Abs(norm / norms[step] - 1));
            Assert.Equal(losses[step], loss.Nats * scale, 1e-4);
            Assert.InRange(norm / norms[step], 1 - 1e-3, 1 + 1e-3);
            optimiser.Update(step + 1, 1e-2 * Math.Min(1, (step + 1) / 4.0), norm);
        }
        var weights = model.Tensors.Select(t => (t.Key, Error: RelativeError.Of(Array.ConvertAll(model.ReadWeight(t.Key), x => (double)x), Numbers(reference, "final." + t.Key)))).OrderByDescending(e => e.Error).ToList();
        output.WriteLine($"the worst of {steps} steps: loss {worstLoss:E2}, norm {worstNorm:E2}; of the final weights: {weights[0].Key}: {weights[0].Error:E2}");
        Assert.True(weights.All(e => e.Error <= 1e-3), string.Join("\n", weights.Where(e => !(e.Error <= 1e-3)).Select(e => $"{e.Key}: {e.Error:E2}")));
    }

    private static double[] Numbers(SafetensorsFile file, string key)
    {
        var numbers = new float[file.Tensors[key].Shape.Aggregate(1L, (n, size) => n * size)];
        file.Read(key, 0, numbers);
        return Array.ConvertAll(numbers, x => (double)x);
    }
}
