using System.Runtime.CompilerServices;

namespace TttGen.Cpu;

/// <summary>
/// The gradient of a matrix in the checkpoint's order, [out, in]: dW[o, i] += Σ_n dY[n, o] · X[n, i]. Both operands are packed in panels of 32 columns,
/// row after row, and so read in order. A sum is cut by its rows alone: the same bits however the work is divided.
/// </summary>
public static unsafe class GradientProduct
{
    /// <summary>Rows that are packed at once: callers with more take them in turns.</summary>
    public const int RowsAtOnce = 1024;

    private const int Width = PackedMatrix.PanelWidth;

    /// <summary>256 rows of a panel of x are 32 KiB: they stay in the first cache while panels of dY pass over them.</summary>
    private const int RowBlock = 256;

    /// <summary>16 blocks of dY are 512 KiB: they stay in the second cache while all of x passes over them.</summary>
    private const int PanelsAtOnce = 16;

    private const nint PanelStride = RowsAtOnce * Width;

    /// <summary>Elements of so many packed columns: [panels][<see cref="RowsAtOnce"/>][32].</summary>
    public static long PackedSize(int columns) => (columns + Width - 1) / Width * (long)PanelStride;

    /// <summary>Packs rows; several threads may pack rows of their own. Columns beyond the matrix become zero.</summary>
    /// <param name="rows">[count, columns].</param>
    /// <param name="stride">Elements from one row to the next.</param>
    /// <param name="first">Where the first of them goes: 0 … <see cref="RowsAtOnce"/> − count.</param>
    /// <param name="count">Rows.</param>
    /// <param name="columns">Columns: 1 or more.</param>
    /// <param name="packed"><see cref="PackedSize"/> elements.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Pack<V>(float* rows, nint stride, int first, int count, int columns, float* packed)
        where V : struct, ILanes<V, float> =>
        PanelRows.Write<V>(rows, stride, count, columns, packed + (nint)first * Width, PanelStride);

    /// <summary>gradient += dYᵀ · x, for the outputs of some panels of dY: a worker's share.</summary>
    /// <param name="dY">[rows, outputs], packed.</param>
    /// <param name="outputs">Columns of dY: rows of the gradient.</param>
    /// <param name="firstPanel">First panel of dY.</param>
    /// <param name="endPanel">Past the last panel of dY.</param>
    /// <param name="x">[rows, inputs], packed.</param>
    /// <param name="inputs">Columns of x and of the gradient.</param>
    /// <param name="rows">0 … <see cref="RowsAtOnce"/>.</param>
    /// <param name="gradient">[outputs, inputs], dense.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Accumulate<V>(float* dY, int outputs, int firstPanel, int endPanel, float* x, int inputs, int rows, float* gradient)
        where V : struct, ILanes<V, float>
    {
        int blocks = (rows + RowBlock - 1) / RowBlock;
        for (int panels = firstPanel; panels < endPanel; panels += PanelsAtOnce)
        {
            int end = Math.Min(endPanel, panels + PanelsAtOnce);
            for (int block = 0; block < blocks; block++)
            {
                int first = rows * block / blocks, count = rows * (block + 1) / blocks - first;
                for (int column = 0; column < inputs; column += Width)
                {
                    float* part = x + column / Width * PanelStride + first * Width;
                    for (int panel = panels; panel < end; panel++)
                    {
                        float* to = gradient + (nint)panel * Width * inputs + column;
                        Panel<V>(count, dY + panel * PanelStride + first * Width, Math.Min(Width, outputs - panel * Width), part, Math.Min(Width, inputs - column), to, inputs);
                    }
                }
            }
        }
    }

    /// <summary>One panel of dY and one of x. The tile goes to the gradient at once, or where x has fewer columns through a whole tile.</summary>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Panel<V>(int rows, float* dY, int outputs, float* x, int inputs, float* to, nint stride)
        where V : struct, ILanes<V, float>
    {
        if (inputs == Width)
        {
            Tiles<V>(rows, dY, outputs, x, to, stride);
            return;
        }

        float* whole = stackalloc float[Width * Width];
        for (int i = 0; i < outputs * Width; i += V.Count)
            V.Store(V.Zero, whole + i);
        Tiles<V>(rows, dY, outputs, x, whole, Width);
        for (int i = 0; i < outputs; i++)
        {
            for (int j = 0; j < inputs; j++)
                to[i * stride + j] += whole[i * Width + j];
        }
    }

    /// <summary>Register tiles of nearly equal height: AVX-512 has registers for twelve rows, AVX2 and SSE for six.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tiles<V>(int rows, float* dY, int outputs, float* x, float* to, nint stride)
        where V : struct, ILanes<V, float>
    {
        int most = V.Count == 16 ? 12 : 6, tiles = (outputs + most - 1) / most;
        for (int i = 0; i < tiles; i++)
        {
            int first = outputs * i / tiles, count = outputs * (i + 1) / tiles - first;
            for (int column = 0; column < Width / 2; column += V.Count)
                Tile<V>(count, rows, dY + first, x + column, to + first * stride + column, stride);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Tile<V>(int outputs, int rows, float* dY, float* x, float* to, nint stride)
        where V : struct, ILanes<V, float>
    {
        switch (outputs)
        {
            case 1: GradientKernel<V, N1>.Add(rows, dY, x, to, stride); break;
            case 2: GradientKernel<V, N2>.Add(rows, dY, x, to, stride); break;
            case 3: GradientKernel<V, N3>.Add(rows, dY, x, to, stride); break;
            case 4: GradientKernel<V, N4>.Add(rows, dY, x, to, stride); break;
            case 5: GradientKernel<V, N5>.Add(rows, dY, x, to, stride); break;
            case 6: GradientKernel<V, N6>.Add(rows, dY, x, to, stride); break;
            case 7: GradientKernel<V, N7>.Add(rows, dY, x, to, stride); break;
            case 8: GradientKernel<V, N8>.Add(rows, dY, x, to, stride); break;
            case 9: GradientKernel<V, N9>.Add(rows, dY, x, to, stride); break;
            case 10: GradientKernel<V, N10>.Add(rows, dY, x, to, stride); break;
            case 11: GradientKernel<V, N11>.Add(rows, dY, x, to, stride); break;
            default: GradientKernel<V, N12>.Add(rows, dY, x, to, stride); break;
        }
    }
}
