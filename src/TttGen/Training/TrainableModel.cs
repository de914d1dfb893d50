using TttGen.Checkpoints;
using TttGen.Cpu;
using TttGen.Inference;

namespace TttGen.Training;

/// <summary>
/// A compiled model that learns: weights and their gradients as two flat blocks of f32 of one layout, and what adds a batch's gradient to the latter.
/// The generator writes one for each <c>[Model(Trainable = true)]</c>. Results are the same bits for any number of threads. One call at a time: a second one is refused.
/// </summary>
public abstract unsafe class TrainableModel : IDisposable
{
    /// <summary>What was compiled: name, configuration, parameters.</summary>
    public abstract ModelDefinition Definition { get; }

    /// <summary>Token ids are below this.</summary>
    public abstract int Vocabulary { get; }

    /// <summary>Worker threads.</summary>
    public abstract WorkerPool Pool { get; }

    /// <summary>Where each checkpoint tensor lies in <see cref="Weights"/> and <see cref="Gradients"/>, in order of their offsets.</summary>
    public abstract IReadOnlyList<TrainableTensor> Tensors { get; }

    /// <summary>Elements of <see cref="Weights"/> and of <see cref="Gradients"/>; what lies between tensors is zero in both and stays so.</summary>
    public abstract long Length { get; }

    /// <summary>[Length]: the weights, while the model lives. Whoever writes here calls <see cref="WeightsChanged"/>.</summary>
    public abstract float* Weights { get; }

    /// <summary>[Length]: what <see cref="Accumulate"/> adds to, while the model lives.</summary>
    public abstract float* Gradients { get; }

    /// <summary>Run-time numbers in use, as config.json calls them: <c>rope_theta</c>, <c>ttt_base_lr</c>.</summary>
    public abstract IReadOnlyList<(string Key, double Value)> Settings { get; }

    /// <summary>Tokens that a call may have, all its sequences together.</summary>
    public abstract int MaxTokens { get; }

    /// <summary>Bytes held beside weights and gradients: activations, checkpoints of inner states, working memory, packed weights.</summary>
    public abstract long WorkingBytes { get; }

    /// <summary>Sets a run-time number, for instance <c>ttt_base_lr</c> while it is warmed up.</summary>
    /// <exception cref="TttException">The model has no such setting.</exception>
    public abstract void Set(string key, double value);

    /// <summary>Packs the weights anew for the products: to be called after <see cref="Weights"/> have been written.</summary>
    public abstract void WeightsChanged();

    /// <summary>Σ nats over the batch's targets; adds the gradient of <paramref name="scale"/> · that sum to <see cref="Gradients"/>. Carries move on.</summary>
    /// <exception cref="TttException">More than <see cref="MaxTokens"/> tokens, an id out of range, lengths that don't add up.</exception>
    public abstract BatchLoss Accumulate(TrainingBatch batch, double scale);

    /// <summary>The same sum without gradients. Carries move on.</summary>
    public abstract BatchLoss Measure(TrainingBatch batch);

    /// <summary>What the inner loops did in the last call, a layer (and memory) a line; of calls made while <see cref="MeasuresInnerLoss"/> was set.</summary>
    public abstract IReadOnlyList<InnerLoss> InnerLosses { get; }

    /// <summary>Seconds that each kernel has taken, by its name.</summary>
    public Dictionary<string, double> Times { get; } = [];

    /// <summary>Whether calls measure <see cref="InnerLosses"/>, too.</summary>
    public bool MeasuresInnerLoss { get; set; }

    /// <summary>Begins a call that no other may meet; where native memory is held.</summary>
    internal virtual Lifetime.Call Take() => default;

    /// <summary>Begins a call that only reads.</summary>
    internal virtual Lifetime.Call Hold() => default;

    /// <summary>A carry for a sequence that is read in parts; at its start.</summary>
    public abstract TrainingCarry CreateCarry();

    /// <summary>Reads every tensor and setting of a checkpoint directory, and calls <see cref="WeightsChanged"/>.</summary>
    /// <exception cref="CheckpointException">A tensor is missing or has another shape.</exception>
    public abstract void Load(Checkpoint checkpoint);

    /// <summary>Writes a checkpoint directory (Hugging Face layout), whole or not at all.</summary>
    /// <param name="directory">Where to.</param>
    /// <param name="type">f32 or bf16; every tensor is written so, vectors too.</param>
    public abstract void Save(string directory, DType type);

    /// <inheritdoc/>
    public abstract void Dispose();
}

/// <summary>One checkpoint tensor among a model's weights.</summary>
/// <param name="Key">As in the checkpoint.</param>
/// <param name="Shape">As in the checkpoint; the order of the elements here may be another (a convolution's taps).</param>
/// <param name="Offset">First element.</param>
/// <param name="Count">Elements.</param>
/// <param name="IsMatrix">Two axes or more longer than one, heads apart: what a weight decay of matrices only decays.</param>
public sealed record TrainableTensor(string Key, IReadOnlyList<int> Shape, long Offset, int Count, bool IsMatrix)
{
    /// <summary>Which block of the stack it belongs to; null: to none.</summary>
    public int? Layer { get; init; }

    /// <summary>Heads that have an equal part each, one after another: an inner model's parameters; 1: all else.</summary>
    public int Heads { get; init; } = 1;
}

/// <summary>Tokens of one call: all sequences one after another, without padding.</summary>
/// <param name="Tokens">What is read.</param>
/// <param name="Targets">As many: what should have come next; −1 where nothing is asked.</param>
/// <param name="Sequences">Their lengths, in order; a packed document is a sequence of its own.</param>
public sealed record TrainingBatch(ReadOnlyMemory<int> Tokens, ReadOnlyMemory<int> Targets, IReadOnlyList<TrainingSequence> Sequences);

/// <summary>A sequence, or a part of one.</summary>
/// <param name="Count">Tokens of this call.</param>
/// <param name="Carry">Where it stands, moved on by the call; null: from the start, and nothing is carried. No gradient flows through it.</param>
public readonly record struct TrainingSequence(int Count, TrainingCarry? Carry = null);

/// <summary>What a call found.</summary>
/// <param name="Nats">Σ −ln p(target).</param>
/// <param name="Targets">How many.</param>
public readonly record struct BatchLoss(double Nats, long Targets);

/// <summary>The inner losses of one layer in one call, means over tokens and heads (paper, figure 4).</summary>
/// <param name="Layer">Which block.</param>
/// <param name="Memory">Which of its inner models.</param>
/// <param name="Initial">ℓ(θ₀).</param>
/// <param name="Before">ℓ(θ) at the start of each token's mini-batch.</param>
/// <param name="After">ℓ(θ) at its end.</param>
/// <param name="WorstHead">The head whose <see cref="After"/> is the largest, or not a number.</param>
/// <param name="Worst">That loss.</param>
public sealed record InnerLoss(int Layer, string Memory, double Initial, double Before, double After, int WorstHead, double Worst);

/// <summary>Where a sequence that is read in parts stands.</summary>
public abstract class TrainingCarry : IDisposable
{
    /// <summary>Tokens read: 0 or more.</summary>
    public abstract long Position { get; set; }

    /// <summary>The state, its pages aside: to be written to, and read from, a checkpoint of the training.</summary>
    public abstract Span<float> Numbers { get; }

    /// <summary>Numbers in pages, beside the others, that such a carry has at a place.</summary>
    internal virtual Int128 PagedAt(long position) => 0;

    /// <summary>Hands over the numbers in pages.</summary>
    internal virtual void WritePages(Action<ReadOnlySpan<float>> put)
    {
    }

    /// <summary>Takes what <see cref="WritePages"/> handed over at a place, and stands there; where it throws, pages and place are of no use.</summary>
    internal virtual void ReadPages(long position, Action<Span<float>> get)
    {
    }

    /// <summary>Back to the start.</summary>
    public abstract void Reset();

    /// <inheritdoc/>
    public abstract void Dispose();
}
