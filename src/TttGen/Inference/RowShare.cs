namespace TttGen.Inference;

/// <summary>
/// One worker's part of a product kernel: a stretch of rows and all columns where there are many rows, all rows and a stretch of column panels
/// where there are few (decoding) or the matrix is so wide that reading it once matters more.
/// </summary>
/// <param name="FirstRow">First row.</param>
/// <param name="EndRow">Past the last row.</param>
/// <param name="FirstPanel">First panel of all the kernel's matrices side by side.</param>
/// <param name="EndPanel">Past the last panel.</param>
/// <param name="BlockRows">Rows to take at once, so that the left operand stays in the second-level cache.</param>
public readonly record struct RowShare(int FirstRow, int EndRow, int FirstPanel, int EndPanel, int BlockRows)
{
    /// <summary>Rows of the register tile: blocks are multiples of it.</summary>
    public const int TileRows = 12;

    private const int BlockBytes = 600 << 10;
    private const int WidePanels = 256;

    /// <summary>Rows that a block of a left operand of so many columns may have.</summary>
    public static int MaxBlockRows(int inner) => Math.Max(TileRows, BlockBytes / (4 * inner) / TileRows * TileRows);

    /// <summary>Divides the work.</summary>
    public static RowShare Of(int rows, int panels, int inner, int worker, int workers)
    {
        var byColumns = workers > 1 && (rows < workers * 2 * TileRows || panels >= workers * WidePanels);
        int first = 0, end = rows, firstPanel = 0, endPanel = panels;
        if (byColumns)
        {
            firstPanel = (int)((long)panels * worker / workers);
            endPanel = (int)((long)panels * (worker + 1) / workers);
        }
        else
        {
            var tiles = (rows + TileRows - 1) / TileRows;
            first = (int)((long)tiles * worker / workers) * TileRows;
            end = Math.Min(rows, (int)((long)tiles * (worker + 1) / workers) * TileRows);
        }
        var blocks = Math.Max(1, (end - first + MaxBlockRows(inner) - 1) / MaxBlockRows(inner));
        var size = ((end - first + blocks - 1) / blocks + TileRows - 1) / TileRows * TileRows;
        return new RowShare(first, end, firstPanel, endPanel, Math.Max(size, TileRows));
    }

    /// <summary>Rows for row-wise kernels: an even part.</summary>
    public static (int First, int End) OfRows(int rows, int worker, int workers) => ((int)((long)rows * worker / workers), (int)((long)rows * (worker + 1) / workers));

    /// <summary>Rows of a block whose sum is one number a column.</summary>
    public const int SumRows = 128;

    private const int FixedRows = 96;

    /// <summary>Blocks of rows that sums are made of.</summary>
    public static int SumBlocks(int rows) => (rows + SumRows - 1) / SumRows;

    /// <summary>Whole blocks for kernels that sum over rows: which numbers are added to which does not depend on the number of workers.</summary>
    public static (int First, int End) OfSums(int rows, int worker, int workers) => OfRows(SumBlocks(rows), worker, workers);

    /// <summary>Divides the work of a product by rows, in blocks that are the same for any number of workers: so are the bits of its results.</summary>
    public static RowShare Fixed(int rows, int panels, int inner, int worker, int workers)
    {
        var size = Math.Min(FixedRows, MaxBlockRows(inner));
        var (first, end) = OfRows((rows + size - 1) / size, worker, workers);
        return new RowShare(first * size, Math.Min(rows, end * size), 0, panels, size);
    }
}
