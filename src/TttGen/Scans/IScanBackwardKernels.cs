namespace TttGen.Scans;

/// <summary>What the outer gradient of every scan is driven by.</summary>
/// <typeparam name="T">The element.</typeparam>
public unsafe interface IScanBackwardKernels<T> : IScanKernels<T> where T : unmanaged
{
    /// <summary>Adds the rows' gradients of their losses to the gradient sums.</summary>
    void Gather(in ScanPart<T> part, T* weights, T* sums);

    /// <summary>The gradient of <see cref="IScanKernels{T}.Close"/>: that of the new weights becomes that of the old ones and of the gradient sums.</summary>
    void CloseBackward(in ScanPart<T> part, in ScanGradientPart<T> gradient, T* weights, T* sums, T* dWeights, T* dSums);
}

/// <summary>The outer gradient of a scan in the dual form.</summary>
/// <typeparam name="T">The element.</typeparam>
public unsafe interface IDualScanBackwardKernels<T> : IScanBackwardKernels<T> where T : unmanaged
{
    /// <summary>Elements of what is kept of a mini-batch's inner gradient.</summary>
    static abstract int InnerSize { get; }

    /// <summary>The inner gradient of a whole mini-batch.</summary>
    void InnerGradient(in ScanPart<T> part, T* weights, T* inner);

    /// <summary>The weights after a whole mini-batch, from its inner gradient.</summary>
    void Advance(in ScanPart<T> part, T* weights, T* inner);

    /// <summary>The outer gradient of a whole mini-batch, from its inner gradient.</summary>
    void MiniBatchBackward(in ScanPart<T> part, in ScanGradientPart<T> gradient, T* weights, T* inner, T* dWeights);

    /// <summary>The outer gradient of rows from any place in a mini-batch.</summary>
    void StepBackward(in ScanPart<T> part, in ScanGradientPart<T> gradient, T* weights, T* sums, T* dWeights, T* dSums);
}

/// <summary>The outer gradient of a scan in the primal form.</summary>
/// <typeparam name="T">The element.</typeparam>
public unsafe interface IPrimalScanBackwardKernels<T> : IScanBackwardKernels<T> where T : unmanaged
{
    /// <summary>The outer gradient of one token.</summary>
    void TokenBackward(in ScanPart<T> part, in ScanGradientPart<T> gradient, T* weights, T* sums, T* dWeights, T* dSums);
}
