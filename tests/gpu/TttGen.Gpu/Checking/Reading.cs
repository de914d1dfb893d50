using TttGen.Inference;

namespace TttGen.Gpu.Checking;

/// <summary>Logits of sequences, read in plain ways.</summary>
internal static class Reading
{
    /// <summary>[T, V] of each sequence, all in one call.</summary>
    public static float[][] AllLogits(this TttModel model, params int[][] sequences)
    {
        var found = sequences.Select(tokens => new float[tokens.Length * model.Vocabulary]).ToArray();
        var states = model.CreateStates(sequences.Length);
        try
        {
            model.Prefill(states, sequences.SelectMany(static tokens => tokens).ToArray(), sequences.Select(static tokens => tokens.Length).ToArray(),
                (sequence, first, logits) => logits.CopyTo(found[sequence].AsSpan(first * model.Vocabulary)));
        }
        finally
        {
            Free(states);
        }
        return found;
    }

    /// <summary>[T, V] of each sequence, all of one length, a call a token.</summary>
    public static float[][] DecodedLogits(this TttModel model, params int[][] sequences)
    {
        var (vocabulary, length) = (model.Vocabulary, sequences[0].Length);
        var found = sequences.Select(_ => new float[length * vocabulary]).ToArray();
        var states = model.CreateStates(sequences.Length);
        try
        {
            var logits = new float[sequences.Length * vocabulary];
            for (var t = 0; t < length; t++)
            {
                model.Decode(states, sequences.Select(tokens => tokens[t]).ToArray(), logits);
                for (var s = 0; s < sequences.Length; s++)
                    logits.AsSpan(s * vocabulary, vocabulary).CopyTo(found[s].AsSpan(t * vocabulary));
            }
        }
        finally
        {
            Free(states);
        }
        return found;
    }

    /// <summary>Fresh sequences.</summary>
    public static SequenceState[] CreateStates(this TttModel model, int count) => [.. Enumerable.Range(0, count).Select(_ => model.CreateState())];

    /// <summary>Lets sequences go.</summary>
    public static void Free(IEnumerable<SequenceState> states)
    {
        foreach (var state in states)
            state.Dispose();
    }
}
