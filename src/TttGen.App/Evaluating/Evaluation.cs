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

    /// <summary>A text's tokens.</summary>
    /// <exception cref="TttException">Fewer than <paramref name="atLeast"/>, or not UTF-8 where the tokenizer needs it.</exception>
    public EvalTokens Encode(EvalText text, int atLeast)
    {
        var bytes = text.Bytes.AsSpan();
        // Held-out text may start within a character; to bytes that is all the same.
        while (!ReferenceEquals(tokenizer, Tokenizer.Bytes) && !bytes.IsEmpty && (bytes[0] & 0xC0) == 0x80)
            bytes = bytes[1..];
        var tokens = tokenizer.EncodeBytes(bytes);
        return tokens.Length >= atLeast
            ? new EvalTokens(text.Name, tokens)
            : throw new TttException($"{text.Name}: expected at least {atLeast} tokens for a window of {atLeast - 1}, found {tokens.Length}; give a smaller --context or a longer text");
    }

    /// <summary>The mean over the first windows of a text.</summary>
    /// <param name="text">What to predict.</param>
    /// <param name="context">T.</param>
    /// <param name="wanted">Windows; 0: all; null: as many as hold <see cref="StandardTokens"/>.</param>
    public EvalResult Run(EvalTokens text, int context, int? wanted)
    {
        var tokens = text.Tokens;
        var available = (tokens.Length - 1) / context;
        var windows = Math.Min(available, wanted switch { null => Math.Max(1, StandardTokens / context), 0 => available, { } count => count });

        var nats = new double[context];
        var batch = Math.Clamp(TokensACall / context, 1, windows);
        var states = Enumerable.Range(0, batch).Select(_ => model.CreateState()).ToArray();
        try
        {
            using var progress = new Progress(console);
            for (var first = 0; first < windows; first += batch)
            {
                console.Interrupted.ThrowIfCancellationRequested();
                ReadWindows(states.AsSpan(0, Math.Min(batch, windows - first)), tokens, first, nats);
                var done = Math.Min(first + batch, windows);
                progress.Show((double)done / windows, $"{text.Name}, {context} tokens: {done} of {windows}");
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
        var (start, count) = (firstWindow * context, states.Length * context);
        var scores = new TokenScore[count];
        model.Score(states, tokens.AsSpan(start, count), lengths, tokens.AsSpan(start + 1, count), scores);
        for (var t = 0; t < count; t++)
            nats[t % context] += scores[t].Nats;
    }

    private long CountBytes(ReadOnlySpan<int> targets)
    {
        long bytes = 0;
        foreach (var token in targets)
            bytes += tokenizer.BytesOf(token).Length;
        return bytes;
    }
}
