namespace TttGen.Scans;

/// <summary>A recurrence over a block of channels: its sizes, and what no token has a part in.</summary>
/// <typeparam name="T">The element.</typeparam>
public interface IRecurrenceBlockKernels<T> where T : unmanaged
{
    /// <summary>Channels in all.</summary>
    static abstract int Channels { get; }

    /// <summary>Channels that are read at once at most, and elements from row to row of what is kept for them: a multiple of 16.</summary>
    static abstract int Block { get; }

    /// <summary>Rows of a state: for each part one a place.</summary>
    static abstract int StateRows { get; }

    /// <summary>Rows of what no token has a part in: made once a block.</summary>
    static abstract int ConstantRows { get; }

    /// <summary>Rows of what all places of a token share.</summary>
    static abstract int TokenRows { get; }

    /// <summary>Makes what no token has a part in.</summary>
    void Constants(in RecurrenceBlock<T> block);
}

/// <summary>A scan of it.</summary>
/// <typeparam name="T">The element.</typeparam>
public unsafe interface IRecurrenceKernels<T> : IRecurrenceBlockKernels<T> where T : unmanaged
{
    /// <summary>One token: the state after it, and its answers.</summary>
    /// <param name="block">The channels.</param>
    /// <param name="token">Which token of the call.</param>
    /// <param name="state">[StateRows, Block]: before it.</param>
    /// <param name="next">[StateRows, Block]: after it; other memory.</param>
    void Token(in RecurrenceBlock<T> block, int token, T* state, T* next);
}

/// <summary>The gradient of a scan.</summary>
/// <typeparam name="T">The element.</typeparam>
public unsafe interface IRecurrenceBackwardKernels<T> : IRecurrenceBlockKernels<T> where T : unmanaged
{
    /// <summary>One token without its answers: the state after it.</summary>
    /// <param name="block">The channels.</param>
    /// <param name="token">Which token of the call.</param>
    /// <param name="state">[StateRows, Block]: before it.</param>
    /// <param name="next">[StateRows, Block]: after it; other memory.</param>
    void Advance(in RecurrenceBlock<T> block, int token, T* state, T* next);

    /// <summary>The gradient of one token: sets those of its rows, adds to those of what no token has a part in.</summary>
    /// <param name="block">The channels.</param>
    /// <param name="token">Which token of the call.</param>
    /// <param name="state">[StateRows, Block]: before it.</param>
    /// <param name="dNext">[StateRows, Block]: the gradient by the state after it.</param>
    /// <param name="dState">[StateRows, Block]: by the state before it; other memory.</param>
    void TokenBackward(in RecurrenceBlock<T> block, int token, T* state, T* dNext, T* dState);

    /// <summary>Adds the gradients of what no token has a part in to those of weights.</summary>
    void ConstantsBackward(in RecurrenceBlock<T> block);
}

/// <summary>Channels that are read at once, and working memory for them.</summary>
/// <typeparam name="T">The element.</typeparam>
public unsafe struct RecurrenceBlock<T> where T : unmanaged
{
    /// <summary>The first.</summary>
    public int Channel;

    /// <summary>How many.</summary>
    public int Columns;

    /// <summary>[ConstantRows, Block].</summary>
    public T* Constants;

    /// <summary>[TokenRows, Block].</summary>
    public T* Values;

    /// <summary>[ConstantRows, Block]: gradients; null in a scan without.</summary>
    public T* ConstantGradients;

    /// <summary>[TokenRows, Block]: gradients; null in a scan without.</summary>
    public T* ValueGradients;
}
