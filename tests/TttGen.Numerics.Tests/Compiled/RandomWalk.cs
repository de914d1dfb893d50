using TttGen.Inference;
using TttGen.Numerics.Tests.Spec;
using TttGen.Runtime.Tests.Checkpoints;

namespace TttGen.Numerics.Tests.Compiled;

/// <summary>
/// Some sequences read to their ends in random pieces: calls of any length for one or several of them, single tokens, forks, files, new starts.
/// After every call the logits must be those that one call for each sequence gave.
/// </summary>
internal sealed class RandomWalk : IDisposable
{
    private readonly TttModel _model;
    private readonly int[][] _tokens;
    private readonly double[][] _expected;
    private readonly Random _random;
    private readonly SequenceState[] _states;
    private readonly TemporaryDirectory _files = new();

    /// <param name="model">Who reads.</param>
    /// <param name="tokens">The sequences.</param>
    /// <param name="expected">[T, V] of each: logits of one call.</param>
    /// <param name="seed">Which walk.</param>
    public RandomWalk(TttModel model, int[][] tokens, double[][] expected, int seed)
    {
        (_model, _tokens, _expected, _random) = (model, tokens, expected, new Random(seed));
        _states = [.. tokens.Select(_ => model.CreateState())];
    }

    /// <summary>The largest relative error of a row of logits so far.</summary>
    public double Worst { get; private set; }

    /// <summary>Rows of logits compared so far.</summary>
    public int Compared { get; private set; }

    public void ToTheEnd()
    {
        while (Enumerable.Range(0, _tokens.Length).Any(s => Left(s) > 0)) Step();
    }

    private void Step()
    {
        int[] some = [.. Enumerable.Range(0, _tokens.Length).Where(s => Left(s) > 0 && _random.Next(2) == 0)];
        if (some.Length == 0) return;
        switch (_random.Next(20))
        {
            case 0: Fork(some[0]); break;
            case 1: RestoreAfterOthers(some[0]); break;
            case 2: RestoreElsewhere(some[0]); break;
            case 3 when _random.Next(4) == 0: _states[some[0]].Reset(); break;
            case < 8: Decode(some); break;
            case < 12: Prefill(some, all: true); break;
            case < 16: Prefill(some, all: false); break;
            default: Prefill([some[0]], all: false); break;
        }
    }

    private void Prefill(int[] some, bool all)
    {
        int[] lengths = [.. some.Select(s => Math.Min(Left(s), 1 + _random.Next(_random.Next(3) == 0 ? 60 : 12)))];
        int[] places = [.. some.Select(s => (int)_states[s].Position)];
        int[] tokens = [.. some.SelectMany((s, i) => _tokens[s].Skip(places[i]).Take(lengths[i]))];
        SequenceState[] states = [.. some.Select(s => _states[s])];
        if (all)
        {
            var rows = 0;
            _model.Prefill(states, tokens, lengths, (sequence, first, logits) =>
            {
                for (var at = 0; at < logits.Length; at += _model.Vocabulary, rows++)
                    Compare(logits.Slice(at, _model.Vocabulary), some[sequence], places[sequence] + first + at / _model.Vocabulary);
            });
            Assert.Equal(tokens.Length, rows);
        }
        else
        {
            var logits = new float[some.Length * _model.Vocabulary];
            _model.Prefill(states, tokens, lengths, logits);
            CompareLast(logits, some);
        }
        for (var i = 0; i < some.Length; i++) Assert.Equal(places[i] + lengths[i], _states[some[i]].Position);
    }

    private void Decode(int[] some)
    {
        var logits = new float[some.Length * _model.Vocabulary];
        int[] tokens = [.. some.Select(s => _tokens[s][_states[s].Position])];
        if (some.Length == 1) _model.Decode(_states[some[0]], tokens[0], logits);
        else _model.Decode([.. some.Select(s => _states[s])], tokens, logits);
        CompareLast(logits, some);
    }

    /// <summary>The fork goes on; what the original reads then is no concern of it.</summary>
    private void Fork(int s)
    {
        var original = _states[s];
        _states[s] = original.Fork();
        ReadAnything(original);
        original.Dispose();
    }

    private void RestoreAfterOthers(int s)
    {
        _states[s].Save(_files["state"]);
        ReadAnything(_states[s]);
        _states[s].Restore(_files["state"]);
    }

    private void RestoreElsewhere(int s)
    {
        _states[s].Save(_files["state"]);
        _states[s].Dispose();
        _states[s] = _model.CreateState();
        _states[s].Restore(_files["state"]);
    }

    private void ReadAnything(SequenceState state)
    {
        int[] tokens = [.. Enumerable.Range(0, 1 + _random.Next(20)).Select(_ => _random.Next(_model.Vocabulary))];
        _model.Prefill(state, tokens, new float[_model.Vocabulary]);
    }

    private int Left(int s) => _tokens[s].Length - (int)_states[s].Position;

    private void CompareLast(float[] logits, int[] some)
    {
        for (var i = 0; i < some.Length; i++)
            Compare(logits.AsSpan(i * _model.Vocabulary, _model.Vocabulary), some[i], (int)_states[some[i]].Position - 1);
    }

    private void Compare(ReadOnlySpan<float> found, int sequence, int place)
    {
        var row = new double[found.Length];
        for (var i = 0; i < row.Length; i++) row[i] = found[i];
        var error = RelativeError.Of(row, _expected[sequence].AsSpan(place * _model.Vocabulary, _model.Vocabulary));
        Worst = double.IsNaN(error) ? double.PositiveInfinity : Math.Max(Worst, error);
        Compared++;
    }

    public void Dispose()
    {
        foreach (var state in _states) state.Dispose();
        _files.Dispose();
    }
}
