namespace TttGen.Scans;

/// <summary>What every scan is driven by whose memory an optimiser moves. A state is the weights that the mini-batch started from, then each part of the optimiser.</summary>
/// <typeparam name="T">The element.</typeparam>
public unsafe interface IOptimiserKernels<T> where T : unmanaged
{
    /// <summary>Tokens of a mini-batch, at least 1.</summary>
    static abstract int MiniBatchTokens { get; }

    /// <summary>Rows that a kernel takes at most: a mini-batch, or one.</summary>
    static abstract int RowsAtOnce { get; }

    /// <summary>Elements of one head's fast weights, and of each part.</summary>
    static abstract int WeightsSize { get; }

    /// <summary>Numbers kept beside each weight; the first is the weight itself.</summary>
    static abstract int Parts { get; }

    /// <summary>Numbers that a token gives the step.</summary>
    static abstract int Inputs { get; }

    /// <summary>[parts, parts]: what a mini-batch's end makes of the parts; empty where it leaves them as they are.</summary>
    static abstract ReadOnlySpan<double> Close { get; }

    /// <summary>One token's step: [parts, parts + 1], the shares of the parts and of the gradient in each part after it.</summary>
    void Coefficients(T* inputs, T* coefficients, T* scratch);
}

/// <summary>What such a scan is driven by.</summary>
/// <typeparam name="T">The element.</typeparam>
public unsafe interface IOptimisedScanKernels<T> : IOptimiserKernels<T> where T : unmanaged
{
    /// <summary>Rows from any place in a mini-batch: their answers, and the parts after them.</summary>
    void Step(in ScanPart<T> part, T* weights, T* parts, T* table);
}

/// <summary>What the outer gradient of such a scan is driven by.</summary>
/// <typeparam name="T">The element.</typeparam>
public unsafe interface IOptimisedScanBackwardKernels<T> : IOptimiserKernels<T> where T : unmanaged
{
    /// <summary>The parts after rows, without their answers.</summary>
    void Gather(in ScanPart<T> part, T* weights, T* parts, T* table);

    /// <summary>The gradient of <see cref="IOptimisedScanKernels{T}.Step"/>: of rows and table set, of weights added to, of parts in by what they became and out by what they were.</summary>
    void StepBackward(in ScanPart<T> part, in ScanGradientPart<T> gradient, T* weights, T* parts, T* table, T* dWeights, T* dParts, T* dTable);

    /// <summary>The gradient of <see cref="IOptimiserKernels{T}.Coefficients"/> by the inputs: set.</summary>
    void CoefficientsBackward(T* inputs, T* dCoefficients, T* dInputs, T* scratch);
}
