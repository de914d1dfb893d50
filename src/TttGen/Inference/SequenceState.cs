namespace TttGen.Inference;

/// <summary>All that a model remembers of one sequence: inner weights, gradient sums since the mini-batch began, convolution rows, keys and values, position.</summary>
public abstract class SequenceState : IDisposable
{
    /// <summary>Tokens read since the start.</summary>
    public abstract long Position { get; }

    /// <summary>Bytes held; of keys and values that n forks share, an n-th part.</summary>
    public abstract long Bytes { get; }

    /// <summary>Back to the start of a sequence.</summary>
    public abstract void Reset();

    /// <summary>Back to an earlier place, as if what came after it had not been read. Its beginning and its end every state can go back to, others only those of models that carry keys and values alone.</summary>
    /// <param name="position">Tokens that it shall have read: 0 … <see cref="Position"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">A negative place, or one that was not read yet.</exception>
    /// <exception cref="TttException">The model's states can't go back, or tokens that a window had there are gone. The state is as it was.</exception>
    public virtual void Rewind(long position)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(position);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(position, Position);
        if (position == Position) return;
        if (position > 0) throw CantGoBack();
        Reset();
    }

    /// <summary>An independent copy.</summary>
    public abstract SequenceState Fork();

    /// <summary>Writes the state to a file, whole or not at all.</summary>
    public abstract void Save(string path);

    /// <summary>Takes over what <see cref="Save"/> wrote.</summary>
    /// <exception cref="TttException">Not a state file, damaged, or of another model.</exception>
    public abstract void Restore(string path);

    /// <inheritdoc/>
    public abstract void Dispose();

    private protected static TttException CantGoBack() => new("this model's inner weights can't go back; fork the state where you may want to return");
}
