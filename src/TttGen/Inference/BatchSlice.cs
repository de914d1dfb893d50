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

    /// <summary>[page classes]: a table of pages each, whose entry t / 64 is the page of token t; null where the model has no page classes. Entries of pages that lie wholly before the window may be null.</summary>
    public float*** Pages;
}
