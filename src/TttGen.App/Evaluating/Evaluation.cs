using TttGen.Inference;
using TttGen.Text;

namespace TttGen.App.Evaluating;

/// <summary>
/// Windows of T tokens, one after another without overlap, each from a fresh state; window w has inputs wT … wT + T − 1 and as targets the
/// tokens one later.
/// </summary>
internal sealed class Evaluation(TttModel model, Tokenizer tokenizer, AppConsole console)
{
    // Windows are read side by side up to this many tokens a call.
    private const int TokensACall = 16384;

    // So many tokens say enough about a file, unless more are asked for.
    private const int StandardTokens = 32768;

    /// <summary>The mean over the first windows of a text.</summary>
    /// <param name="text">What to predict.</param>
    /// <param name="context">T.</param>
    /// <param name="wanted">Windows; 0: all; null: as many as hold <see cref="StandardTokens"/>.</param>
    public EvalResult Run(EvalText text, int context, int? wanted)
    {
        var tokens = tokenizer.EncodeBytes(text.Bytes);
        var available = (tokens.Length - 1) / context;
        if (available < 1)
            throw new TttException($"{text.Name}: expected at least {context + 1} tokens for a window of {context}, found {tokens.Length}; give a smaller --context or a longer text");
        var windows = Math.Min(available, wanted switch { null => Math.Max(1, StandardTokens / context), 0 => available, { } count => count });

        var nats = new double[context];
        var batch = Math.Clamp(TokensACall / context, 1, windows);
        var states = Enumerable.Range(0, batch).Select(_ => model.CreateState()).ToArray();
        try
        {
            using var progress = new Progress(console, $"{text.Name}, {context} tokens");
            for (var first = 0; first < windows; first += batch)
            {
                console.Interrupted.ThrowIfCancellationRequested();
                ReadWindows(states.AsSpan(0, Math.Min(batch, windows - first)), tokens, first, nats);
                progress.Show(Math.Min(first + batch, windows), windows);
            }
        }
        finally
        {
            foreach (var state in states)
                state.Dispose();
        }
        return new EvalResult(text.Name, context, windows, CountBytes(tokens.AsSpan(1, windows * context)), nats);
    }

    private void ReadWindows(ReadOnlySpan<SequenceState> states, int[] tokens, int firstWindow, double[] nats)
    {
        foreach (var state in states)
            state.Reset();
        var context = nats.Length;
        var lengths = new int[states.Length];
        Array.Fill(lengths, context);
        var start = firstWindow * context;
        model.Prefill(states, tokens.AsSpan(start, states.Length * context), lengths, (sequence, first, logits) =>
        {
            for (var row = 0; row * model.Vocabulary < logits.Length; row++)
            {
                var target = tokens[start + sequence * context + first + row + 1];
                nats[first + row] += CrossEntropy.Nats(logits.Slice(row * model.Vocabulary, model.Vocabulary), target);
            }
        });
    }

    private long CountBytes(ReadOnlySpan<int> targets)
    {
        long bytes = 0;
        foreach (var token in targets)
            bytes += tokenizer.BytesOf(token).Length;
        return bytes;
    }
}
