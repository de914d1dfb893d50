using TttGen.Checkpoints;
using TttGen.Training.Data;

namespace TttGen.Training.Tests;

/// <summary>Sequences whose keys and values lie in pages learn in parts what they learn as a whole, in checkpoints of a training, too.</summary>
public sealed class PagedCarryTests : RunTests
{
    private static readonly TrainingSettings Carrying = Settings with { Carry = 192, Context = 48, Batch = 2, Accumulate = 1, Steps = 8 };

    [Theory]
    [InlineData(1)]
    [InlineData(40)]
    [InlineData(64)]
    public void A_sequence_read_in_parts_gives_the_losses_of_a_whole(int part)
    {
        using var model = Model();
        var tokens = Tokens(1, 300);
        var whole = model.Measure(Batch(tokens, new TrainingSequence(300))).Nats;
        using var carry = model.CreateCarry();
        var parts = 0.0;
        for (var at = 0; at < 300; at += part)
        {
            var piece = tokens.AsMemory(at, Math.Min(part, 300 - at));
            parts += model.Accumulate(Batch(piece, new TrainingSequence(piece.Length, carry)), 1).Nats;
            Assert.Equal(at + piece.Length, carry.Position);
        }
        Assert.Equal(whole, parts, 1e-4 * whole);
        Assert.Equal(1 + 300, carry.Numbers[0]);
    }

    [Fact]
    public void Sequences_of_one_call_have_pages_of_their_own()
    {
        using var model = Model();
        using var carry = model.CreateCarry();
        int[] one = Tokens(1, 100), two = Tokens(2, 130), three = Tokens(3, 70);
        double Alone(int[] tokens) => model.Measure(Batch(tokens, new TrainingSequence(tokens.Length))).Nats;
        var expected = Alone(one) + Alone(two) + Alone(three);
        for (var round = 0; round < 3; round++)
        {
            carry.Reset();
            var found = model.Accumulate(Batch((int[])[.. one, .. two, .. three], new(100), new(130, carry), new(70)), 1).Nats;
            Assert.Equal(expected, found, 1e-4 * expected);
        }
    }

    [Fact]
    public void Pages_of_a_call_are_used_again_and_counted()
    {
        using var model = Model();
        var tokens = Tokens(1, 256);
        model.Accumulate(Batch(tokens, new TrainingSequence(256)), 1);
        var bytes = model.WorkingBytes;
        model.Accumulate(Batch(tokens, [.. Enumerable.Repeat(new TrainingSequence(64), 4)]), 1);
        Assert.Equal(bytes, model.WorkingBytes);
        model.Accumulate(Batch(tokens, [.. Enumerable.Repeat(new TrainingSequence(32), 8)]), 1);
        Assert.Equal(bytes + 4 * 3 * 64 * sizeof(float), model.WorkingBytes);
    }

    [Fact]
    public void A_call_that_fails_leaves_a_carry_as_it_was()
    {
        using var model = Model();
        using var carry = model.CreateCarry();
        int[] first = Tokens(1, 100), second = Tokens(2, 100);
        model.Measure(Batch(first, new TrainingSequence(100, carry)));
        model.BeforeForward = static () => throw new InvalidOperationException();
        Assert.Throws<InvalidOperationException>(() => model.Accumulate(Batch(Tokens(3, 200), new TrainingSequence(200, carry)), 1));
        model.BeforeForward = null;
        Assert.Equal(100, carry.Position);
        var found = model.Measure(Batch(second, new TrainingSequence(100, carry))).Nats;
        using var other = model.CreateCarry();
        model.Measure(Batch(first, new TrainingSequence(100, other)));
        Assert.Equal(model.Measure(Batch(second, new TrainingSequence(100, other))).Nats, found);
    }

    [Fact]
    public void A_carry_stands_only_where_it_has_pages()
    {
        using var model = Model();
        using var carry = model.CreateCarry();
        model.Measure(Batch(Tokens(1, 200), new TrainingSequence(200, carry)));
        Assert.Contains("0 … 200", Assert.Throws<TttException>(() => carry.Position = 201).Message, StringComparison.Ordinal);
        Assert.Contains("can't go back", Assert.Throws<TttException>(() => carry.Position = 100).Message, StringComparison.Ordinal);
        carry.Position = 0;
        var start = model.Measure(Batch(Tokens(2, 30), new TrainingSequence(30, carry))).Nats;
        Assert.Equal(model.Measure(Batch(Tokens(2, 30), new TrainingSequence(30))).Nats, start);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(6)]
    public void A_training_cut_between_parts_goes_on_bit_for_bit(int cut)
    {
        var expected = Steps(null, 8);
        Steps(null, cut);
        Assert.Equal(expected, Steps(Folder.Checkpoint, 8 - cut));
    }

    [Fact]
    public void A_damaged_checkpoint_is_refused()
    {
        Steps(null, 3);
        var whole = File.ReadAllBytes(Folder.Checkpoint);
        var json = System.Text.Encoding.UTF8.GetString(whole, 20, BitConverter.ToInt32(whole, 16));
        Assert.Contains("\"carry_pages\":", json, StringComparison.Ordinal);
        foreach (var length in (int[])[whole.Length - 1, whole.Length - 400])
            Refuse(whole[..length]);
        foreach (var at in (int[])[whole.Length - 5, whole.Length - 300])
        {
            var flipped = whole.ToArray();
            flipped[at] ^= 16;
            Refuse(flipped);
        }

        // Pages for another place: as many numbers as the header says, and a checksum that is right.
        var lies = System.Text.Encoding.UTF8.GetBytes(json.Replace("\"carries\":[144,144]", "\"carries\":[120,100]", StringComparison.Ordinal));
        byte[] content = [.. whole[..16], .. BitConverter.GetBytes(lies.Length), .. lies, .. whole[(20 + json.Length)..^4]];
        Refuse([.. content, .. BitConverter.GetBytes(Crc32C.Of(content))]);

        void Refuse(byte[] bytes)
        {
            File.WriteAllBytes(Folder.Checkpoint, bytes);
            Refused(() => Steps(Folder.Checkpoint, 1));
        }
    }

    private static PagedTrainable Model() => new(new SmallDefinition(), new TrainableOptions { MaxTokens = 320, Threads = 1 });

    private static int[] Tokens(int seed, int count)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => random.Next(PagedTrainable.Words))];
    }

    private static TrainingBatch Batch(ReadOnlyMemory<int> tokens, params TrainingSequence[] sequences) => new(tokens, tokens.ToArray().Select(static token => (token + 1) % PagedTrainable.Words).ToArray(), sequences);

    /// <summary>Does steps from the start or from a checkpoint, writes one, gives the weights.</summary>
    private float[] Steps(string? from, int steps)
    {
        Folder.Create();
        using var model = Model();
        using var data = TrainingData.Open(Folder.Tokens, [.. Texts.Select(TextSource.Parse)], TokenizerIdentity.Bytes, Carrying.HeldOut);
        using var run = new TrainingRun(model, data, Carrying, TimeProvider.System);
        if (from is not null) run.Resume(from);
        for (var step = 0; step < steps; step++) run.Next(watch: false);
        run.Save(Folder.Checkpoint, Options);
        return WeightsOf(model);
    }
}
