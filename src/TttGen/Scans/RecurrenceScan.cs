namespace TttGen.Scans;

/// <summary>The loop over the tokens of a block of channels, with the block's state in the nearest cache.</summary>
public static unsafe class RecurrenceScan
{
    /// <summary>Elements of working memory.</summary>
    /// <param name="block">Elements of a row.</param>
    /// <param name="stateRows">Rows of a state.</param>
    /// <param name="constantRows">Rows of what no token has a part in.</param>
    /// <param name="tokenRows">Rows of what all places of a token share.</param>
    public static long ScratchSize(long block, long stateRows, long constantRows, long tokenRows) => block * (2 * stateRows + constantRows + tokenRows);

    /// <summary>Reads tokens.</summary>
    /// <param name="kernels">What reads one.</param>
    /// <param name="tokens">How many.</param>
    /// <param name="channel">The block's first channel.</param>
    /// <param name="from">[StateRows, Channels]: the state before the first token.</param>
    /// <param name="to">As much, perhaps the same: the state after the last; null: nobody asks for it.</param>
    /// <param name="scratch">Working memory.</param>
    public static void Run<TKernels, T>(TKernels kernels, int tokens, int channel, T* from, T* to, T* scratch) where TKernels : struct, IRecurrenceKernels<T> where T : unmanaged
    {
        var size = TKernels.StateRows * (nint)TKernels.Block;
        T* state = scratch, next = state + size;
        var block = Block<TKernels, T>(channel, next + size);
        Load<TKernels, T>(block, from, state);
        kernels.Constants(block);
        for (var t = 0; t < tokens; t++)
        {
            kernels.Token(block, t, state, next);
            var done = state;
            state = next;
            next = done;
        }
        if (to != null) Store<TKernels, T>(block, state, to);
    }

    /// <summary>A block over working memory for what no token has a part in, and what all places share.</summary>
    internal static RecurrenceBlock<T> Block<TKernels, T>(int channel, T* constants) where TKernels : struct, IRecurrenceBlockKernels<T> where T : unmanaged => new()
    {
        Channel = channel,
        Columns = Math.Min(TKernels.Block, TKernels.Channels - channel),
        Constants = constants,
        Values = constants + TKernels.ConstantRows * (nint)TKernels.Block,
    };

    /// <summary>A block's columns of a whole state.</summary>
    internal static void Load<TKernels, T>(in RecurrenceBlock<T> block, T* from, T* to) where TKernels : struct, IRecurrenceBlockKernels<T> where T : unmanaged
    {
        for (var r = 0; r < TKernels.StateRows; r++)
            new ReadOnlySpan<T>(from + r * (nint)TKernels.Channels + block.Channel, block.Columns).CopyTo(new Span<T>(to + r * (nint)TKernels.Block, block.Columns));
    }

    private static void Store<TKernels, T>(in RecurrenceBlock<T> block, T* from, T* to) where TKernels : struct, IRecurrenceBlockKernels<T> where T : unmanaged
    {
        for (var r = 0; r < TKernels.StateRows; r++)
            new ReadOnlySpan<T>(from + r * (nint)TKernels.Block, block.Columns).CopyTo(new Span<T>(to + r * (nint)TKernels.Channels + block.Channel, block.Columns));
    }
}
