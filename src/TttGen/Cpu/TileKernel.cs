using System.Runtime.CompilerServices;

namespace TttGen.Cpu;

/// <summary>
/// The register tile of the small products: R ≤ 4 rows × C ≤ 4 registers of columns. P is 1 where the only register of columns (C = 1) is a partial one.
/// </summary>
internal static unsafe class TileKernel<T, V, R, C, P>
    where T : unmanaged
    where V : struct, ILanes<V, T>
    where R : struct, IConstant
    where C : struct, IConstant
    where P : struct, IConstant
{
    /// <summary>R rows at a time, <paramref name="tiles"/> times: c = a · b, or c += scale · a · b.</summary>
    /// <param name="tiles">Tiles of R rows.</param>
    /// <param name="inner">Columns of a.</param>
    /// <param name="lower">Rows before the first one where a is lower triangular (only k ≤ i is read); −1 where it is full.</param>
    /// <param name="a">a(i, k) = a[i · aRow + k · aStep].</param>
    /// <param name="aRow">Stride of rows of a.</param>
    /// <param name="aStep">Stride of columns of a.</param>
    /// <param name="b">First column of the strip, row-major.</param>
    /// <param name="bRow">Stride of b.</param>
    /// <param name="c">First column of the strip, row-major.</param>
    /// <param name="cRow">Stride of c.</param>
    /// <param name="count">Columns of a partial register.</param>
    /// <param name="add">Whether c is added to.</param>
    /// <param name="scale">Factor of what is added: where it is one, the sums start from c, and no multiplication is spent on it.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(
        int tiles, int inner, int lower, T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, int count, bool add, T scale)
    {
        nint second = 2 * aRow;
        bool start = add && EqualityComparer<T>.Default.Equals(scale, TileProduct<T, V>.One);
        add &= !start;
        for (; tiles > 0; tiles--)
        {
            V s00 = V.Zero, s01 = V.Zero, s02 = V.Zero, s03 = V.Zero;
            V s10 = V.Zero, s11 = V.Zero, s12 = V.Zero, s13 = V.Zero;
            V s20 = V.Zero, s21 = V.Zero, s22 = V.Zero, s23 = V.Zero;
            V s30 = V.Zero, s31 = V.Zero, s32 = V.Zero, s33 = V.Zero;
            if (start)
            {
                Load(c, count, out s00, out s01, out s02, out s03);
                if (R.Value > 1)
                    Load(c + cRow, count, out s10, out s11, out s12, out s13);
                if (R.Value > 2)
                    Load(c + 2 * cRow, count, out s20, out s21, out s22, out s23);
                if (R.Value > 3)
                    Load(c + 3 * cRow, count, out s30, out s31, out s32, out s33);
            }

            int common = lower < 0 ? inner : Math.Min(lower + 1, inner);
            T* x = a, x3 = a + 3 * aRow, row = b;
            for (int k = 0; k < common; k++)
            {
                Load(row, count, out V b0, out V b1, out V b2, out V b3);
                Accumulate(x, b0, b1, b2, b3, ref s00, ref s01, ref s02, ref s03);
                if (R.Value > 1)
                    Accumulate(x + aRow, b0, b1, b2, b3, ref s10, ref s11, ref s12, ref s13);
                if (R.Value > 2)
                    Accumulate(x + second, b0, b1, b2, b3, ref s20, ref s21, ref s22, ref s23);
                if (R.Value > 3)
                    Accumulate(x3, b0, b1, b2, b3, ref s30, ref s31, ref s32, ref s33);
                x += aStep;
                x3 += aStep;
                row += bRow;
            }

            if (lower >= 0)
            {
                // The corner on the diagonal: row i of the tile takes i more steps.
                if (R.Value > 1 && common < inner)
                {
                    Load(row, count, out V b0, out V b1, out V b2, out V b3);
                    Accumulate(x + aRow, b0, b1, b2, b3, ref s10, ref s11, ref s12, ref s13);
                    if (R.Value > 2)
                        Accumulate(x + second, b0, b1, b2, b3, ref s20, ref s21, ref s22, ref s23);
                    if (R.Value > 3)
                        Accumulate(x3, b0, b1, b2, b3, ref s30, ref s31, ref s32, ref s33);
                }

                if (R.Value > 2 && common + 1 < inner)
                {
                    Load(row + bRow, count, out V b0, out V b1, out V b2, out V b3);
                    Accumulate(x + second + aStep, b0, b1, b2, b3, ref s20, ref s21, ref s22, ref s23);
                    if (R.Value > 3)
                        Accumulate(x3 + aStep, b0, b1, b2, b3, ref s30, ref s31, ref s32, ref s33);
                }

                if (R.Value > 3 && common + 2 < inner)
                {
                    Load(row + 2 * bRow, count, out V b0, out V b1, out V b2, out V b3);
                    Accumulate(x3 + 2 * aStep, b0, b1, b2, b3, ref s30, ref s31, ref s32, ref s33);
                }

                lower += R.Value;
            }

            V factor = V.Broadcast(scale);
            Finish(c, count, add, factor, s00, s01, s02, s03);
            if (R.Value > 1)
                Finish(c + cRow, count, add, factor, s10, s11, s12, s13);
            if (R.Value > 2)
                Finish(c + 2 * cRow, count, add, factor, s20, s21, s22, s23);
            if (R.Value > 3)
                Finish(c + 3 * cRow, count, add, factor, s30, s31, s32, s33);
            a += R.Value * aRow;
            c += R.Value * cRow;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Load(T* row, int count, out V b0, out V b1, out V b2, out V b3)
    {
        b0 = P.Value == 1 ? V.LoadPartial(row, count) : V.Load(row);
        b1 = C.Value > 1 ? V.Load(row + V.Count) : V.Zero;
        b2 = C.Value > 2 ? V.Load(row + 2 * V.Count) : V.Zero;
        b3 = C.Value > 3 ? V.Load(row + 3 * V.Count) : V.Zero;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Accumulate(T* a, V b0, V b1, V b2, V b3, ref V s0, ref V s1, ref V s2, ref V s3)
    {
        V x = V.BroadcastAt(a);
        s0 = V.MultiplyAdd(x, b0, s0);
        if (C.Value > 1)
            s1 = V.MultiplyAdd(x, b1, s1);
        if (C.Value > 2)
            s2 = V.MultiplyAdd(x, b2, s2);
        if (C.Value > 3)
            s3 = V.MultiplyAdd(x, b3, s3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(T* c, int count, bool add, V scale, V s0, V s1, V s2, V s3)
    {
        Finish(c, count, add, scale, s0);
        if (C.Value > 1)
            Finish(c + V.Count, count, add, scale, s1);
        if (C.Value > 2)
            Finish(c + 2 * V.Count, count, add, scale, s2);
        if (C.Value > 3)
            Finish(c + 3 * V.Count, count, add, scale, s3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(T* c, int count, bool add, V scale, V sum)
    {
        if (P.Value == 1)
            V.StorePartial(add ? V.MultiplyAdd(scale, sum, V.LoadPartial(c, count)) : sum, c, count);
        else
            V.Store(add ? V.MultiplyAdd(scale, sum, V.Load(c)) : sum, c);
    }
}
