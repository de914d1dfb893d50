using System.Runtime.CompilerServices;

namespace TttGen.Cpu;

/// <summary>
/// Products of small dense tiles with any strides: the inner models' mathematics. Sizes are exact: nothing is read or written beyond rows × columns.
/// c must not overlap a or b. Strides in elements.
/// </summary>
public static unsafe class Tile
{
    /// <summary>c = a · b with a(i, k) = a[i · aRow + k · aStep] (a transposed operand costs nothing) and b row-major.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply<T, V>(int rows, int inner, int columns, T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow)
        where T : unmanaged
        where V : struct, ILanes<V, T> =>
        TileProduct<T, V>.Multiply(rows, inner, columns, a, aRow, aStep, b, bRow, c, cRow, lower: false, add: false, default);

    /// <summary>c += scale · a · b, operands as in <see cref="Multiply"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyAdd<T, V>(int rows, int inner, int columns, T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, T scale)
        where T : unmanaged
        where V : struct, ILanes<V, T> =>
        TileProduct<T, V>.Multiply(rows, inner, columns, a, aRow, aStep, b, bRow, c, cRow, lower: false, add: true, scale);

    /// <summary>c = tril(a) · b: only k ≤ i of a is read; otherwise as <see cref="Multiply"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyLower<T, V>(int rows, int inner, int columns, T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow)
        where T : unmanaged
        where V : struct, ILanes<V, T> =>
        TileProduct<T, V>.Multiply(rows, inner, columns, a, aRow, aStep, b, bRow, c, cRow, lower: true, add: false, default);

    /// <summary>c += scale · tril(a) · b: only k ≤ i of a is read; otherwise as <see cref="MultiplyAdd"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyLowerAdd<T, V>(int rows, int inner, int columns, T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, T scale)
        where T : unmanaged
        where V : struct, ILanes<V, T> =>
        TileProduct<T, V>.Multiply(rows, inner, columns, a, aRow, aStep, b, bRow, c, cRow, lower: true, add: true, scale);

    /// <summary>c = a · b with a upper triangular, its zeros in their places: of them those left of the diagonal's blocks of four are not read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyUpper<T, V>(int rows, int inner, int columns, T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow)
        where T : unmanaged
        where V : struct, ILanes<V, T> =>
        TileProduct<T, V>.MultiplyUpper(rows, inner, columns, a, aRow, aStep, b, bRow, c, cRow, add: false, default);

    /// <summary>c += scale · a · b with a upper triangular, as in <see cref="MultiplyUpper"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyUpperAdd<T, V>(int rows, int inner, int columns, T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, T scale)
        where T : unmanaged
        where V : struct, ILanes<V, T> =>
        TileProduct<T, V>.MultiplyUpper(rows, inner, columns, a, aRow, aStep, b, bRow, c, cRow, add: true, scale);

    /// <summary>c(i, j) = Σ_k a(i, k) · b(j, k), both row-major: one or two rows as dot products, more through b transposed.</summary>
    /// <param name="rows">Rows of a and c.</param>
    /// <param name="inner">Columns of a and b.</param>
    /// <param name="columns">Rows of b, columns of c.</param>
    /// <param name="a">[rows, inner].</param>
    /// <param name="aRow">Stride of a.</param>
    /// <param name="b">[columns, inner].</param>
    /// <param name="bRow">Stride of b.</param>
    /// <param name="c">[rows, columns].</param>
    /// <param name="cRow">Stride of c.</param>
    /// <param name="scratch">inner × columns elements, overwritten where b is transposed.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void MultiplyTransposed<T, V>(int rows, int inner, int columns, T* a, nint aRow, T* b, nint bRow, T* c, nint cRow, T* scratch)
        where T : unmanaged
        where V : struct, ILanes<V, T>
    {
        switch (rows)
        {
            case 1:
                DotKernel<T, V, N1>.Multiply(inner, columns, a, aRow, b, bRow, c, cRow);
                break;
            case 2:
                DotKernel<T, V, N2>.Multiply(inner, columns, a, aRow, b, bRow, c, cRow);
                break;
            default:
                Transpose<T, V>(columns, inner, b, bRow, scratch, columns);
                Multiply<T, V>(rows, inner, columns, a, aRow, 1, scratch, columns, c, cRow);
                break;
        }
    }

    /// <summary>to(j, i) = from(i, j).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Transpose<T, V>(int rows, int columns, T* from, nint fromRow, T* to, nint toRow)
        where T : unmanaged
        where V : struct, ILanes<V, T>
    {
        int block = V.Count;
        for (int i = 0; i < rows; i += block)
        {
            for (int j = 0; j < columns; j += block)
            {
                T* corner = from + i * fromRow + j, target = to + j * toRow + i;
                if (i + block <= rows && j + block <= columns)
                    V.TransposeBlock(corner, fromRow, target, toRow);
                else
                    TransposeRest(Math.Min(block, rows - i), Math.Min(block, columns - j), corner, fromRow, target, toRow);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void TransposeRest<T>(int rows, int columns, T* from, nint fromRow, T* to, nint toRow)
        where T : unmanaged
    {
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
                to[j * toRow + i] = from[i * fromRow + j];
        }
    }
}
