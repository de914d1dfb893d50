using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using TttGen.Inference;
using TttGen.Inference.Sampling;
using TttGen.Text;

namespace TttGen.App.Generating;

/// <summary>When a continuation ends.</summary>
/// <param name="Tokens">Tokens at most.</param>
/// <param name="Stops">Texts to end before.</param>
/// <param name="FeedLast">The state shall have read the last token too, because it is kept.</param>
/// <param name="Context">Tokens that the sequence may have, what it has read before among them; null: any number.</param>
internal sealed record GenerationLimits(int Tokens, IReadOnlyList<string> Stops, bool FeedLast, long? Context);

/// <summary>Prompt in, continuation out, token by token.</summary>
internal sealed class Generation(TttModel model, Tokenizer tokenizer, SamplerOptions options, AppConsole console)
{
    private readonly Sampler _sampler = new(options, model.Vocabulary);

    // Logits of tokens after which none is drawn.
    private float[]? _unread;

    // A prompt is read in pieces of this many tokens, so that Ctrl-C is heard in between.
    private const int PrefillPiece = 4096;

    /// <summary>Reads the prompt into the state and writes the continuation as it comes.</summary>
    /// <returns>How fast it went.</returns>
    public GenerationSpeed Run(SequenceState state, string prompt, GenerationLimits limits)
    {
        var history = new List<int>(Tokens(prompt, atStart: state.Position == 0));
        var promptLength = history.Count;
        limits = Fitting(limits, state.Position, promptLength);
        var clock = Stopwatch.StartNew();
        var first = Prefill(state, history, draws: limits.Tokens > 0);
        var prefill = clock.Elapsed;

        clock.Restart();
        Continue(state, history, first, limits);
        return new GenerationSpeed(promptLength, prefill, history.Count - promptLength, clock.Elapsed, options);
    }

    /// <summary>A continuation ends where the sequence may have no more tokens.</summary>
    private static GenerationLimits Fitting(GenerationLimits limits, long before, int prompt)
    {
        if (limits.Context is not { } context) return limits;
        if (before > context - prompt)
            throw new TttException(string.Create(CultureInfo.InvariantCulture, $"prompt: expected a sequence of at most {context} tokens (--max-context), found {before} + {prompt}; allow more, or shorten it"));
        return limits with { Tokens = (int)Math.Min(limits.Tokens, context - before - prompt) };
    }

    private int[] Tokens(string prompt, bool atStart)
    {
        var tokens = tokenizer.Encode(prompt);
        return atStart && tokenizer.BeginToken is { } begin && (tokens.Length == 0 || tokens[0] != begin) ? [begin, .. tokens] : tokens;
    }

    /// <summary>Reads the prompt; the token that comes after it, where one is wanted.</summary>
    private int? Prefill(SequenceState state, List<int> prompt, bool draws)
    {
        var tokens = CollectionsMarshal.AsSpan(prompt);
        for (; tokens.Length > PrefillPiece || (tokens.Length > 0 && !draws); tokens = tokens[Math.Min(PrefillPiece, tokens.Length)..])
        {
            console.Interrupted.ThrowIfCancellationRequested();
            model.Prefill(state, tokens[..Math.Min(PrefillPiece, tokens.Length)], Unread);
        }
        if (!draws)
            return null;
        console.Interrupted.ThrowIfCancellationRequested();
        return model.Sample(state, tokens, _sampler, CollectionsMarshal.AsSpan(prompt));
    }

    private float[] Unread => _unread ??= new float[model.Vocabulary];

    private void Continue(SequenceState state, List<int> history, int? first, GenerationLimits limits)
    {
        var decoder = tokenizer.CreateDecoder(continuing: true);
        var filter = new StopFilter(limits.Stops);
        var last = history.Count + (long)limits.Tokens;
        for (var next = first; next is { } token && token != tokenizer.EndToken;)
        {
            history.Add(token);
            Write(filter.Push(decoder.Push(token)));
            if (filter.Stopped || console.Interrupted.IsCancellationRequested || history.Count == last)
            {
                if (limits.FeedLast)
                    model.Decode(state, token, Unread);
                break;
            }
            next = model.Sample(state, [token], _sampler, CollectionsMarshal.AsSpan(history));
        }
        Write(filter.Push(decoder.Flush()) + filter.Flush());
        // A terminal's prompt should not stand at the end of the text; a pipe gets the text as it is.
        if (console.OutIsTerminal)
            Write(Environment.NewLine);
    }

    private void Write(string text)
    {
        if (text.Length == 0)
            return;
        console.Out.Write(text);
        console.Out.Flush();
    }
}
