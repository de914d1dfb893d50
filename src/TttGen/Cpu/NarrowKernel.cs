using System.Runtime.CompilerServices;

namespace TttGen.Cpu;

/// <summary>
/// R ≤ 4 rows × one register of columns: the R chains of sums would wait for themselves, so each of four steps of k has sums of its own.
/// P is 1 where the register is a partial one.
/// </summary>
internal static unsafe class NarrowKernel<T, V, R, P>
    where T : unmanaged
    where V : struct, ILanes<V, T>
    where R : struct, IConstant
    where P : struct, IConstant
{
    /// <summary>R rows at a time, <paramref name="tiles"/> times; operands as in <see cref="TileKernel{T, V, R, C, P}.Multiply"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(int tiles, int inner, T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, int count, bool add, T scale)
    {
        V factor = V.Broadcast(scale);
        for (; tiles > 0; tiles--)
        {
            V s00 = V.Zero, s01 = V.Zero, s02 = V.Zero, s03 = V.Zero;
            V s10 = V.Zero, s11 = V.Zero, s12 = V.Zero, s13 = V.Zero;
            V s20 = V.Zero, s21 = V.Zero, s22 = V.Zero, s23 = V.Zero;
            V s30 = V.Zero, s31 = V.Zero, s32 = V.Zero, s33 = V.Zero;
            T* x = a, row = b;
            int k = 0;
            for (; k <= inner - 4; k += 4)
            {
                Step(x, aRow, Load(row, count), ref s00, ref s10, ref s20, ref s30);
                Step(x + aStep, aRow, Load(row + bRow, count), ref s01, ref s11, ref s21, ref s31);
                x += 2 * aStep;
                row += 2 * bRow;
                Step(x, aRow, Load(row, count), ref s02, ref s12, ref s22, ref s32);
                Step(x + aStep, aRow, Load(row + bRow, count), ref s03, ref s13, ref s23, ref s33);
                x += 2 * aStep;
                row += 2 * bRow;
            }

            for (; k < inner; k++)
            {
                Step(x, aRow, Load(row, count), ref s00, ref s10, ref s20, ref s30);
                x += aStep;
                row += bRow;
            }

            Finish(c, count, add, factor, s00 + s01 + (s02 + s03));
            if (R.Value > 1)
                Finish(c + cRow, count, add, factor, s10 + s11 + (s12 + s13));
            if (R.Value > 2)
                Finish(c + 2 * cRow, count, add, factor, s20 + s21 + (s22 + s23));
            if (R.Value > 3)
                Finish(c + 3 * cRow, count, add, factor, s30 + s31 + (s32 + s33));
            a += R.Value * aRow;
            c += R.Value * cRow;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Load(T* row, int count) => P.Value == 1 ? V.LoadPartial(row, count) : V.Load(row);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(T* a, nint aRow, V row, ref V s0, ref V s1, ref V s2, ref V s3)
    {
        s0 = V.MultiplyAdd(V.BroadcastAt(a), row, s0);
        if (R.Value > 1)
            s1 = V.MultiplyAdd(V.BroadcastAt(a + aRow), row, s1);
        if (R.Value > 2)
            s2 = V.MultiplyAdd(V.BroadcastAt(a + 2 * aRow), row, s2);
        if (R.Value > 3)
            s3 = V.MultiplyAdd(V.BroadcastAt(a + 3 * aRow), row, s3);
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
