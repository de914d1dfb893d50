namespace TttGen.Scans;

/// <summary>Working memory that drivers of scans take for themselves, before the kernels'. The compiler reserves by the same rules.</summary>
public static class ScanScratch
{
    /// <summary>Elements for a number a row of a mini-batch, at a boundary of 16.</summary>
    public static int Row(int miniBatch) => (miniBatch + 15) / 16 * 16;

    /// <summary>Elements that a forward scan takes: its rates.</summary>
    public static int Forward(int miniBatch) => Row(miniBatch);

    /// <summary>Elements that a backward scan in the dual form takes: three numbers a row, and the gradient sums.</summary>
    public static int DualBackward(int miniBatch, int weights) => 3 * Row(miniBatch) + weights;

    /// <summary>Elements that a backward scan in the primal form takes: the gradient sums before each token, and after the last.</summary>
    public static int PrimalBackward(int miniBatch, int weights) => 3 * Row(miniBatch) + (miniBatch + 1) * weights;

    /// <summary>Elements that a forward scan under an optimiser takes: one token's inputs, the rows' coefficients, the table of their steps.</summary>
    public static int Optimised(int inputs, int parts, int rows) => Row(inputs) + Row(rows * parts * (parts + 1)) + StepTable<float>.Size(parts, rows);

    /// <summary>Elements that its backward scan takes: those twice, for their gradients, a column's history, and the parts before each call of a mini-batch.</summary>
    public static int OptimisedBackward(int inputs, int parts, int rows, int miniBatch, int weights) =>
        2 * Optimised(inputs, parts, rows) + Row((rows + 1) * parts) + (miniBatch + rows - 1) / rows * parts * weights;

    /// <summary>Elements that the probe of inner losses takes: losses, the weights after a mini-batch, answers that nobody reads.</summary>
    public static int Losses(int miniBatch, int weights, int width) => Row(miniBatch) + weights + miniBatch * width;
}
