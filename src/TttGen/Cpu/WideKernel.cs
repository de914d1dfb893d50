using System.Runtime.CompilerServices;

namespace TttGen.Cpu;

/// <summary>
/// One or two rows against a wide b (decoding): R · 8 sums side by side, so that long pieces of b's rows are read at once and enough chains run.
/// </summary>
internal static unsafe class WideKernel<T, V, R>
    where T : unmanaged
    where V : struct, ILanes<V, T>
    where R : struct, IConstant
{
    /// <summary>Registers of columns.</summary>
    public const int Vectors = 8;

    /// <summary>c = a · b, or c += scale · a · b, for 8 registers of columns; operands as in <see cref="Tile.Multiply"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(int inner, T* a, nint aRow, nint aStep, T* b, nint bRow, T* c, nint cRow, bool add, T scale)
    {
        V s0 = V.Zero, s1 = V.Zero, s2 = V.Zero, s3 = V.Zero, s4 = V.Zero, s5 = V.Zero, s6 = V.Zero, s7 = V.Zero;
        V t0 = V.Zero, t1 = V.Zero, t2 = V.Zero, t3 = V.Zero, t4 = V.Zero, t5 = V.Zero, t6 = V.Zero, t7 = V.Zero;
        for (int k = 0; k < inner; k++)
        {
            V x = V.BroadcastAt(a), y = R.Value > 1 ? V.BroadcastAt(a + aRow) : V.Zero;
            Accumulate(b, x, y, ref s0, ref t0);
            Accumulate(b + V.Count, x, y, ref s1, ref t1);
            Accumulate(b + 2 * V.Count, x, y, ref s2, ref t2);
            Accumulate(b + 3 * V.Count, x, y, ref s3, ref t3);
            Accumulate(b + 4 * V.Count, x, y, ref s4, ref t4);
            Accumulate(b + 5 * V.Count, x, y, ref s5, ref t5);
            Accumulate(b + 6 * V.Count, x, y, ref s6, ref t6);
            Accumulate(b + 7 * V.Count, x, y, ref s7, ref t7);
            a += aStep;
            b += bRow;
        }

        Finish(c, add, scale, s0, s1, s2, s3, s4, s5, s6, s7);
        if (R.Value > 1)
            Finish(c + cRow, add, scale, t0, t1, t2, t3, t4, t5, t6, t7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Accumulate(T* b, V x, V y, ref V first, ref V second)
    {
        V row = V.Load(b);
        first = V.MultiplyAdd(x, row, first);
        if (R.Value > 1)
            second = V.MultiplyAdd(y, row, second);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(T* c, bool add, T scale, V s0, V s1, V s2, V s3, V s4, V s5, V s6, V s7)
    {
        V factor = V.Broadcast(scale);
        Finish(c, add, factor, s0);
        Finish(c + V.Count, add, factor, s1);
        Finish(c + 2 * V.Count, add, factor, s2);
        Finish(c + 3 * V.Count, add, factor, s3);
        Finish(c + 4 * V.Count, add, factor, s4);
        Finish(c + 5 * V.Count, add, factor, s5);
        Finish(c + 6 * V.Count, add, factor, s6);
        Finish(c + 7 * V.Count, add, factor, s7);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(T* c, bool add, V scale, V sum) => V.Store(add ? V.MultiplyAdd(scale, sum, V.Load(c)) : sum, c);
}
