using TttGen.Cpu;
using TttGen.Inference;
using TttGen.Runtime.Tests.Checkpoints;
using static TttGen.Runtime.Tests.Inference.PagedModel;

namespace TttGen.Runtime.Tests.Inference;

/// <summary>States whose keys and values lie in pages: whatever is shared, dropped, saved or gone back over, the answers are those of a fresh state that reads the same tokens.</summary>
[Collection(nameof(Cpu.NativeBufferTests))]
public sealed class SequencePagesTests : IDisposable
{
    private const long FixedBytes = sizeof(float);

    private readonly PagedModel _model = new();
    private readonly TemporaryDirectory _files = new();

    public SequencePagesTests() => NativeBuffer.PoisonFresh = true;

    public void Dispose()
    {
        NativeBuffer.PoisonFresh = false;
        _model.Dispose();
        _files.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(63)]
    [InlineData(64)]
    [InlineData(65)]
    [InlineData(1000)]
    public void Any_split_into_calls_gives_the_answers_of_one_call(int count)
    {
        var (tokens, random) = (Words(1, count), new Random(count));
        using var state = _model.CreateState();
        float[] found = [];
        for (var at = 0; at < count;)
        {
            var take = Math.Min(count - at, random.Next(1, 80));
            found = _model.Reads(state, tokens.AsSpan(at, take));
            at += take;
        }
        Assert.Equal(_model.Answer(tokens), found);
        Assert.All(found, static logit => Assert.True(float.IsFinite(logit)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(100)]
    [InlineData(640)]
    [InlineData(700)]
    public void Forks_go_on_without_each_other(int count)
    {
        int[] start = Words(1, count), one = Words(2, 90), two = Words(3, 90);
        using var state = _model.CreateState();
        _model.Reads(state, start);
        using var fork = state.Fork();
        Assert.Equal(count, fork.Position);
        float[] first = [], second = [];
        for (var t = 0; t < one.Length; t++)
        {
            first = _model.Reads(state, one.AsSpan(t, 1));
            second = _model.Reads(fork, two.AsSpan(t, 1));
        }
        Assert.Equal(_model.Answer([.. start, .. one]), first);
        Assert.Equal(_model.Answer([.. start, .. two]), second);
    }

    [Fact]
    public void A_fork_shares_full_pages_and_has_its_own_last_one()
    {
        using var state = _model.CreateState();
        _model.Reads(state, Words(1, 650));
        var before = state.Bytes;
        var fork = state.Fork();
        Assert.Equal(before + FixedBytes + 2 * PageBytes, state.Bytes + fork.Bytes);
        using (var third = fork.Fork()) Assert.InRange(state.Bytes + fork.Bytes + third.Bytes, before + 2 * FixedBytes + 4 * PageBytes - 100, before + 2 * FixedBytes + 4 * PageBytes);
        fork.Dispose();
        Assert.Equal(before, state.Bytes);
        Assert.Equal(_model.Answer([.. Words(1, 650), 3]), _model.Reads(state, [3]));
    }

    [Theory]
    [InlineData(700, 650)]
    [InlineData(700, 640)]
    [InlineData(130, 1)]
    [InlineData(70, 64)]
    public void A_state_that_went_back_answers_as_one_that_never_read_on(int count, int back)
    {
        using var model = new PagedModel(classes: [Both[0]]);
        int[] start = Words(1, count), other = Words(2, 90);
        using var state = model.CreateState();
        model.Reads(state, start);
        state.Rewind(back);
        Assert.Equal((back, FixedBytes + (back + 63) / 64 * PageBytes), (state.Position, state.Bytes));
        Assert.Equal(model.Answer([.. start.AsSpan(0, back), .. other]), model.Reads(state, other));
    }

    [Fact]
    public void A_shared_page_is_copied_before_it_is_written_to()
    {
        using var model = new PagedModel(classes: [Both[0]]);
        var start = Words(1, 256);
        using var state = model.CreateState();
        model.Reads(state, start);
        using var fork = state.Fork();
        fork.Rewind(100);
        Assert.Equal(model.Answer([.. start.AsSpan(0, 100), 7, 7]), model.Reads(fork, [7, 7]));
        Assert.Equal(model.Answer([.. start, 1]), model.Reads(state, [1]));
        state.Rewind(100);
        Assert.Equal(model.Answer([.. start.AsSpan(0, 100), 6]), model.Reads(state, [6]));
        Assert.Equal(model.Answer([.. start.AsSpan(0, 100), 7, 7, 5]), model.Reads(fork, [5]));
    }

    [Fact]
    public void A_window_can_be_gone_back_in_only_as_far_as_its_tokens_are_there()
    {
        var start = Words(1, 300);
        using var state = _model.CreateState();
        _model.Reads(state, start);
        state.Rewind(299);
        Assert.Equal(_model.Answer([.. start.AsSpan(0, 299), 1]), _model.Reads(state, [1]));
        var error = Assert.Throws<TttException>(() => state.Rewind(200));
        Assert.Equal("this sequence can't go back to its token 200: of the 100 tokens of a window before it those up to 192 are gone; fork the state where you may want to return", error.Message);
        Assert.Equal(300, state.Position);
        Assert.Equal(_model.Answer([.. start.AsSpan(0, 299), 1, 2]), _model.Reads(state, [2]));
        state.Rewind(0);
        Assert.Equal((0, FixedBytes), (state.Position, state.Bytes));
        Assert.Equal(_model.Answer(start), _model.Reads(state, start));
    }

    [Fact]
    public void Places_that_a_state_can_not_go_back_to_are_refused()
    {
        using var model = new PagedModel(onlyPages: false);
        using var state = model.CreateState();
        model.Reads(state, [1, 2, 3]);
        Assert.Throws<ArgumentOutOfRangeException>(() => state.Rewind(-1));
        Assert.Throws<ArgumentOutOfRangeException>(() => state.Rewind(4));
        Assert.Equal("this model's inner weights can't go back; fork the state where you may want to return", Assert.Throws<TttException>(() => state.Rewind(2)).Message);
        state.Rewind(3);
        Assert.Equal(model.Answer(1, 2, 3, 4), model.Reads(state, [4]));
        state.Rewind(0);
        Assert.Equal(0, state.Position);
        Assert.Equal(model.Answer(5), model.Reads(state, [5]));
    }

    [Fact]
    public void A_window_holds_a_bounded_number_of_pages()
    {
        using var model = new PagedModel(classes: [Both[1]]);
        using var state = model.CreateState();
        var tokens = Words(1, 10_000);
        long most = 0;
        for (var at = 0; at < tokens.Length; at += 20)
        {
            model.Reads(state, tokens.AsSpan(at, 20));
            most = Math.Max(most, state.Bytes);
        }
        Assert.InRange(most, 2 * PageBytes, FixedBytes + 3 * PageBytes);
        Assert.Equal(model.Answer(tokens), model.Reads(Rewound(), tokens));

        SequenceState Rewound()
        {
            state.Reset();
            return state;
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(64)]
    [InlineData(127)]
    [InlineData(700)]
    public void A_restored_state_goes_on_bit_by_bit(int count)
    {
        var tokens = Words(1, count);
        using var state = _model.CreateState();
        if (count > 0) _model.Reads(state, tokens);
        state.Save(_files["state"]);
        using var restored = _model.CreateState();
        _model.Reads(restored, Words(9, 77));
        restored.Restore(_files["state"]);
        Assert.Equal((count, state.Bytes), (restored.Position, restored.Bytes));
        Assert.Equal(_model.Reads(state, Words(2, 100)), _model.Reads(restored, Words(2, 100)));
    }

    [Fact]
    public void A_file_of_a_model_without_pages_is_as_it_always_was()
    {
        StateFile.Write(_files["state"], "M (3 numbers)", 7, [1, -2, 0.5f]);
        byte[] head = [.. "TttGenState3"u8, 13, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0, .. "M (3 numbers)"u8, 0, 0, 128, 63, 0, 0, 0, 192, 0, 0, 0, 63];
        Assert.Equal([.. head, .. BitConverter.GetBytes(TttGen.Checkpoints.Crc32C.Of(head))], File.ReadAllBytes(_files["state"]));
    }

    [Fact]
    public void A_file_says_nothing_of_tokens_that_were_not_read()
    {
        using var model = new PagedModel(classes: [Both[0]]);
        using SequenceState straight = model.CreateState(), winding = model.CreateState();
        model.Reads(straight, Words(1, 100));
        model.Reads(winding, [.. Words(1, 100), .. Words(2, 200)]);
        winding.Rewind(100);
        straight.Save(_files["straight"]);
        winding.Save(_files["winding"]);
        var bytes = File.ReadAllBytes(_files["straight"]);
        Assert.Equal(bytes, File.ReadAllBytes(_files["winding"]));
        var numbers = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(bytes.AsSpan((int)(bytes.Length - 4 - 2 * PageBytes), (int)(2 * PageBytes))).ToArray();
        Assert.All(numbers, static number => Assert.True(float.IsFinite(number)));
    }

    [Fact]
    public void A_file_that_is_not_whole_is_refused_and_the_state_stays_as_it_was()
    {
        using var state = _model.CreateState();
        var tokens = Words(1, 200);
        _model.Reads(state, tokens);
        state.Save(_files["state"]);
        var whole = File.ReadAllBytes(_files["state"]);
        for (var length = 0; length < whole.Length; length += length < 200 ? 1 : 97) Refused(whole[..length]);
        Refused([.. whole, 0]);
        for (var at = 0; at < whole.Length; at += at < 200 ? 1 : 97)
        {
            var damaged = whole.ToArray();
            damaged[at] ^= (byte)(1 << at % 8);
            Refused(damaged);
        }

        // Another place, at which there are as many pages.
        var elsewhere = whole.ToArray();
        elsewhere[16]--;
        Refused(elsewhere);
        Assert.Equal(_model.Answer([.. tokens, 1]), _model.Reads(state, [1]));

        void Refused(byte[] content)
        {
            File.WriteAllBytes(_files["bad"], content);
            var bytes = state.Bytes;
            Assert.StartsWith(_files["bad"], Assert.Throws<TttException>(() => state.Restore(_files["bad"])).Message, StringComparison.Ordinal);
            Assert.Equal((200, bytes), (state.Position, state.Bytes));
        }
    }

    [Fact]
    public void A_state_is_of_the_weights_that_made_it()
    {
        using PagedModel same = new(new ModelOptions { Threads = 1, Weights = WeightType.Int8 }), other = new(seed: 2);
        using SequenceState state = _model.CreateState(), sameState = same.CreateState(), otherState = other.CreateState();
        _model.Reads(state, Words(1, 70));
        state.Save(_files["state"]);
        sameState.Restore(_files["state"]);
        Assert.Equal(70, sameState.Position);
        Assert.Contains("other weights", Assert.Throws<TttException>(() => otherState.Restore(_files["state"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_reset_state_holds_no_pages()
    {
        using var state = _model.CreateState();
        _model.Reads(state, Words(1, 300));
        state.Reset();
        Assert.Equal((0, FixedBytes), (state.Position, state.Bytes));
        Assert.Equal(_model.Answer(Words(2, 10)), _model.Reads(state, Words(2, 10)));
    }

    [Fact]
    public void More_tokens_than_a_sequence_may_have_are_refused_before_any_is_read()
    {
        using var model = new PagedModel(new ModelOptions { Threads = 1, MaxContext = 100 });
        using SequenceState one = model.CreateState(), two = model.CreateState();
        model.Reads(two, Words(1, 90));
        var bytes = two.Bytes;
        model.BeforePass = static () => Assert.Fail("expected no pass");
        var error = Assert.Throws<TttException>(() => model.Prefill([one, two], Words(2, 31), [20, 11], new float[2 * VocabularySize]));
        Assert.Equal("sequence 1: expected at most 100 tokens (--max-context), found 90 + 11; allow more, or start a sequence anew", error.Message);
        Assert.Equal((0, FixedBytes, 90, bytes), (one.Position, one.Bytes, two.Position, two.Bytes));
        model.BeforePass = null;
        model.Prefill([one, two], Words(2, 30), [20, 10], new float[2 * VocabularySize]);
        Assert.Equal((20, 100), (one.Position, two.Position));
        Assert.Throws<TttException>(() => model.Decode(two, 1, new float[VocabularySize]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PagedModel(new ModelOptions { MaxContext = 0 }));
    }

    [Fact]
    public void A_call_whose_pages_there_is_no_memory_for_is_refused_before_it_works()
    {
        NativeBuffer.PoisonFresh = false;
        using var model = new PagedModel(classes: [Both[0], new PageClass(1L << 50, 0)]);
        using var state = model.CreateState();
        model.BeforePass = static () => Assert.Fail("expected no pass");
        var error = Assert.Throws<TttException>(() => model.Reads(state, Words(1, 70)));
        Assert.Equal($"keys and values: expected {2 * PageBytes + 2 * sizeof(float) * (1L << 50)} bytes for 70 tokens of a sequence, found no memory for them; read fewer tokens, or dispose of other states", error.Message);
        Assert.Equal((0, FixedBytes), (state.Position, state.Bytes));
    }

    [Fact]
    public void A_call_that_fails_keeps_no_pages_of_tokens_that_it_has_not_read()
    {
        using var state = _model.CreateState();
        var tokens = Words(1, 100);
        _model.Reads(state, tokens);
        var bytes = state.Bytes;
        _model.BeforePass = static () => throw new InvalidOperationException();
        Assert.Throws<InvalidOperationException>(() => _model.Reads(state, Words(2, 900)));
        Assert.Equal((100, bytes), (state.Position, state.Bytes));
        _model.BeforePass = null;
        Assert.Equal(_model.Answer([.. tokens, 1]), _model.Reads(state, [1]));
    }

    [Fact]
    public void Eight_threads_go_on_from_forks_of_one_state_while_memory_is_collected()
    {
        using var model = new PagedModel(classes: [Both[0]]);
        var start = Words(1, 200);
        var state = model.CreateState();
        model.Reads(state, start);
        SequenceState[] forks = [.. Enumerable.Range(0, 8).Select(_ => state.Fork())];
        state.Dispose();
        using var stop = new CancellationTokenSource();
        var collector = new Thread(() =>
        {
            while (!stop.IsCancellationRequested)
            {
                GC.Collect();
                GC.WaitForPendingFinalizers();
            }
        });
        collector.Start();
        string?[] faults = new string?[8];
        Thread[] threads = [.. Enumerable.Range(0, 8).Select(i => new Thread(() => faults[i] = Fault(forks[i], i)))];
        foreach (var thread in threads) thread.Start();
        foreach (var thread in threads) thread.Join();
        stop.Cancel();
        collector.Join();
        Assert.All(faults, Assert.Null);

        string? Fault(SequenceState fork, int thread)
        {
            try
            {
                using var own = new PagedModel(classes: [Both[0]]);
                var random = new Random(thread);
                for (var round = 0; round < 60; round++)
                {
                    // Some are disposed of, others left to the collector.
                    var branch = fork.Fork();
                    var back = random.Next(1, 201);
                    branch.Rewind(back);
                    var text = Words(1000 * thread + round, 150);
                    if (!own.Reads(branch, text).SequenceEqual(own.Answer([.. start.AsSpan(0, back), .. text]))) return $"thread {thread}, round {round}";
                    if (round % 2 == 0) branch.Dispose();
                }
                fork.Dispose();
                return null;
            }
            catch (Exception error)
            {
                return error.ToString();
            }
        }
    }
}
