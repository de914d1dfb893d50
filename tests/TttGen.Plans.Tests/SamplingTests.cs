using TttGen.Inference;
using TttGen.Inference.Sampling;
using TttGen.Kernels.Tests.Devices;
using TttGen.Numerics.Tests.Compiled;

namespace TttGen.Plans.Tests;

/// <summary>What a model makes of its logits on a device is what the host would make of them.</summary>
public sealed class SamplingTests(Xunit.Abstractions.ITestOutputHelper output)
{
    private const string Name = "LinearBySix";

    [Fact]
    public void Scores_are_those_of_the_whole_rows_for_batches_of_unequal_lengths()
    {
        using var device = new IlgpuDevice(AcceleratorKind.Cpu);
        using var model = SmallModel.All[Name].LoadAnywhere(new ModelOptions { Device = device });
        var random = new Random(1);
        int[] tokens = Tokens(random, 9, model), targets = Tokens(random, 9, model), lengths = [2, 6, 1];
        var (found, expected) = (new TokenScore[9], new TokenScore[9]);
        using (var states = new States(model, 3)) model.Score(states.All, tokens, lengths, targets, found);
        using (var states = new States(model, 3))
            model.Prefill(states.All, tokens, lengths, (sequence, first, logits) =>
            {
                for (int row = 0; row * model.Vocabulary < logits.Length; row++)
                {
                    int t = lengths[..sequence].Sum() + first + row;
                    expected[t] = CrossEntropy.Of(logits.Slice(row * model.Vocabulary, model.Vocabulary), targets[t]);
                }
            });
        output.WriteLine($"{found.Zip(expected, (f, e) => Math.Abs(f.Nats - e.Nats)).Max():E1}");
        for (int t = 0; t < 9; t++)
        {
            Assert.Equal(expected[t].Nats, found[t].Nats, 2e-6);
            Assert.Equal(expected[t].Greatest, found[t].Greatest);
        }

        device.Synchronize();
    }

    [Fact]
    public void A_text_is_the_same_as_from_whole_rows_and_as_on_the_CPU_for_the_same_seed()
    {
        var small = SmallModel.All[Name];
        using var device = new IlgpuDevice(AcceleratorKind.Cpu);
        using var model = small.LoadAnywhere(new ModelOptions { Device = device });
        using var onCpu = small.LoadAnywhere(new ModelOptions { Threads = 1 });
        foreach (var options in new SamplerOptions[] { SamplerOptions.Greedy, new() { Seed = 3 }, new() { Temperature = 0.8, TopP = 0.9, Seed = 4 }, new() { TopK = 5, RepetitionPenalty = 1.2, Seed = 5 } })
        {
            int[] text = Text(model, options, whole: false);
            Assert.Equal(Text(model, options, whole: true), text);
            Assert.Equal(Text(onCpu, options, whole: false), text);
        }

        device.Synchronize();
    }

    [Fact]
    public void A_batch_draws_with_as_many_samplers()
    {
        using var device = new IlgpuDevice(AcceleratorKind.Cpu);
        using var model = SmallModel.All[Name].LoadAnywhere(new ModelOptions { Device = device });
        SamplerOptions[] options = [SamplerOptions.Greedy, new() { Seed = 3 }, new() { Temperature = 0.5, TopK = 4, RepetitionPenalty = 2, Seed = 9 }];
        int[] expected = [.. options.Select((o, s) => Next(model, [1, (s + 2)], new Sampler(o)))];
        using var states = new States(model, 3);
        var next = new int[3];
        model.Sample(states.All, [1, 2, 1, 3, 1, 4], [2, 2, 2], [.. options.Select(o => new Sampler(o))], [new[] { 1, 2 }, new[] { 1, 3 }, new[] { 1, 4 }], next);
        Assert.Equal(expected, next);
        Assert.Throws<TttException>(() => model.Sample(states.All, [1, 2, 3], [], [new Sampler(options[0])], [], next));
        Assert.Throws<TttException>(() => model.Score(states.All, [1, 2, 3], [1, 1, 1], [1, 2, model.Vocabulary], new TokenScore[3]));

        static int Next(TttModel model, int[] tokens, Sampler sampler)
        {
            var logits = new float[model.Vocabulary];
            using var state = model.CreateState();
            model.Prefill(state, tokens, logits);
            return sampler.Next(logits, tokens);
        }
    }

    private static int[] Tokens(Random random, int count, TttModel model) => [.. Enumerable.Range(0, count).Select(_ => random.Next(model.Vocabulary))];

    private static int[] Text(TttModel model, SamplerOptions options, bool whole)
    {
        var (sampler, history, logits) = (new Sampler(options), new List<int> { 3, 1, 2 }, new float[model.Vocabulary]);
        using var state = model.CreateState();
        for (int[] read = [.. history]; history.Count < 9; read = [history[^1]])
        {
            if (whole) model.Prefill(state, read, logits);
            history.Add(whole ? sampler.Next(logits, history.ToArray()) : model.Sample(state, read, sampler, history.ToArray()));
        }

        return [.. history];
    }

    private sealed class States(TttModel model, int count) : IDisposable
    {
        public SequenceState[] All { get; } = [.. Enumerable.Range(0, count).Select(_ => model.CreateState())];

        public void Dispose()
        {
            foreach (var state in All) state.Dispose();
        }
    }
}
