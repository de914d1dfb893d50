using TttGen.Inference;
using TttGen.Numerics.Tests.Spec;

namespace TttGen.Numerics.Tests.Compiled;

/// <summary>Calls that make no sense are refused in one line that names the thing, and nothing is read into any state.</summary>
public sealed class CallTests : IDisposable
{
    private readonly GoldenCase _golden = new("linear-mamba");
    private readonly CompiledModel _model;
    private readonly SequenceState _state;
    private readonly float[] _logits = new float[97];

    public CallTests()
    {
        _model = LinearMamba.Load(_golden.Directory, new ModelOptions { Threads = 1 });
        _state = _model.CreateState();
    }

    [Fact]
    public void An_empty_prompt_is_refused()
    {
        Refused("sequence 0: expected at least one token, found none", () => _model.Prefill(_state, [], _logits));
        Refused("at least one sequence", () => _model.Prefill([], [], [], _logits.AsSpan(0, 0)));
        using var other = _model.CreateState();
        Refused("sequence 1: expected at least one token", () => _model.Prefill([_state, other], [1], [1, 0], new float[2 * 97]));
        Refused("sequence 1: expected at least one token", () => _model.Prefill([_state, other], [1], [2, -1], new float[2 * 97]));
    }

    [Theory]
    [InlineData(97)]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    [InlineData(int.MinValue)]
    public void Ids_out_of_range_are_refused(int id)
    {
        Refused($"token 2: expected an id in 0 … 96, found {id}", () => _model.Prefill(_state, [1, 96, id, 3], _logits));
        Refused($"token 0: expected an id in 0 … 96, found {id}", () => _model.Decode(_state, id, _logits));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(96)]
    [InlineData(98)]
    [InlineData(194)]
    public void Room_for_another_number_of_logits_is_refused(int room)
    {
        Refused($"logits: expected room for 1 × 97 numbers, found {room}", () => _model.Prefill(_state, [1, 2], new float[room]));
        Refused($"logits: expected room for 1 × 97 numbers, found {room}", () => _model.Decode(_state, 1, new float[room]));
    }

    [Fact]
    public void Lengths_that_do_not_fit_are_refused()
    {
        using var other = _model.CreateState();
        SequenceState[] both = [_state, other];
        var logits = new float[2 * 97];
        Refused("expected 2 lengths, one a sequence, found 1", () => _model.Prefill(both, [1, 2, 3], [3], logits));
        Refused("expected 2 lengths, one a sequence, found 0", () => _model.Prefill(both, [1, 2], [], logits));
        Refused("expected 2 lengths, one a sequence, found 3", () => _model.Prefill(both, [1, 2, 3], [1, 1, 1], (_, _, _) => { }));
        Refused("the lengths add up to 4, found 3 tokens", () => _model.Prefill(both, [1, 2, 3], [2, 2], logits));
        Refused("expected one token for each of 2 sequences, found 1", () => _model.Decode(both, [1], logits));
    }

    [Fact]
    public void A_state_of_another_model_is_refused()
    {
        using var other = SmallModel.All["MlpBySix"].Load();
        using var foreign = other.CreateState();
        Refused("sequence 0: expected a state of LinearMamba (", () => _model.Prefill(foreign, [1], _logits), except: foreign);
        Refused("found one of MlpBySix (", () => _model.Decode([_state, foreign], [1, 2], new float[2 * 97]), except: foreign);
    }

    /// <summary>Two loads of one model may hand sequences to each other.</summary>
    [Fact]
    public void A_state_of_the_same_model_loaded_twice_is_taken()
    {
        using var other = LinearMamba.Load(_golden.Directory, new ModelOptions { Threads = 1 });
        using var theirs = other.CreateState();
        _model.Prefill(theirs, [1, 2, 3], _logits);
        var expected = _logits.ToArray();
        _model.Prefill(_state, [1, 2, 3], _logits);
        Assert.Equal(expected, _logits);
    }

    [Theory]
    [InlineData(2, 0, 1)]
    [InlineData(5, 1, 3)]
    [InlineData(100, 7, 93)]
    public void One_state_twice_in_a_batch_is_refused(int count, int first, int second)
    {
        SequenceState[] states = [.. Enumerable.Range(0, count).Select(_ => _model.CreateState())];
        states[second] = states[first];
        Refused($"sequences {first} and {second} are one state; fork it", () => _model.Decode(states, new int[count], new float[count * 97]));
        Assert.All(states, state => Assert.Equal(0, state.Position));
    }

    [Fact]
    public void What_is_disposed_is_refused()
    {
        var gone = _model.CreateState();
        gone.Dispose();
        Assert.Throws<ObjectDisposedException>(() => _model.Prefill(gone, [1], _logits));
        Assert.Throws<ObjectDisposedException>(gone.Reset);
        Assert.Throws<ObjectDisposedException>(gone.Fork);
        Assert.Throws<ObjectDisposedException>(() => gone.Save(Path.Combine(Path.GetTempPath(), Path.GetRandomFileName())));
        _model.Dispose();
        Assert.Throws<ObjectDisposedException>(() => _model.Prefill(_state, [1], _logits));
        Assert.Throws<ObjectDisposedException>(_model.CreateState);
        Assert.Throws<ObjectDisposedException>(_state.Reset);
        Assert.Throws<ObjectDisposedException>(() => _model.Save(Path.Combine(Path.GetTempPath(), Path.GetRandomFileName())));
    }

    [Fact]
    public void A_refused_call_leaves_states_as_they_were()
    {
        int[] prompt = [5, 6, 7, 8, 9];
        _model.Prefill(_state, prompt, _logits);
        using var untouched = _state.Fork();
        using var other = _model.CreateState();
        Assert.Throws<TttException>(() => _model.Prefill([_state, other], [1, 2, 97], [2, 1], new float[2 * 97]));
        Assert.Equal(5, _state.Position);
        var expected = new float[97];
        _model.Decode(untouched, 11, expected);
        _model.Decode(_state, 11, _logits);
        Assert.Equal(expected, _logits);
    }

    /// <summary>The position says how far the state is, and reading goes on from there.</summary>
    [Fact]
    public void A_consumer_that_throws_leaves_states_that_can_be_continued()
    {
        var random = new Random(3);
        int[] tokens = [.. Enumerable.Range(0, 1300).Select(_ => random.Next(97))];
        Assert.Throws<OperationCanceledException>(() => _model.Prefill([_state], tokens, [tokens.Length], (_, first, _) =>
        {
            if (first >= 600) throw new OperationCanceledException();
        }));
        var position = (int)_state.Position;
        Assert.InRange(position, 600, tokens.Length - 1);
        _model.Prefill(_state, tokens.AsSpan(position), _logits);
        RelativeError.Within(1e-5, Array.ConvertAll(_logits, logit => (double)logit), _model.AllLogits(tokens).AsSpan(^97..), "logits of the last token");
    }

    /// <summary>Refused in one line; neither this state nor any other has read anything.</summary>
    private void Refused(string expected, Action call, SequenceState? except = null)
    {
        var error = Assert.Throws<TttException>(call);
        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error.Message);
        Assert.Equal(0, _state.Position);
        Assert.Equal(0, except?.Position ?? 0);
    }

    public void Dispose()
    {
        _state.Dispose();
        _model.Dispose();
        _golden.Dispose();
    }
}
