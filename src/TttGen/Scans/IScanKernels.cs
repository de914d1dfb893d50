namespace TttGen.Scans;

/// <summary>What every scan of an inner model is driven by: its sizes, and the end of a mini-batch that was read in parts.</summary>
/// <typeparam name="T">The element.</typeparam>
public unsafe interface IScanKernels<T> where T : unmanaged
{
    /// <summary>Tokens of a mini-batch, at least 1.</summary>
    static abstract int MiniBatchTokens { get; }

    /// <summary>Elements of one head's fast weights; a state is these and their gradient sums.</summary>
    static abstract int WeightsSize { get; }

    /// <summary>The weights that the next mini-batch starts from, and gradient sums of zero.</summary>
    void Close(in ScanPart<T> part, T* weights, T* sums);
}

/// <summary>A scan in the dual form.</summary>
/// <typeparam name="T">The element.</typeparam>
public unsafe interface IDualScanKernels<T> : IScanKernels<T> where T : unmanaged
{
    /// <summary>A whole mini-batch: its answers, and the weights that the next one starts from.</summary>
    void MiniBatch(in ScanPart<T> part, T* weights);

    /// <summary>Rows of a mini-batch from any place in it: their answers, and the gradient sums after them.</summary>
    void Step(in ScanPart<T> part, T* weights, T* sums);
}

/// <summary>A scan in the primal form.</summary>
/// <typeparam name="T">The element.</typeparam>
public unsafe interface IPrimalScanKernels<T> : IScanKernels<T> where T : unmanaged
{
    /// <summary>One token: its answer, and the gradient sums after it.</summary>
    void Token(in ScanPart<T> part, T* weights, T* sums);
}
