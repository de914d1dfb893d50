namespace TttGen.Checkpoints;

/// <summary>A checkpoint that can't be read as what it claims to be, or does not fit the model; one line that says where and why.</summary>
public sealed class CheckpointException : TttException
{
    /// <summary>An error with its one line.</summary>
    public CheckpointException(string message) : base(message) { }

    /// <summary>An error with its one line and its cause.</summary>
    public CheckpointException(string message, Exception inner) : base(message, inner) { }
}
