using TttGen.Cpu;
using TttGen.Cuda;
using TttGen.Inference.Sampling;

namespace TttGen.Inference;

/// <summary>Gets rows of logits while a prefill runs.</summary>
/// <param name="sequence">Which sequence of the call.</param>
/// <param name="first">Place of the first row within that sequence's tokens of this call.</param>
/// <param name="logits">[rows, vocabulary], valid during the call only.</param>
public delegate void LogitsConsumer(int sequence, int first, ReadOnlySpan<float> logits);

/// <summary>Options of loading and creating a model.</summary>
public sealed record ModelOptions
{
    /// <summary>How matrices are stored and computed from. Vectors are always f32, and so are carries, but for <see cref="Cache"/>.</summary>
    public WeightType Weights { get; init; } = WeightType.Float32;

    /// <summary>How keys and values are kept in states, of models that attend: in bf16 a sequence takes half the memory. On the processor.</summary>
    public CacheType Cache { get; init; }

    /// <summary>Worker threads, at most <see cref="WorkerPool.MostThreads"/>; 0: one a processor.</summary>
    public int Threads { get; init; }

    /// <summary>Where the model runs; null: on the processor. The device outlives the model and is disposed of by whoever opened it.</summary>
    public Device? Device { get; init; }

    /// <summary>Tokens that a sequence may have, at least 1; null: any number. A call that would read more is refused before it reads any.</summary>
    public long? MaxContext { get; init; }
}

/// <summary>A compiled model with its weights: what the generator makes of a [Model] record, ready to run. One call at a time: a second one is refused. Disposal takes effect when the call at work has ended.</summary>
public abstract class TttModel : IDisposable
{
    // Logits of calls that draw.
    private float[] _drawn = [];

    /// <summary>What was compiled: name, configuration, parameters.</summary>
    public abstract ModelDefinition Definition { get; }

    /// <summary>Token ids are below this.</summary>
    public abstract int Vocabulary { get; }

    /// <summary>Worker threads in use.</summary>
    public abstract int Threads { get; }

    /// <summary>How matrices are stored.</summary>
    public abstract WeightType Weights { get; }

    /// <summary>How keys and values are kept in its states.</summary>
    public virtual CacheType Cache => CacheType.Float32;

    /// <summary>Bytes of weights held.</summary>
    public abstract long WeightBytes { get; }

    /// <summary>Bytes of one sequence's state; of a model whose states grow, at the sequence's start.</summary>
    public abstract long StateBytes { get; }

    /// <summary>Bytes of working memory held beside weights and states.</summary>
    public abstract long WorkingBytes { get; }

    /// <summary>A fresh sequence.</summary>
    public abstract SequenceState CreateState();

    /// <summary>Reads tokens into a state, from any place in a mini-batch; logits [vocabulary] of the last one.</summary>
    /// <exception cref="TttException">No tokens, an id out of range, a state of another model, or a wrong size of <paramref name="logits"/>.</exception>
    public abstract void Prefill(SequenceState state, ReadOnlySpan<int> tokens, Span<float> logits);

    /// <summary>As above for a batch of unequal lengths: tokens of all sequences one after another; logits [batch, vocabulary].</summary>
    public abstract void Prefill(ReadOnlySpan<SequenceState> states, ReadOnlySpan<int> tokens, ReadOnlySpan<int> lengths, Span<float> logits);

    /// <summary>As above, all rows of logits, handed over in chunks. An exception of the consumer ends the call; each state's position says what it has read.</summary>
    public abstract void Prefill(ReadOnlySpan<SequenceState> states, ReadOnlySpan<int> tokens, ReadOnlySpan<int> lengths, LogitsConsumer consumer);

    /// <summary>One token; logits [vocabulary] of the next. Allocates nothing.</summary>
    public abstract void Decode(SequenceState state, int token, Span<float> logits);

    /// <summary>One token for each sequence; logits [batch, vocabulary]. Allocates nothing.</summary>
    public abstract void Decode(ReadOnlySpan<SequenceState> states, ReadOnlySpan<int> tokens, Span<float> logits);

    /// <summary>Reads tokens of a batch, as <see cref="Prefill(ReadOnlySpan{SequenceState}, ReadOnlySpan{int}, ReadOnlySpan{int}, LogitsConsumer)"/> does, and scores what comes after each; where the logits are.</summary>
    /// <param name="states">[batch].</param>
    /// <param name="tokens">Of all sequences, one after another.</param>
    /// <param name="lengths">[batch].</param>
    /// <param name="targets">[tokens]: the token that did come after each.</param>
    /// <param name="scores">[tokens].</param>
    /// <exception cref="TttException">As of prefill, or a target out of range.</exception>
    public virtual void Score(ReadOnlySpan<SequenceState> states, ReadOnlySpan<int> tokens, ReadOnlySpan<int> lengths, ReadOnlySpan<int> targets, Span<TokenScore> scores)
    {
        CheckScores(tokens.Length, targets, scores.Length);
        var (vocabulary, wanted, found) = (Vocabulary, targets.ToArray(), new TokenScore[targets.Length]);
        var starts = new int[lengths.Length];
        for (var s = 1; s < starts.Length; s++) starts[s] = starts[s - 1] + lengths[s - 1];
        Prefill(states, tokens, lengths, (sequence, first, logits) =>
        {
            for (var (row, t) = (0, starts[sequence] + first); row * vocabulary < logits.Length; row++, t++)
                found[t] = CrossEntropy.Of(logits.Slice(row * vocabulary, vocabulary), wanted[t]);
        });
        found.CopyTo(scores);
    }

    /// <summary>Reads tokens into a state and draws the one after the last; where the logits are. For one token allocates nothing.</summary>
    /// <param name="state">The sequence.</param>
    /// <param name="tokens">What it reads.</param>
    /// <param name="sampler">Draws the token that it would draw from the whole row.</param>
    /// <param name="history">What the sampler's repetition penalty is for.</param>
    /// <exception cref="TttException">As of prefill, or as of <see cref="Sampler.Next"/>; the state has read the tokens then.</exception>
    public virtual int Sample(SequenceState state, ReadOnlySpan<int> tokens, Sampler sampler, ReadOnlySpan<int> history)
    {
        ArgumentNullException.ThrowIfNull(sampler);

        // Of two calls at once, which the model refuses, neither draws from the other's logits.
        var room = Interlocked.Exchange(ref _drawn, []);
        var logits = RoomForLogits(ref room, 1);
        if (tokens.Length == 1) Decode(state, tokens[0], logits);
        else Prefill(state, tokens, logits);
        var next = sampler.Next(logits, history);
        _drawn = room;
        return next;
    }

    /// <summary>As above for a batch of unequal lengths.</summary>
    /// <param name="states">[batch].</param>
    /// <param name="tokens">Of all sequences, one after another.</param>
    /// <param name="lengths">[batch]; none: one token each.</param>
    /// <param name="samplers">[batch].</param>
    /// <param name="histories">[batch], or none.</param>
    /// <param name="next">[batch]: the tokens drawn.</param>
    public virtual void Sample(
        ReadOnlySpan<SequenceState> states, ReadOnlySpan<int> tokens, ReadOnlySpan<int> lengths, ReadOnlySpan<Sampler> samplers, ReadOnlySpan<ReadOnlyMemory<int>> histories, Span<int> next)
    {
        CheckDraws(states.Length, samplers, histories.Length, next.Length);
        var room = Interlocked.Exchange(ref _drawn, []);
        var logits = RoomForLogits(ref room, states.Length);
        if (lengths.IsEmpty) Decode(states, tokens, logits);
        else Prefill(states, tokens, lengths, logits);
        for (var s = 0; s < states.Length; s++)
            next[s] = samplers[s].Next(logits.Slice(s * Vocabulary, Vocabulary), histories.IsEmpty ? default : histories[s].Span);
        _drawn = room;
    }

    private protected void CheckScores(int tokens, ReadOnlySpan<int> targets, int scores)
    {
        if (targets.Length != tokens || scores != tokens) throw new TttException($"score: expected a target and room for a score for each of {tokens} tokens, found {targets.Length} and {scores}");
        for (var t = 0; t < targets.Length; t++)
            if ((uint)targets[t] >= (uint)Vocabulary) throw new TttException($"target {t}: expected an id in 0 … {Vocabulary - 1}, found {targets[t]}");
    }

    private protected static void CheckDraws(int sequences, ReadOnlySpan<Sampler> samplers, int histories, int next)
    {
        if (samplers.Length != sequences || next != sequences || (histories != sequences && histories != 0))
            throw new TttException($"sample: expected a sampler, a history or none at all, and room for a token for each of {sequences} sequences, found {samplers.Length}, {histories} and {next}");
        foreach (var sampler in samplers) ArgumentNullException.ThrowIfNull(sampler, nameof(samplers));
    }

    private Span<float> RoomForLogits(ref float[] room, int rows)
    {
        var count = checked(rows * Vocabulary);
        if (room.Length < count) room = new float[count];
        return room.AsSpan(0, count);
    }

    /// <summary>Writes a checkpoint directory (Hugging Face layout), whole or not at all.</summary>
    public abstract void Save(string directory);

    /// <inheritdoc/>
    public abstract void Dispose();
}
