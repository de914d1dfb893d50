namespace TttGen.Inference;

/// <summary>The part of one sequence that a pass works on.</summary>
public unsafe struct BatchSlice
{
    /// <summary>Its first row among the pass's packed rows.</summary>
    public int First;

    /// <summary>Its rows.</summary>
    public int Count;

    /// <summary>Tokens of the sequence before them.</summary>
    public long Position;

    /// <summary>The sequence's state.</summary>
    public float* State;

    /// <summary>Where its state goes after the pass: the same where it is replaced; null: nowhere.</summary>
    public float* End;
}
