using TttGen.Inference;
using TttGen.Numerics.Tests.Spec;

namespace TttGen.Numerics.Tests.Compiled;

/// <summary>Batches, long prompts and threads: more rows than one pass takes, more sequences than it takes, lengths that differ.</summary>
public sealed class BatchTests(Xunit.Abstractions.ITestOutputHelper output)
{
    private const double Bar = 1e-5;

    public static TheoryData<string> Backbones => ["linear-transformer", "linear-mamba", "mlp-transformer", "mlp-mamba"];

    [Theory]
    [MemberData(nameof(Backbones))]
    public void Prompts_longer_than_a_pass_give_what_short_calls_give(string name)
    {
        using var golden = new GoldenCase(name);
        using var model = CompiledModels.Load(golden, name);
        int[] lengths = [1100, 530, CompiledModel.MaxRows + 1];
        var tokens = Draw(model, lengths);
        var expected = tokens.Select(sequence => InPieces(model, sequence, 77)).ToArray();

        var together = AllRows(model, tokens);
        for (var s = 0; s < lengths.Length; s++)
        {
            output.WriteLine($"sequence {s}: {RelativeError.Of(together[s], expected[s]):E1}");
            RelativeError.Within(Bar, together[s], expected[s], $"sequence {s} of the batch");
            RelativeError.Within(Bar, model.AllLogits(tokens[s]), expected[s], $"sequence {s} by itself");
        }
    }

    [Theory]
    [MemberData(nameof(Backbones))]
    public void Logits_of_the_last_rows_are_the_last_of_all_rows(string name)
    {
        using var golden = new GoldenCase(name);
        using var model = CompiledModels.Load(golden, name);
        var tokens = Draw(model, [1100, 1, 530, 16, 17]);
        var all = AllRows(model, tokens);
        var last = new float[tokens.Length * model.Vocabulary];
        model.Prefill(States(model, tokens.Length), [.. tokens.SelectMany(sequence => sequence)], [.. tokens.Select(sequence => sequence.Length)], last);
        for (var s = 0; s < tokens.Length; s++)
            RelativeError.Within(Bar, Row(model, last, s), all[s].AsSpan(^model.Vocabulary..), $"last row of sequence {s}");
    }

    [Theory]
    [MemberData(nameof(Backbones))]
    public void Sequences_of_a_batch_do_not_see_each_other(string name)
    {
        using var golden = new GoldenCase(name);
        using var model = CompiledModels.Load(golden, name);
        var tokens = Draw(model, [5, 40, 1, 16, 33, 2, 64]);
        var together = AllRows(model, tokens);
        for (var s = 0; s < tokens.Length; s++) RelativeError.Within(Bar, together[s], model.AllLogits(tokens[s]), $"sequence {s}");
    }

    /// <summary>Each sequence at a place of its own in its mini-batch.</summary>
    [Theory]
    [MemberData(nameof(Backbones))]
    public void More_sequences_than_a_pass_takes_are_decoded_as_each_alone(string name)
    {
        const int Count = CompiledModel.MaxRows + 60;
        using var golden = new GoldenCase(name);
        using var model = CompiledModels.Load(golden, name);
        var prompts = Draw(model, [.. Enumerable.Range(0, Count).Select(s => 1 + s % 19)]);
        var next = Draw(model, [Count])[0];
        var states = States(model, Count);
        var logits = new float[Count * model.Vocabulary];
        model.Prefill(states, [.. prompts.SelectMany(prompt => prompt)], [.. prompts.Select(prompt => prompt.Length)], logits);
        model.Decode(states, next, logits);
        for (var s = 0; s < Count; s += 7)
            RelativeError.Within(Bar, Row(model, logits, s), model.AllLogits([.. prompts[s], next[s]]).AsSpan(^model.Vocabulary..), $"sequence {s}");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(7)]
    public void Any_number_of_threads_gives_the_same_logits(int threads)
    {
        using var golden = new GoldenCase("mlp-mamba");
        using var model = MlpMamba.Load(golden.Directory, new ModelOptions { Threads = threads });
        using var two = MlpMamba.Load(golden.Directory, new ModelOptions { Threads = 2 });
        Assert.Equal(threads, model.Threads);
        var tokens = Draw(model, [203, 5, 64]);
        foreach (var (found, expected) in AllRows(model, tokens).Zip(AllRows(two, tokens))) RelativeError.Within(Bar, found, expected, "logits");
        RelativeError.Within(Bar, model.DecodedLogits(tokens[1]), two.DecodedLogits(tokens[1]), "logits token by token");
    }

    [Theory]
    [MemberData(nameof(Backbones))]
    public void Decoding_allocates_nothing(string name)
    {
        using var golden = new GoldenCase(name);
        using var model = CompiledModels.Load(golden, name, threads: 1);
        var states = States(model, 3);
        var logits = new float[3 * model.Vocabulary];
        int[] tokens = [1, 2, 3];
        Decode(40);
        // the best of some rounds: a collection that another test causes counts what is left of this thread's block as allocated
        Assert.Equal(0, Enumerable.Range(0, 10).Min(_ =>
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Decode(4);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }));

        void Decode(int steps)
        {
            for (var step = 0; step < steps; step++)
            {
                model.Decode(states, tokens, logits);
                model.Decode(states[0], 4, logits.AsSpan(0, model.Vocabulary));
            }
        }
    }

    private static int[][] Draw(TttModel model, int[] lengths)
    {
        var random = new Random(47);
        return [.. lengths.Select(length => Enumerable.Range(0, length).Select(_ => random.Next(model.Vocabulary)).ToArray())];
    }

    /// <summary>[T, V] of each sequence of one call; every row is handed over once, in order.</summary>
    private static double[][] AllRows(TttModel model, int[][] tokens)
    {
        var rows = tokens.Select(_ => new List<double>()).ToArray();
        model.Prefill(States(model, tokens.Length), [.. tokens.SelectMany(sequence => sequence)], [.. tokens.Select(sequence => sequence.Length)], (sequence, first, logits) =>
        {
            Assert.Equal(first * model.Vocabulary, rows[sequence].Count);
            foreach (var logit in logits) rows[sequence].Add(logit);
        });
        return [.. rows.Select(sequence => sequence.ToArray())];
    }

    private static double[] InPieces(TttModel model, int[] tokens, int piece)
    {
        var rows = new List<double>();
        using var state = model.CreateState();
        foreach (var part in tokens.Chunk(piece))
            model.Prefill([state], part, [part.Length], (_, _, logits) =>
            {
                foreach (var logit in logits) rows.Add(logit);
            });
        return [.. rows];
    }

    private static SequenceState[] States(TttModel model, int count) => [.. Enumerable.Range(0, count).Select(_ => model.CreateState())];

    private static double[] Row(TttModel model, float[] logits, int row) => [.. logits.Skip(row * model.Vocabulary).Take(model.Vocabulary).Select(logit => (double)logit)];
}
