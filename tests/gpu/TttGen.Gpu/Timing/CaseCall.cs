using TttGen.Gpu.Checking;
using TttGen.Inference;

namespace TttGen.Gpu.Timing;

/// <summary>A case on a model, ready to run as often as wanted: sequences, random tokens, room for logits.</summary>
internal sealed class CaseCall : IDisposable
{
    // A whole mini-batch of decoding, so that the update of the inner weights has its share.
    private const int DecodeSteps = 16;

    private readonly Case _work;
    private readonly BatchedModel _model;
    private readonly SequenceState[] _states;
    private readonly int[] _tokens;
    private readonly int[] _lengths;
    private readonly float[] _logits;

    /// <exception cref="TttException">The GPU has not the memory.</exception>
    public CaseCall(Case work, BatchedModel model)
    {
        (_work, _model) = (work, model);
        _logits = new float[checked(work.Batch * model.Vocabulary)];
        var random = new Random(1);
        _tokens = [.. Enumerable.Range(0, work.Tokens * work.Batch * Steps).Select(_ => random.Next(model.Vocabulary))];
        _lengths = [.. Enumerable.Repeat(work.Tokens, work.Batch)];
        var states = new List<SequenceState>();
        try
        {
            while (states.Count < work.Batch)
                states.Add(model.CreateState());
        }
        catch
        {
            Reading.Free(states);
            throw;
        }
        _states = [.. states];
    }

    /// <summary>How many times the case's work is done in one run.</summary>
    public int Steps => _work.Work == Case.Decode ? DecodeSteps : 1;

    /// <summary>Whether the last run's logits are all numbers.</summary>
    public bool IsFinite => _logits.All(float.IsFinite);

    /// <summary>Runs it; all is done on return.</summary>
    public void Run()
    {
        if (_work.Work == Case.Decode)
        {
            for (var step = 0; step < Steps; step++)
                _model.Decode(_states, _tokens.AsSpan(step * _work.Batch, _work.Batch), _logits);
            return;
        }
        foreach (var state in _states)
            state.Reset();
        _model.Prefill(_states, _tokens, _lengths, _logits);
    }

    /// <inheritdoc/>
    public void Dispose() => Reading.Free(_states);
}
