using TttGen.Cpu;
using TttGen.Numerics.Tests.Compiled;
using TttGen.Training;

namespace TttGen.Numerics.Tests.Training;

/// <summary>Losses and gradients read no number that was not written: with NaN in all fresh memory, and with what a longer call left there, they are the same bits.</summary>
[Collection(nameof(PoisonTests))]
public sealed unsafe class PoisonedTrainingTests
{
    public static TheoryData<string> Models => GradientIdentityTests.Models;

    [Theory]
    [MemberData(nameof(Models))]
    public void Fresh_memory_is_written_before_it_is_read(string name)
    {
        foreach (var budget in new[] { 1L, 1L << 30 })
        {
            var clean = Run(name, budget, longerFirst: false);
            NativeBuffer.PoisonFresh = true;
            try
            {
                Assert.Equal(clean, Run(name, budget, longerFirst: false));
            }
            finally
            {
                NativeBuffer.PoisonFresh = false;
            }
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void What_a_longer_call_left_does_not_matter(string name) => Assert.Equal(Run(name, 1 << 30, longerFirst: false), Run(name, 1 << 30, longerFirst: true));

    private static float[] Run(string name, long budget, bool longerFirst)
    {
        using var model = GradientIdentityTests.Model(name, new TrainableOptions { Threads = 2, MaxTokens = 256, ActivationBytes = budget });
        model.MeasuresInnerLoss = true;
        if (longerFirst)
        {
            model.Accumulate(GradientIdentityTests.Batch(model, [100, 3, 50, 80]), 1);
            new Span<float>(model.Gradients, (int)model.Length).Clear();
        }
        using var carry = model.CreateCarry();
        var batch = GradientIdentityTests.Batch(model, [17, 1, 33]);
        TrainingSequence[] sequences = [new(17, carry), new(1), new(33)];
        var found = new List<double>();
        for (var call = 0; call < 2; call++)
        {
            found.Add(model.Accumulate(batch with { Sequences = sequences }, 0.1).Nats);
            found.AddRange(model.InnerLosses.SelectMany(l => new[] { l.Initial, l.Before, l.After }));
        }
        found.AddRange(model.Tensors.SelectMany(t => Enumerable.Range(0, t.Count).Select(i => (double)model.Gradients[t.Offset + i])));
        Assert.DoesNotContain(found, double.IsNaN);
        return [.. found.Select(x => (float)x)];
    }
}
