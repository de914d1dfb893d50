using System.Runtime.CompilerServices;

namespace TttGen.Cpu;

/// <summary>Cuts a small product into register tiles: strips of columns, in each all the rows.</summary>
internal static unsafe class TileProduct<T, V>
    where T : unmanaged
    where V : struct, ILanes<V, T>
{
    private const int MostRows = 4;

    /// <summary>A strip of b this large stays in the first cache while the rows pass over it.</summary>
    private const int StripBytes = 32 << 10;

    /// <summary>AVX-512 has 32 registers: 4 × 4 sums. AVX2 and SSE have 16: 4 × 2.</summary>
    private static int MostVectors => Unsafe.SizeOf<V>() == 64 ? 4 : 2;

    /// <summary>1, of numbers that have no arithmetic here.</summary>
    internal static T One => typeof(T) == typeof(float) ? Unsafe.BitCast<float, T>(1f) : Unsafe.BitCast<double, T>(1d);

    /// <summary>As <see cref="Tile"/> says.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(
        int rows, int inner, int columns, T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, bool lower, bool add, T scale)
    {
        int most = lower ? inner : Math.Max(1, StripBytes / (MostVectors * Unsafe.SizeOf<V>()));
        if (inner <= most || rows <= MostRows)
        {
            Strips(rows, inner, columns, lower ? 0 : -1, a, aRow, aStep, b, bRow, c, cRow, add, scale);
            return;
        }

        for (int k = 0; k < inner; k += most)
        {
            // What follows the first part is added to it.
            bool more = add || k > 0;
            Strips(rows, Math.Min(most, inner - k), columns, -1, a + k * aStep, aRow, aStep, b + k * bRow, bRow, c, cRow, more, add ? scale : One);
        }
    }

    /// <summary>As <see cref="Tile"/> says: rows i … i + 3 begin at column i.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyUpper(
        int rows, int inner, int columns, T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, bool add, T scale)
    {
        for (int i = 0; i < rows; i += MostRows)
            Strips(Math.Min(MostRows, rows - i), Math.Max(0, inner - i), columns, -1, a + i * aRow + i * aStep, aRow, aStep, b + i * bRow, bRow, c + i * cRow, cRow, add, scale);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Strips(
        int rows, int inner, int columns, int lower, T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, bool add, T scale)
    {
        int j = 0;
        if (rows <= 2 && lower < 0)
        {
            int width = WideKernel<T, V, N1>.Vectors * V.Count;
            for (; columns - j >= width; j += width)
            {
                if (rows == 1)
                    WideKernel<T, V, N1>.Multiply(inner, a, aRow, aStep, b + j, bRow, c + j, cRow, add, scale);
                else if (rows == 2)
                    WideKernel<T, V, N2>.Multiply(inner, a, aRow, aStep, b + j, bRow, c + j, cRow, add, scale);
            }
        }

        if (MostVectors == 4)
        {
            for (; columns - j >= 4 * V.Count; j += 4 * V.Count)
                Rows<N4, N0>(rows, inner, lower, a, aRow, aStep, b + j, bRow, c + j, cRow, 0, add, scale);
        }

        for (; columns - j >= 2 * V.Count; j += 2 * V.Count)
            Rows<N2, N0>(rows, inner, lower, a, aRow, aStep, b + j, bRow, c + j, cRow, 0, add, scale);
        for (; columns - j >= V.Count; j += V.Count)
            Rows<N1, N0>(rows, inner, lower, a, aRow, aStep, b + j, bRow, c + j, cRow, 0, add, scale);
        if (j < columns)
            Rows<N1, N1>(rows, inner, lower, a, aRow, aStep, b + j, bRow, c + j, cRow, columns - j, add, scale);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Rows<C, P>(
        int rows, int inner, int lower, T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, int count, bool add, T scale)
        where C : struct, IConstant
        where P : struct, IConstant
    {
        int tiles = rows / MostRows, whole = tiles * MostRows;
        if (tiles > 0)
            Rows<N4, C, P>(tiles, inner, lower, a, aRow, aStep, b, bRow, c, cRow, count, add, scale);
        a += whole * aRow;
        c += whole * cRow;
        if (lower >= 0)
            lower += whole;
        switch (rows - whole)
        {
            case 1: Rows<N1, C, P>(1, inner, lower, a, aRow, aStep, b, bRow, c, cRow, count, add, scale); break;
            case 2: Rows<N2, C, P>(1, inner, lower, a, aRow, aStep, b, bRow, c, cRow, count, add, scale); break;
            case 3: Rows<N3, C, P>(1, inner, lower, a, aRow, aStep, b, bRow, c, cRow, count, add, scale); break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Rows<R, C, P>(
        int tiles, int inner, int lower, T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, int count, bool add, T scale)
        where R : struct, IConstant
        where C : struct, IConstant
        where P : struct, IConstant
    {
        if (C.Value == 1 && lower < 0)
            NarrowKernel<T, V, R, P>.Multiply(tiles, inner, a, aRow, aStep, b, bRow, c, cRow, count, add, scale);
        else
            TileKernel<T, V, R, C, P>.Multiply(tiles, inner, lower, a, aRow, aStep, b, bRow, c, cRow, count, add, scale);
    }
}
