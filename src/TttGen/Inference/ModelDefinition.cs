using TttGen.Checkpoints;
using TttGen.Training;

namespace TttGen.Inference;

/// <summary>A key of config.json and the value that the spec gives it, as JSON.</summary>
public sealed record ConfigEntry(string Key, string Json);

/// <summary>What is known of a model without its weights; the generator writes one for each [Model].</summary>
public abstract class ModelDefinition
{
    /// <summary>The record's name.</summary>
    public abstract string Name { get; }

    /// <summary>What config.json must say.</summary>
    public abstract IReadOnlyList<ConfigEntry> Config { get; }

    /// <summary>Every checkpoint tensor: key and shape.</summary>
    public abstract IReadOnlyList<ParameterInfo> Parameters { get; }

    /// <summary>Floating-point operations a token of prefill, without and with the head, as the schedule counts them.</summary>
    public abstract (long Body, long Head) FlopsPerToken { get; }

    /// <summary>What attention adds to <see cref="FlopsPerToken"/>, for each window; empty for a model that doesn't attend.</summary>
    public virtual IReadOnlyList<AttentionCost> Attention => [];

    /// <summary>Bytes of one sequence's state; of a model whose states grow, at the sequence's start.</summary>
    public abstract long StateBytes { get; }

    /// <summary>Bytes that a state grows by for each token read; of layers with a window, only until that is full.</summary>
    public virtual long StateBytesPerToken => Attention.Where(static a => a.Window == 0).Sum(static a => a.BytesPerKey);

    /// <summary>What the compiler fused, a kernel a line.</summary>
    public abstract IReadOnlyList<string> Kernels { get; }

    /// <summary>Whether kernels for CUDA devices were compiled in: <c>&lt;TttGenCuda&gt;true&lt;/TttGenCuda&gt;</c> in the model's project.</summary>
    public virtual bool HasCuda => false;

    /// <summary>Loads a checkpoint directory.</summary>
    /// <exception cref="TttException">The checkpoint is not this model's, or a device is asked for and the model has no kernels for it.</exception>
    public abstract TttModel Load(string directory, ModelOptions options);

    /// <summary>Fresh random weights: N(0, 0.02), norms at one (TTT.md).</summary>
    /// <exception cref="TttException">A device is asked for and the model has no kernels for it.</exception>
    public abstract TttModel Create(int seed, ModelOptions options);

    /// <summary>As above, ready to learn.</summary>
    /// <exception cref="TttException">The model was compiled for inference alone.</exception>
    public virtual TrainableModel CreateTrainable(int seed, TrainableOptions options) =>
        throw new TttException($"{Name} was compiled without its backward pass; declare it [Model(Trainable = true)]");
}

/// <summary>What attention costs, all layers together.</summary>
/// <param name="FlopsPerKey">Floating-point operations for each key that a query sees: its products with the query and the value.</param>
/// <param name="BytesPerKey">Bytes of a token's keys and values in a state.</param>
/// <param name="Window">Keys that a query sees; 0: all up to its own.</param>
public sealed record AttentionCost(long FlopsPerKey, long BytesPerKey, int Window)
{
    /// <summary>Keys that each of a sequence's queries sees, in the mean.</summary>
    /// <param name="first">Place of the first query.</param>
    /// <param name="count">Queries, at least one.</param>
    public double MeanKeys(long first, long count)
    {
        if (Window == 0) return first + (count + 1) / 2.0;
        // queries that see fewer keys than the window has
        var few = Math.Clamp(Window - first, 0, count);
        return (few * (first + (few + 1) / 2.0) + (count - few) * Window) / count;
    }
}

/// <summary>A compiled [Model] record: implemented by its generated part.</summary>
/// <typeparam name="TSelf">The record.</typeparam>
public interface IModel<TSelf> where TSelf : IModel<TSelf>
{
    /// <summary>What was compiled.</summary>
    static abstract ModelDefinition Definition { get; }
}
