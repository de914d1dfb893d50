using TttGen.Cpu;
using TttGen.Cuda;

namespace TttGen.Inference;

/// <summary>Gets rows of logits while a prefill runs.</summary>
/// <param name="sequence">Which sequence of the call.</param>
/// <param name="first">Place of the first row within that sequence's tokens of this call.</param>
/// <param name="logits">[rows, vocabulary], valid during the call only.</param>
public delegate void LogitsConsumer(int sequence, int first, ReadOnlySpan<float> logits);

/// <summary>Options of loading and creating a model.</summary>
public sealed record ModelOptions
{
    /// <summary>How matrices are stored and computed from. Carries and vectors are always f32.</summary>
    public WeightType Weights { get; init; } = WeightType.Float32;

    /// <summary>Worker threads; 0: one a processor.</summary>
    public int Threads { get; init; }

    /// <summary>Where the model runs; null: on the processor. The device outlives the model and is disposed of by whoever opened it.</summary>
    public Device? Device { get; init; }
}

/// <summary>A compiled model with its weights: what the generator makes of a [Model] record, ready to run. Not thread-safe: one call at a time.</summary>
public abstract class TttModel : IDisposable
{
    /// <summary>What was compiled: name, configuration, parameters.</summary>
    public abstract ModelDefinition Definition { get; }

    /// <summary>Token ids are below this.</summary>
    public abstract int Vocabulary { get; }

    /// <summary>Worker threads in use.</summary>
    public abstract int Threads { get; }

    /// <summary>How matrices are stored.</summary>
    public abstract WeightType Weights { get; }

    /// <summary>Bytes of weights held.</summary>
    public abstract long WeightBytes { get; }

    /// <summary>Bytes of one sequence's state.</summary>
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

    /// <summary>Writes a checkpoint directory (Hugging Face layout), whole or not at all.</summary>
    public abstract void Save(string directory);

    /// <inheritdoc/>
    public abstract void Dispose();
}
