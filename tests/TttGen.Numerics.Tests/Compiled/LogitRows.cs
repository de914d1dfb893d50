using TttGen.Inference;

namespace TttGen.Numerics.Tests.Compiled;

/// <summary>All rows of logits of one sequence, read in the two plainest ways.</summary>
internal static class LogitRows
{
    /// <summary>[T, V], one call.</summary>
    public static double[] AllLogits(this TttModel model, int[] tokens)
    {
        var found = new double[tokens.Length * model.Vocabulary];
        using var state = model.CreateState();
        model.Prefill([state], tokens, [tokens.Length], (_, first, logits) => Copy(logits, found.AsSpan(first * model.Vocabulary)));
        return found;
    }

    /// <summary>[T, V], a call a token.</summary>
    public static double[] DecodedLogits(this TttModel model, int[] tokens)
    {
        var found = new double[tokens.Length * model.Vocabulary];
        var logits = new float[model.Vocabulary];
        using var state = model.CreateState();
        for (var t = 0; t < tokens.Length; t++)
        {
            model.Decode(state, tokens[t], logits);
            Copy(logits, found.AsSpan(t * model.Vocabulary));
        }
        return found;
    }

    private static void Copy(ReadOnlySpan<float> from, Span<double> to)
    {
        for (var i = 0; i < from.Length; i++) to[i] = from[i];
    }
}
