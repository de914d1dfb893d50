using TttGen.Training.Data;

namespace TttGen.Training.Tests;

public sealed class SamplingTests : TrainingTests
{
    private static readonly TrainingSettings Settings = new() { Steps = 100, Context = 8, Batch = 4, Accumulate = 2, Seed = 3 };

    [Fact]
    public void Seed_and_step_say_what_a_batch_holds()
    {
        using var data = Open(0.05m, Files.With("text.txt", Prose(2000))["text.txt"]);
        var (one, two) = (new BatchReader(data, Settings, []), new BatchReader(data, Settings, []));
        one.Read(0, 0);

        Assert.Equal(one.Read(17, 1).Tokens.ToArray(), two.Read(17, 1).Tokens.ToArray());
        Assert.NotEqual(one.Read(17, 1).Tokens.ToArray(), one.Read(17, 0).Tokens.ToArray());
        Assert.NotEqual(one.Read(17, 1).Tokens.ToArray(), one.Read(18, 1).Tokens.ToArray());
        Assert.NotEqual(one.Read(17, 1).Tokens.ToArray(), new BatchReader(data, Settings with { Seed = 4 }, []).Read(17, 1).Tokens.ToArray());
    }

    [Fact]
    public void Targets_are_the_tokens_one_later_and_never_held_out()
    {
        // Each place has a value of its own, in two bytes of which one is even and the other odd.
        var text = Enumerable.Range(0, 100).SelectMany(static i => new[] { (byte)(2 * i), (byte)1 }).ToArray();
        using var data = Open(0.5m, Files.With("text.txt", text)["text.txt"]);
        var reader = new BatchReader(data, Settings, []);
        for (var step = 0; step < 200; step++)
        {
            var batch = reader.Read(step, step % 2);
            Assert.Equal([8, 8, 8, 8], batch.Sequences.Select(static sequence => sequence.Count));
            for (var row = 0; row < 4; row++)
            {
                var (tokens, targets) = (batch.Tokens.Span.Slice(8 * row, 8).ToArray(), batch.Targets.Span.Slice(8 * row, 8).ToArray());
                Assert.Equal(tokens[1..], targets[..^1]);
                var place = text.AsSpan().IndexOf([.. tokens.Select(static token => (byte)token)]);
                Assert.InRange(place, 0, 100 - 9);
                Assert.Equal(text[place + 8], targets[^1]);
            }
        }
    }

    [Fact]
    public void Every_place_is_drawn_equally_often()
    {
        using var data = Open(0, Files.With("text.txt", Prose(50))["text.txt"]);
        var places = new PlaceSampler(data, 10, 5);
        var counts = new int[40];
        for (ulong number = 0; number < 40_000; number++)
            counts[places.First(number)]++;

        // Five standard deviations.
        Assert.All(counts, static count => Assert.InRange(count, 1000 - 158, 1000 + 158));
    }

    [Fact]
    public void A_weight_makes_the_places_of_a_text_as_much_likelier()
    {
        using var data = Open(0, Files.With("a.txt", Prose(110))["a.txt"], Files.With("b.txt", Prose(60))["b.txt"] + "*4");
        var places = new PlaceSampler(data, 10, 5);
        var second = Enumerable.Range(0, 30_000).Count(number => places.First((ulong)number) >= 110);

        Assert.InRange(second, 20_000 - 500, 20_000 + 500);
    }

    [Fact]
    public void Packed_windows_are_cut_where_documents_end_and_ask_nothing_across()
    {
        const string text = "aaaaa\fbb\fc\fddddddddd\feeeee\ffffffffffff";
        using var data = Open(0, Files.With("text.txt", text)["text.txt"]);
        var reader = new BatchReader(data, Settings with { Packed = true }, []);
        var cuts = 0;
        for (var step = 0; step < 100; step++)
        {
            var batch = reader.Read(step, 0);
            var t = 0;
            foreach (var sequence in batch.Sequences)
            {
                var tokens = batch.Tokens.Span.Slice(t, sequence.Count);
                var targets = batch.Targets.Span.Slice(t, sequence.Count);
                Assert.DoesNotContain('\f', tokens[..^1].ToArray());
                Assert.Equal(tokens[1..].ToArray(), targets[..^1].ToArray());
                Assert.Equal(tokens[^1] == '\f', targets[^1] == -1);
                Assert.Null(sequence.Carry);
                t += sequence.Count;
            }
            Assert.Equal(32, t);
            cuts += batch.Sequences.Count - 4;
        }
        Assert.True(cuts > 100);
    }

    [Fact]
    public void Carried_sequences_go_on_from_step_to_step_and_documents_start_afresh()
    {
        // Documents of 3, 30 and 43 tokens, each token told from all others but the form feeds.
        var text = Enumerable.Range(100, 76).Select(static i => (byte)i).ToArray();
        text[2] = text[32] = 12;
        using var data = Open(0, Files.With("text.txt", text)["text.txt"]);
        using var model = (SmallTrainable)new SmallDefinition().CreateTrainable(1, new TrainableOptions());
        CarryLane[] lanes = [.. Enumerable.Range(0, 8).Select(_ => new CarryLane(model))];
        var reader = new BatchReader(data, Settings with { Carry = 32 }, lanes);
        var read = Enumerable.Range(0, 8).Select(static _ => new List<int>()).ToArray();
        var (continued, fresh) = (0, 0);
        for (var step = 0; step < 120; step++)
        {
            for (var call = 0; call < 2; call++)
            {
                var batch = reader.Read(step, call);
                model.Measure(batch);
                var (t, row) = (0, 0);
                foreach (var sequence in batch.Sequences)
                {
                    var lane = read[call * 4 + row];
                    var tokens = batch.Tokens.Span.Slice(t, sequence.Count).ToArray();
                    var starts = t % 8 != 0 || (step + call * 4 + row) % 4 == 0 || Array.IndexOf(text, (byte)tokens[0]) is 3 or 33;
                    if (starts)
                        lane.Clear();
                    lane.AddRange(tokens);
                    t += sequence.Count;

                    // What is carried on has read all of the sequence so far and nothing else.
                    if (t % 8 == 0)
                    {
                        Assert.NotNull(sequence.Carry);
                        Assert.Same(lanes[call * 4 + row].Current, sequence.Carry);
                        if (step > 4)
                            Assert.Equal((lane.Count, tokens[^1]), ((int)sequence.Carry.Position, (int)sequence.Carry.Numbers[0]));
                        _ = starts ? fresh++ : continued++;
                        row++;
                    }
                }
            }
        }
        Assert.True(fresh > 240 && continued > 500, $"{fresh} fresh, {continued} continued");
    }

    [Fact]
    public void A_text_shorter_than_a_sequence_is_refused()
    {
        using var data = Open(0, Files.With("long.txt", Prose(100))["long.txt"], Files.With("short.txt", "eight by")["short.txt"]);

        var message = Refused(() => _ = new BatchReader(data, Settings, []));
        Assert.Contains("short.txt: expected at least 9 tokens to learn from, found 8", message, StringComparison.Ordinal);
        Assert.Contains("long.txt: expected at least 105 tokens", Refused(() => _ = new BatchReader(data, Settings with { Carry = 104 }, [])), StringComparison.Ordinal);
    }
}
