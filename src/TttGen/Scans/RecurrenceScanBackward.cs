namespace TttGen.Scans;

/// <summary>
/// The gradient of a recurrence over a block of channels: states are saved every few tokens and recomputed in between, and tokens are differentiated from the last to the
/// first. No gradient flows into the state that a call starts from.
/// </summary>
public static unsafe class RecurrenceScanBackward
{
    /// <summary>Tokens from one saved state to the next.</summary>
    public const int TokensApart = 32;

    /// <summary>Elements of working memory.</summary>
    /// <param name="block">Elements of a row.</param>
    /// <param name="stateRows">Rows of a state.</param>
    /// <param name="constantRows">Rows of what no token has a part in.</param>
    /// <param name="tokenRows">Rows of what all places of a token share.</param>
    public static long ScratchSize(long block, long stateRows, long constantRows, long tokenRows) => block * ((TokensApart + 2) * stateRows + 2 * (constantRows + tokenRows));

    /// <summary>Elements of memory for saved states.</summary>
    /// <param name="tokens">Tokens of a call at most.</param>
    /// <param name="block">Elements of a row.</param>
    /// <param name="stateRows">Rows of a state.</param>
    public static long CheckpointsSize(long tokens, long block, long stateRows) => (tokens + TokensApart - 1) / TokensApart * block * stateRows;

    /// <summary>Differentiates a scan.</summary>
    /// <param name="kernels">What differentiates a token.</param>
    /// <param name="tokens">How many.</param>
    /// <param name="channel">The block's first channel.</param>
    /// <param name="from">[StateRows, Channels]: the state before the first token.</param>
    /// <param name="checkpoints">Memory for saved states.</param>
    /// <param name="scratch">Working memory.</param>
    public static void Run<TKernels, T>(TKernels kernels, int tokens, int channel, T* from, T* checkpoints, T* scratch) where TKernels : struct, IRecurrenceBackwardKernels<T> where T : unmanaged
    {
        if (tokens == 0) return;
        nint size = TKernels.StateRows * (nint)TKernels.Block, constants = TKernels.ConstantRows * (nint)TKernels.Block, values = TKernels.TokenRows * (nint)TKernels.Block;
        // the states before each token of a stretch; that after its last is asked for by nothing
        var states = scratch;
        T* dNext = states + TokensApart * size, dState = dNext + size;
        var block = RecurrenceScan.Block<TKernels, T>(channel, dState + size);
        block.ConstantGradients = block.Values + values;
        block.ValueGradients = block.ConstantGradients + constants;
        new Span<T>(dNext, (int)size).Clear();
        new Span<T>(block.ConstantGradients, (int)constants).Clear();
        kernels.Constants(block);

        var stretches = (tokens + TokensApart - 1) / TokensApart;
        RecurrenceScan.Load<TKernels, T>(block, from, checkpoints);
        for (var s = 0; s + 1 < stretches; s++)
        {
            var state = checkpoints + s * size;
            for (var i = 0; i < TokensApart; i++)
            {
                var next = i + 1 == TokensApart ? checkpoints + (s + 1) * size : states + i % 2 * size;
                kernels.Advance(block, s * TokensApart + i, state, next);
                state = next;
            }
        }
        for (var s = stretches - 1; s >= 0; s--)
        {
            int first = s * TokensApart, count = Math.Min(TokensApart, tokens - first);
            new ReadOnlySpan<T>(checkpoints + s * size, (int)size).CopyTo(new Span<T>(states, (int)size));
            for (var i = 0; i + 1 < count; i++) kernels.Advance(block, first + i, states + i * size, states + (i + 1) * size);
            for (var i = count - 1; i >= 0; i--)
            {
                kernels.TokenBackward(block, first + i, states + i * size, dNext, dState);
                var done = dNext;
                dNext = dState;
                dState = done;
            }
        }
        kernels.ConstantsBackward(block);
    }
}
