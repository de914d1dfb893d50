using TttGen.Inference;

namespace TttGen.Plans.Tests;

/// <summary>Sequences that a model reads call by call, with all logits as they come.</summary>
internal sealed class Reading : IDisposable
{
    private readonly TttModel _model;
    private readonly int[][] _tokens;
    private readonly SequenceState[] _states;

    /// <param name="model">Who reads.</param>
    /// <param name="tokens">The sequences.</param>
    public Reading(TttModel model, params int[][] tokens)
    {
        (_model, _tokens) = (model, tokens);
        _states = [.. tokens.Select(_ => model.CreateState())];
        Logits = [.. tokens.Select(t => new double[t.Length * model.Vocabulary])];
    }

    /// <summary>[T, V] of each sequence: as far as it was read.</summary>
    public double[][] Logits { get; }

    /// <summary>Where each sequence is.</summary>
    public IReadOnlyList<SequenceState> States => _states;

    /// <summary>So many tokens more of each, in one call.</summary>
    public void Prefill(params int[] lengths)
    {
        int[] places = [.. _states.Select(s => (int)s.Position)];
        int[] tokens = [.. lengths.SelectMany((length, s) => _tokens[s].Skip(places[s]).Take(length))];
        _model.Prefill(_states, tokens, lengths, (sequence, first, logits) => Put(sequence, places[sequence] + first, logits));
    }

    /// <summary>A token of each.</summary>
    public void Decode(int times)
    {
        var logits = new float[_states.Length * _model.Vocabulary];
        for (var t = 0; t < times; t++)
        {
            int[] places = [.. _states.Select(s => (int)s.Position)];
            _model.Decode(_states, [.. places.Select((place, s) => _tokens[s][place])], logits);
            for (var s = 0; s < _states.Length; s++) Put(s, places[s], logits.AsSpan(s * _model.Vocabulary, _model.Vocabulary));
        }
    }

    public void Dispose()
    {
        foreach (var state in _states) state.Dispose();
    }

    private void Put(int sequence, int place, ReadOnlySpan<float> logits)
    {
        for (var i = 0; i < logits.Length; i++) Logits[sequence][place * _model.Vocabulary + i] = logits[i];
    }
}
