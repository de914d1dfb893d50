using System.Runtime.CompilerServices;

namespace TttGen.Cpu;

/// <summary>R ≤ 2 rows of a against rows of b, as dot products: for few rows this is cheaper than transposing b.</summary>
internal static unsafe class DotKernel<T, V, R>
    where T : unmanaged
    where V : struct, ILanes<V, T>
    where R : struct, IConstant
{
    /// <summary>c(i, j) = Σ_k a(i, k) · b(j, k).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(int inner, int columns, T* a, nint aRow, T* b, nint bRow, T* c, nint cRow)
    {
        int whole = inner / V.Count * V.Count;
        for (; columns >= 4; columns -= 4)
        {
            T* b3 = b + 3 * bRow;
            V s0 = V.Zero, s1 = V.Zero, s2 = V.Zero, s3 = V.Zero, t0 = V.Zero, t1 = V.Zero, t2 = V.Zero, t3 = V.Zero;
            for (int k = 0; k < whole; k += V.Count)
            {
                V x = V.Load(a + k), y = R.Value > 1 ? V.Load(a + aRow + k) : V.Zero;
                Accumulate(V.Load(b + k), x, y, ref s0, ref t0);
                Accumulate(V.Load(b + bRow + k), x, y, ref s1, ref t1);
                Accumulate(V.Load(b + 2 * bRow + k), x, y, ref s2, ref t2);
                Accumulate(V.Load(b3 + k), x, y, ref s3, ref t3);
            }

            if (whole < inner)
            {
                int rest = inner - whole;
                V x = V.LoadPartial(a + whole, rest), y = R.Value > 1 ? V.LoadPartial(a + aRow + whole, rest) : V.Zero;
                Accumulate(V.LoadPartial(b + whole, rest), x, y, ref s0, ref t0);
                Accumulate(V.LoadPartial(b + bRow + whole, rest), x, y, ref s1, ref t1);
                Accumulate(V.LoadPartial(b + 2 * bRow + whole, rest), x, y, ref s2, ref t2);
                Accumulate(V.LoadPartial(b3 + whole, rest), x, y, ref s3, ref t3);
            }

            Finish(c, s0, s1, s2, s3);
            if (R.Value > 1)
                Finish(c + cRow, t0, t1, t2, t3);
            b += 4 * bRow;
            c += 4;
        }

        for (; columns > 0; columns--)
        {
            V s = V.Zero, t = V.Zero;
            for (int k = 0; k < inner; k += V.Count)
            {
                V x = V.LoadPartial(a + k, inner - k), y = R.Value > 1 ? V.LoadPartial(a + aRow + k, inner - k) : V.Zero;
                Accumulate(V.LoadPartial(b + k, inner - k), x, y, ref s, ref t);
            }

            *c = V.Sum(s);
            if (R.Value > 1)
                c[cRow] = V.Sum(t);
            b += bRow;
            c++;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Accumulate(V row, V x, V y, ref V first, ref V second)
    {
        first = V.MultiplyAdd(x, row, first);
        if (R.Value > 1)
            second = V.MultiplyAdd(y, row, second);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(T* c, V s0, V s1, V s2, V s3)
    {
        c[0] = V.Sum(s0);
        c[1] = V.Sum(s1);
        c[2] = V.Sum(s2);
        c[3] = V.Sum(s3);
    }
}
