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

    /// <summary>Bytes of one sequence's state; of a model whose states grow, at the sequence's start.</summary>
    public abstract long StateBytes { get; }

    /// <summary>Bytes that a state grows by for each token read; of layers with a window, only until that is full.</summary>
    public virtual long StateBytesPerToken => 0;

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

/// <summary>A compiled [Model] record: implemented by its generated part.</summary>
/// <typeparam name="TSelf">The record.</typeparam>
public interface IModel<TSelf> where TSelf : IModel<TSelf>
{
    /// <summary>What was compiled.</summary>
    static abstract ModelDefinition Definition { get; }
}
