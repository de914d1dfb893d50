namespace TttGen.Compiler.Emit.Gpu;

/// <summary>By how many elements at once a thread reads a product's operands and keeps its results.</summary>
/// <param name="HasNoLeft">A sum of rows: there is no left operand.</param>
/// <param name="LeftTransposed">The left operand's rows lie side by side.</param>
/// <param name="RowsAtOnce">Neighbouring rows of the result in a thread: 4 where the left operand is read so.</param>
/// <param name="ColumnsAtOnce">Neighbouring columns of the result: 4 where the right operand is read so.</param>
/// <param name="InnerAtOnce">Of the inner axis in one step.</param>
internal readonly record struct ProductForm(bool HasNoLeft, bool LeftTransposed, int RowsAtOnce, int ColumnsAtOnce, int InnerAtOnce);

/// <summary>How a product is dealt out to a block's threads.</summary>
/// <param name="Across">Threads side by side.</param>
/// <param name="Down">Threads one below the other.</param>
/// <param name="RowsEach">Rows of a thread, or fours of them.</param>
/// <param name="ColumnsEach">Columns of a thread, or fours of them.</param>
internal readonly record struct BlockTiling(int Across, int Down, int RowsEach, int ColumnsEach)
{
    private const int MostResults = 32;

    /// <summary>The division that takes a multiprocessor the least time.</summary>
    /// <param name="rows">Of the result.</param>
    /// <param name="columns">Of the result.</param>
    /// <param name="threads">Of the block.</param>
    /// <param name="products">How many there are, of the same right operand.</param>
    /// <param name="form">How operands are read.</param>
    public static BlockTiling Of(int rows, int columns, int threads, int products, ProductForm form)
    {
        var best = default(BlockTiling);
        var least = double.MaxValue;
        var (rowUnits, columnUnits) = (Ceiling(rows, form.RowsAtOnce), Ceiling(columns, form.ColumnsAtOnce));
        for (var across = 1; across <= threads; across *= 2)
            for (var m = 1; m <= 8; m++)
                for (var n = 1; n <= 8 && products * m * n * form.RowsAtOnce * form.ColumnsAtOnce <= MostResults; n++)
                {
                    var down = threads / across;
                    if (m > Ceiling(rowUnits, down) || n > Ceiling(columnUnits, across)) continue;
                    var deal = new BlockTiling(across, down, m, n);
                    var rounds = (double)Ceiling(rowUnits, down * m) * Ceiling(columnUnits, across * n);
                    var cost = rounds * deal.CostOfRound(products, form);
                    if (cost < least) (best, least) = (deal, cost);
                }
        return best;
    }

    /// <summary>
    /// Cycles of a multiprocessor that one warp takes for four of the inner axis: four instructions a cycle, and one access to shared memory of 128 bytes,
    /// where a load of the same address by several threads is one; and what a round costs in indices and results.
    /// </summary>
    private double CostOfRound(int products, ProductForm form)
    {
        var (warpColumns, warpRows) = (Math.Min(Across, 32), Math.Max(1, 32 / Across));
        var left = form.HasNoLeft ? 0 : form.RowsAtOnce == 4 ? 4 * RowsEach * Accesses(warpRows, 4) : form.InnerAtOnce == 4 ? RowsEach * Accesses(warpRows, 4) : 4 * RowsEach;
        var right = form.ColumnsAtOnce == 4 ? 4 * ColumnsEach * Accesses(warpColumns, 4) : form.InnerAtOnce == 4 ? ColumnsEach * Accesses(warpColumns, 4) : 4 * ColumnsEach * Accesses(warpColumns, 1);
        var results = products * RowsEach * form.RowsAtOnce * ColumnsEach * form.ColumnsAtOnce;
        return results + products * left + right + 1 + results / 4.0;
    }

    private static int Accesses(int threads, int elements) => Ceiling(threads * elements, 32);

    private static int Ceiling(int a, int b) => (a + b - 1) / b;
}
