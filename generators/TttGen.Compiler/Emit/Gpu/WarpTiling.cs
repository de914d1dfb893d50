namespace TttGen.Compiler.Emit.Gpu;

/// <summary>How a product on tensor cores is dealt out to a block's warps.</summary>
/// <param name="Rows">Tiles of 16 rows of a warp.</param>
/// <param name="Columns">Tiles of 8 columns of a warp.</param>
internal readonly record struct WarpTiling(int Rows, int Columns)
{
    private const int MostSums = 32;

    // Instructions of a warp: to read and split 16 × 16 of a left operand, 16 × 8 of a right one, to multiply, and to store a tile.
    private const int OfLeft = 52, OfExactLeft = 12, OfRight = 26, OfExactRight = 6, OfProduct = 2, OfResult = 8;

    /// <summary>The division with the fewest instructions.</summary>
    /// <param name="rows">Sixteens of rows.</param>
    /// <param name="columns">Eights of columns.</param>
    /// <param name="inner">Sixteens of the inner dimension.</param>
    /// <param name="warps">Of the block.</param>
    /// <param name="products">How many there are, of the same right operand.</param>
    /// <param name="leftIsExact">The left operand is bf16.</param>
    /// <param name="rightIsExact">The right operand is bf16.</param>
    public static WarpTiling Of(int rows, int columns, int inner, int warps, int products, bool leftIsExact, bool rightIsExact)
    {
        var best = new WarpTiling(1, 1);
        var least = double.MaxValue;
        var passes = leftIsExact && rightIsExact ? 1 : leftIsExact || rightIsExact ? 3 : 6;
        for (var m = 1; m <= 4; m *= 2)
            for (var n = 1; n <= 8; n++)
            {
                if (rows % m != 0 || columns % n != 0 || 4 * products * m * n > MostSums) continue;
                var rounds = (rows / m * (columns / n) + warps - 1) / warps;
                var cost = (double)rounds * (inner * (products * m * (leftIsExact ? OfExactLeft : OfLeft) + n * (rightIsExact ? OfExactRight : OfRight) + products * m * n * passes * OfProduct)
                    + products * m * n * OfResult);
                if (cost < least) (best, least) = (new WarpTiling(m, n), cost);
            }
        return best;
    }
}
