namespace TttGen.Scans;

/// <summary>What a scan is called with: tokens of one sequence and head, from any place in a mini-batch.</summary>
/// <typeparam name="T">The element.</typeparam>
public unsafe struct ScanCall<T> where T : unmanaged
{
    /// <summary>How many tokens.</summary>
    public int Tokens;

    /// <summary>Tokens of the mini-batch that came before.</summary>
    public int Place;

    /// <summary>[tokens, width].</summary>
    public RowView<T> Key, Value, Query;

    /// <summary>[tokens, width]: the answers.</summary>
    public RowView<T> Output;

    /// <summary>[tokens, 1]: the inner rate of each token.</summary>
    public RowView<T> Rate;

    /// <summary>In place of rates, where an optimiser of its own moves the memory: what its step is given of each token.</summary>
    public TokenInputs<T> Inputs;

    /// <summary>[mini-batch]: what the gradient sum is scaled by at each place.</summary>
    public T* TokenRate;

    /// <summary>Fast weights, then their gradient sums since the mini-batch began, or the parts of the optimiser. A forward scan moves it on; a backward one leaves it.</summary>
    public T* State;

    /// <summary>Working memory: the driver's own (<see cref="ScanScratch"/>), then the kernels'.</summary>
    public T* Scratch;
}
