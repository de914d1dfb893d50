using System.Runtime.CompilerServices;

namespace TttGen.Cpu;

/// <summary>
/// a · panel in register tiles. Few rows: the panel is streamed once, whatever its type. Many rows: k is cut so that a part of the panel, widened
/// to float if need be, stays in the first cache while all the rows pass over it.
/// </summary>
internal static unsafe class PanelProduct<V>
    where V : struct, IFloatBits<V>
{
    private const int Width = PackedMatrix.PanelWidth;

    /// <summary>256 rows of a panel are 32 KiB of floats; the rest of a 48 KiB cache is for a and the tile.</summary>
    private const int InnerBlock = 256;

    /// <summary>AVX-512 has 32 registers, AVX2 and SSE 16.</summary>
    private static int MostRows => V.Count == 16 ? 12 : 6;

    /// <summary>Two tiles: the second finds the panel in the second cache, and widening it apart would cost more than widening it twice.</summary>
    private static int StreamedRows => 2 * MostRows;

    /// <summary>tile = a · panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(PackedMatrix w, int panel, float* a, nint stride, int rows, float* tile)
    {
        if (rows <= 0)
            return;
        byte* weights = w.Panel(panel);
        switch (w.Type)
        {
            case WeightType.Float32:
                Multiply<Float32Format>(weights, w.Inner, a, stride, rows, tile);
                break;
            case WeightType.BFloat16:
                Multiply<BFloat16Format>(weights, w.Inner, a, stride, rows, tile);
                break;
            default:
                Multiply<Int8Format>(weights, w.Inner, a, stride, rows, tile);
                Scale(w.Scales(panel), rows, tile);
                break;
        }
    }

    /// <summary>tile (+)= a · rows first … of an f32 panel. The same rows of the next panel are brought near, and after the last panel what follows in the first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyPart(PackedMatrix w, int panel, int first, int count, float* a, nint stride, int rows, float* tile, bool add)
    {
        nint bytes = (nint)count * CachedFormat.RowBytes, start = (nint)first * CachedFormat.RowBytes;
        byte* next = panel + 1 < w.Panels ? w.Panel(panel + 1) + start : w.Panel(0) + start + bytes;
        Rows<CachedFormat>(w.Panel(panel) + start, count, a, stride, rows, tile, add, next, bytes);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Multiply<W>(byte* weights, int inner, float* a, nint stride, int rows, float* tile)
        where W : struct, IWeightFormat
    {
        if (rows > StreamedRows)
            Blocked<W>(weights, inner, a, stride, rows, tile);
        else
            Streamed<W>(weights, inner, a, stride, rows, tile);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Streamed<W>(byte* weights, int inner, float* a, nint stride, int rows, float* tile)
        where W : struct, IWeightFormat
    {
        // One register of 512 bits and its partner span the panel; narrower ones come back for its other columns, soon enough to find them in a cache.
        int most = V.Count == Width / 2 ? inner : InnerBlock;
        for (int first = 0; first < inner; first += most)
            Rows<W>(weights + (nint)first * W.RowBytes, Math.Min(most, inner - first), a + first, stride, rows, tile, add: first > 0, null, 0);
    }

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Blocked<W>(byte* weights, int inner, float* a, nint stride, int rows, float* tile)
        where W : struct, IWeightFormat
    {
        bool widen = typeof(W) != typeof(Float32Format);
        byte* scratch = stackalloc byte[widen ? (InnerBlock * Width + Width) * sizeof(float) : 1];
        var wide = (byte*)(((nint)scratch + 63) & ~63);
        int blocks = (inner + InnerBlock - 1) / InnerBlock;
        for (int block = 0; block < blocks; block++)
        {
            int first = (int)((long)inner * block / blocks), count = (int)((long)inner * (block + 1) / blocks) - first;
            byte* part = weights + (nint)first * W.RowBytes;
            byte* end = part + (nint)count * W.RowBytes;
            if (widen)
                Widen<W>(part, count, (float*)wide);
            Rows<CachedFormat>(widen ? wide : part, count, a + first, stride, rows, tile, add: block > 0, end, (nint)count * W.RowBytes);
        }
    }

    /// <summary>
    /// All rows, in register tiles of nearly equal height: a tile of one or two rows would wait for its own sums. Meanwhile the weights that follow
    /// (the next block or the next panel) are brought near, a share with each tile.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows<W>(byte* weights, int inner, float* a, nint stride, int rows, float* tile, bool add, byte* next, nint nextBytes)
        where W : struct, IWeightFormat
    {
        int tiles = (rows + MostRows - 1) / MostRows;
        nint step = nextBytes / ((nint)tiles * inner);
        for (int i = 0; i < tiles; i++)
        {
            int first = (int)((long)rows * i / tiles), count = (int)((long)rows * (i + 1) / tiles) - first;
            for (int column = 0; column < Width / 2; column += V.Count)
                Tile<W>(count, weights, column, inner, a + first * stride, stride, tile + (nint)first * Width, add, next + nextBytes * i / tiles, step);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile<W>(int rows, byte* weights, int column, int inner, float* a, nint stride, float* tile, bool add, byte* next, nint step)
        where W : struct, IWeightFormat
    {
        switch (rows)
        {
            case 1: StreamKernel<V, W, N1>.Multiply(weights, column, inner, a, stride, tile, add); break;
            case 2: StreamKernel<V, W, N2>.Multiply(weights, column, inner, a, stride, tile, add); break;
            case 3: StreamKernel<V, W, N3>.Multiply(weights, column, inner, a, stride, tile, add); break;
            case 4: RegisterTile<V, W, N4>.Multiply(weights, column, inner, a, stride, tile, add, next, step); break;
            case 5: RegisterTile<V, W, N5>.Multiply(weights, column, inner, a, stride, tile, add, next, step); break;
            case 6: RegisterTile<V, W, N6>.Multiply(weights, column, inner, a, stride, tile, add, next, step); break;
            case 7: RegisterTile<V, W, N7>.Multiply(weights, column, inner, a, stride, tile, add, next, step); break;
            case 8: RegisterTile<V, W, N8>.Multiply(weights, column, inner, a, stride, tile, add, next, step); break;
            case 9: RegisterTile<V, W, N9>.Multiply(weights, column, inner, a, stride, tile, add, next, step); break;
            case 10: RegisterTile<V, W, N10>.Multiply(weights, column, inner, a, stride, tile, add, next, step); break;
            case 11: RegisterTile<V, W, N11>.Multiply(weights, column, inner, a, stride, tile, add, next, step); break;
            default: RegisterTile<V, W, N12>.Multiply(weights, column, inner, a, stride, tile, add, next, step); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Widen<W>(byte* weights, int inner, float* to)
        where W : struct, IWeightFormat
    {
        for (int k = 0; k < inner; k++, weights += W.RowBytes, to += Width)
        {
            for (int column = 0; column < Width / 2; column += V.Count)
            {
                W.Load(weights, column, out V low, out V high);
                V.Store(low, to + column);
                V.Store(high, to + column + Width / 2);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Scale(float* scales, int rows, float* tile)
    {
        for (int i = 0; i < rows; i++, tile += Width)
        {
            for (int column = 0; column < Width; column += V.Count)
                V.Store(V.Load(tile + column) * V.Load(scales + column), tile + column);
        }
    }
}
