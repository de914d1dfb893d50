namespace TttGen.Inference;

/// <summary>The state of a sequence as compiled models keep it: one block of f32, wherever it lies.</summary>
internal abstract class ModelState(string signature) : SequenceState
{
    private long _position;

    /// <summary>What a state of its model is called.</summary>
    internal string Signature { get; } = signature;

    /// <summary>Which sequence it is of the call that is being checked: the last one, where it is several.</summary>
    internal int Sequence { get; set; }

    /// <summary>Where its tokens begin among those of the call.</summary>
    internal int FirstToken { get; set; }

    /// <summary>Tokens of the call that it has read.</summary>
    internal int Done { get; set; }

    public override long Position => _position;

    internal void Advance(int tokens) => _position += tokens;

    private protected void MoveTo(long position) => _position = position;

    /// <summary>All numbers of the state.</summary>
    internal abstract ReadOnlySpan<float> Read();

    /// <summary>Refuses a disposed one.</summary>
    internal abstract void CheckAlive();

    public override void Save(string path) => StateFile.Write(path, Signature, Position, Read());
}
