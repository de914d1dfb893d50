using TttGen.Inference;
using TttGen.Numerics.Tests.Backward;
using TttGen.Numerics.Tests.Compiled;
using TttGen.Numerics.Tests.Spec;
using TttGen.Runtime.Tests.Checkpoints;
using TttGen.Training;
using TttGen.Training.Data;
using Xunit.Abstractions;

namespace TttGen.Numerics.Tests.Training;

/// <summary>Ways of computing one gradient that have to agree: with every backbone and with every inner model of the tests.</summary>
public sealed unsafe class GradientIdentityTests(ITestOutputHelper output)
{
    private const double Bar = 1e-5;

    private static readonly Dictionary<string, ModelDefinition> Definitions = new()
    {
        ["every inner model, heads of 6"] = SixWide.Definition,
        ["heads of 10, mini-batches of 5"] = TenWide.Definition,
        ["linear, Transformer"] = LinearTransformer.Definition,
        ["linear, Mamba"] = LinearMamba.Definition,
        ["MLP, Transformer"] = MlpTransformer.Definition,
        ["MLP, Mamba"] = MlpMamba.Definition,
        ["attention over groups of heads of 20"] = AttendByTwenty.Definition,
        ["attention over two windows"] = WindowBySix.Definition,
        ["attention with norms of heads"] = Qwen3ByTwenty.Definition,
        ["attention with capped scores"] = CappedByTwenty.Definition,
        ["attention with sinks"] = SinksByTen.Definition,
        ["a memory and attention"] = HybridByTen.Definition,
        ["heads of 96"] = LinearTransformerHeadsOf96.Definition,
    };

    private static readonly int[] Lengths = [50, 1, 17, 33, 16, 15];

    public static TheoryData<string> Models => [.. Definitions.Keys];

    [Theory]
    [MemberData(nameof(Models))]
    public void A_ragged_batch_has_the_sum_of_its_sequences_gradients(string name)
    {
        var whole = Gradient(name, new TrainableOptions { Threads = 2, MaxTokens = 256 }, m => m.Accumulate(Batch(m, Lengths), 0.01));
        var sum = Gradient(name, new TrainableOptions { Threads = 2, MaxTokens = 256 }, m =>
        {
            var batch = Batch(m, Lengths);
            var first = 0;
            foreach (var length in Lengths)
            {
                m.Accumulate(new TrainingBatch(batch.Tokens.Slice(first, length), batch.Targets.Slice(first, length), [new TrainingSequence(length)]), 0.01);
                first += length;
            }
        });
        Agree(whole, sum);
    }

    /// <summary>Windows that the trainer reads from a text of documents, against each document's part by itself: the state starts anew where a document does.</summary>
    [Theory]
    [MemberData(nameof(Models))]
    public void Packed_documents_have_the_sum_of_their_gradients(string name)
    {
        var options = new TrainableOptions { Threads = 2, MaxTokens = 256 };
        using var files = new TemporaryDirectory();
        using var drawn = Model(name, options);
        var random = new Random(6);
        var lengths = new[] { 40, 3, 17, 64, 1, 33, 90, 16, 5, 70 };
        File.WriteAllBytes(files["text"], [.. lengths.SelectMany(length => Enumerable.Range(0, length).Select(i => i == length - 1 ? (byte)0x0C : (byte)random.Next(Math.Min(10, drawn.Vocabulary))))]);
        using var data = TrainingData.Open(files["tokens"], [TextSource.Parse(files["text"])], TokenizerIdentity.Bytes, 0);
        var batch = Within(drawn.Vocabulary, new BatchReader(data, new TrainingSettings { Steps = 1, Context = 64, Batch = 4, Packed = true }, []).Read(0, 0));
        Assert.True(batch.Sequences.Count > 6, $"{batch.Sequences.Count} parts of documents");

        var whole = Gradient(name, options, m => m.Accumulate(batch, 0.01));
        var sum = Gradient(name, options, m =>
        {
            var first = 0;
            foreach (var part in batch.Sequences)
            {
                m.Accumulate(new TrainingBatch(batch.Tokens.Slice(first, part.Count), batch.Targets.Slice(first, part.Count), [part]), 0.01);
                first += part.Count;
            }
        });
        Agree(whole, sum);
    }

    // A form feed is no token of a vocabulary of ten; there it is the last one.
    private static TrainingBatch Within(int vocabulary, TrainingBatch batch) =>
        batch with { Tokens = batch.Tokens.ToArray().Select(id => Math.Min(id, vocabulary - 1)).ToArray(), Targets = batch.Targets.ToArray().Select(id => Math.Min(id, vocabulary - 1)).ToArray() };

    [Theory]
    [MemberData(nameof(Models))]
    public void How_often_inner_states_are_kept_does_not_change_a_bit(string name)
    {
        var reference = Gradient(name, new TrainableOptions { Threads = 2, MaxTokens = 256, CheckpointEvery = 1 }, m => m.Accumulate(Batch(m, Lengths), 0.01)).SelectMany(tensor => tensor.Numbers).ToList();
        foreach (var every in new[] { 2, 3, 4, 1000 })
            Assert.Equal(reference, Gradient(name, new TrainableOptions { Threads = 2, MaxTokens = 256, CheckpointEvery = every }, m => m.Accumulate(Batch(m, Lengths), 0.01)).SelectMany(tensor => tensor.Numbers));
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Neither_threads_nor_the_budget_of_activations_change_a_bit(string name)
    {
        var reference = Gradient(name, new TrainableOptions { Threads = 1, MaxTokens = 300 }, m => m.Accumulate(Batch(m, [.. Lengths, 120]), 0.01)).SelectMany(tensor => tensor.Numbers).ToList();
        foreach (var options in new[]
        {
            new TrainableOptions { Threads = 2, MaxTokens = 300 },
            new TrainableOptions { Threads = 3, MaxTokens = 300 },
            new TrainableOptions { Threads = 5, MaxTokens = 300, ActivationBytes = 1 },
            new TrainableOptions { Threads = 2, MaxTokens = 1000, ActivationBytes = 1 },
        })
            Assert.Equal(reference, Gradient(name, options, m => m.Accumulate(Batch(m, [.. Lengths, 120]), 0.01)).SelectMany(tensor => tensor.Numbers));
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void A_sequence_in_parts_has_the_loss_of_the_whole(string name)
    {
        using var model = Model(name, new TrainableOptions { Threads = 2, MaxTokens = 256 });
        var batch = Batch(model, [132]);
        var whole = model.Measure(batch).Nats;
        foreach (var parts in new int[][] { [50, 82], [1, 15, 16, 17, 83], [33, 33, 33, 33] })
        {
            using var carry = model.CreateCarry();
            double sum = 0;
            var first = 0;
            foreach (var length in parts)
            {
                sum += model.Measure(new TrainingBatch(batch.Tokens.Slice(first, length), batch.Targets.Slice(first, length), [new TrainingSequence(length, carry)])).Nats;
                first += length;
            }
            Assert.Equal(132, carry.Position);
            Assert.Equal(whole, sum, 1e-5 * whole);
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void A_carried_part_has_the_gradient_of_its_own_loss_with_the_carry_fixed(string name)
    {
        using var model = Model(name, new TrainableOptions { Threads = 2, MaxTokens = 256 });
        var batch = Batch(model, [37, 26]);
        using var carry = model.CreateCarry();
        model.Measure(new TrainingBatch(batch.Tokens[..37], batch.Targets[..37], [new TrainingSequence(37, carry)]));
        var start = carry.Numbers.ToArray();
        var part = new TrainingBatch(batch.Tokens[37..], batch.Targets[37..], [new TrainingSequence(26, carry)]);
        var loss = model.Accumulate(part, 1).Nats;

        // along the gradient itself: then rounding is small beside the change
        var gradient = new Span<float>(model.Gradients, (int)model.Length).ToArray();
        var weights = new Span<float>(model.Weights, (int)model.Length).ToArray();
        var squared = gradient.Sum(g => (double)g * g);
        var step = 0.0005 * loss / squared;
        var slope = (Loss(step) - Loss(-step)) / (2 * step);
        Assert.InRange(slope / squared, 1 - 1e-2, 1 + 1e-2);

        double Loss(double along)
        {
            for (var i = 0; i < weights.Length; i++) model.Weights[i] = (float)(weights[i] + along * gradient[i]);
            model.WeightsChanged();
            start.CopyTo(carry.Numbers);
            carry.Position = 37;
            return model.Measure(part).Nats;
        }
    }

    [Fact]
    public void Wrong_batches_are_refused()
    {
        using var model = Model("linear, Mamba", new TrainableOptions { Threads = 1, MaxTokens = 32 });
        using var other = Model("linear, Mamba", new TrainableOptions { Threads = 1, MaxTokens = 32 });
        Refuses("at most 32 tokens, found 33", new int[33], new int[33], new TrainingSequence(33));
        Refuses("a target for each of 4 tokens, found 3", new int[4], new int[3], new TrainingSequence(4));
        Refuses("have 3 tokens, found 4", new int[4], new int[4], new TrainingSequence(3));
        Refuses("at least one token", new int[4], new int[4], new TrainingSequence(4), new TrainingSequence(0));
        Refuses("token 1: expected an id in 0 … ", [0, -1], new int[2], new TrainingSequence(2));
        Refuses("target 0: expected an id in 0 … ", new int[2], [100000, 0], new TrainingSequence(2));
        Refuses("a carry belongs to this model", new int[2], new int[2], new TrainingSequence(2, other.CreateCarry()));

        void Refuses(string expected, int[] tokens, int[] targets, params TrainingSequence[] sequences) =>
            Assert.Contains(expected, Assert.Throws<TttException>(() => model.Accumulate(new TrainingBatch(tokens, targets, sequences), 1)).Message, StringComparison.Ordinal);
    }

    internal static CompiledTrainable Model(string name, TrainableOptions options)
    {
        var model = (CompiledTrainable)Definitions[name].CreateTrainable(3, options);
        if (model.Settings.Any(s => s.Key == "ttt_base_lr")) model.Set("ttt_base_lr", 0.3);
        // large enough that every path matters
        var random = new Random(4);
        foreach (var t in model.Tensors)
            for (var i = 0; i < t.Count; i++) model.Weights[t.Offset + i] += (float)(0.15 * Initialisation.Normal(random));
        model.WeightsChanged();
        return model;
    }

    internal static TrainingBatch Batch(TrainableModel model, int[] lengths)
    {
        var random = new Random(5);
        int[] ids = [.. Enumerable.Range(0, lengths.Sum() + 1).Select(_ => random.Next(model.Vocabulary))];
        var targets = ids[1..];
        targets[3] = -1;
        return new TrainingBatch(ids.AsMemory(0, targets.Length), targets, [.. lengths.Select(length => new TrainingSequence(length))]);
    }

    private static IReadOnlyList<(string Key, double[] Numbers)> Gradient(string name, TrainableOptions options, Action<CompiledTrainable> accumulate)
    {
        using var model = Model(name, options);
        accumulate(model);
        return [.. model.Tensors.Select(t => (t.Key, Enumerable.Range(0, t.Count).Select(i => (double)model.Gradients[t.Offset + i]).ToArray()))];
    }

    private void Agree(IReadOnlyList<(string Key, double[] Numbers)> found, IReadOnlyList<(string Key, double[] Numbers)> expected)
    {
        Assert.All(expected, tensor => Assert.Contains(tensor.Numbers, x => x != 0));
        var errors = found.Zip(expected, (f, e) => (f.Key, Error: RelativeError.Of(f.Numbers, e.Numbers))).OrderByDescending(e => e.Error).ToList();
        output.WriteLine($"{errors.Count} tensors, the worst: {errors[0].Key}: {errors[0].Error:E2}");
        Assert.True(errors.All(e => e.Error <= Bar), string.Join("\n", errors.Where(e => !(e.Error <= Bar)).Select(e => $"{e.Key}: {e.Error:E2}")));
    }
}
