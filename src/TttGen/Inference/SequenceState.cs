namespace TttGen.Inference;

/// <summary>All that a model remembers of one sequence: inner weights, gradient sums since the mini-batch began, convolution rows, position.</summary>
public abstract class SequenceState : IDisposable
{
    /// <summary>Tokens read since the start.</summary>
    public abstract long Position { get; }

    /// <summary>Bytes held.</summary>
    public abstract long Bytes { get; }

    /// <summary>Back to the start of a sequence.</summary>
    public abstract void Reset();

    /// <summary>An independent copy.</summary>
    public abstract SequenceState Fork();

    /// <summary>Writes the state to a file, whole or not at all.</summary>
    public abstract void Save(string path);

    /// <summary>Takes over what <see cref="Save"/> wrote.</summary>
    /// <exception cref="TttException">Not a state file, damaged, or of another model.</exception>
    public abstract void Restore(string path);

    /// <inheritdoc/>
    public abstract void Dispose();
}
