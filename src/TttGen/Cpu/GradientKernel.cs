using System.Runtime.CompilerServices;

namespace TttGen.Cpu;

/// <summary>
/// The register tile of a matrix's gradient: R neighbouring columns of one panel × two registers of columns of another, summed over their rows.
/// As <see cref="RegisterTile{V, W, R}"/>, but that the numbers to be broadcast lie side by side.
/// </summary>
internal static unsafe class GradientKernel<V, R>
    where V : struct, ILanes<V, float>
    where R : struct, IConstant
{
    private const int Width = PackedMatrix.PanelWidth;

    /// <summary>to[r, c] += Σ_n a[n, r] · b[n, c] for c of the two registers at b and b + 16.</summary>
    /// <param name="rows">1 or more.</param>
    /// <param name="a">[rows, R], rows 32 apart.</param>
    /// <param name="b">[rows, Count] and 16 further on once more, rows 32 apart.</param>
    /// <param name="to">[R, Count] and 16 further on once more.</param>
    /// <param name="stride">Elements from one row of <paramref name="to"/> to the next.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(int rows, float* a, float* b, float* to, nint stride)
    {
        V low0 = V.Zero, high0 = V.Zero;
        V low1 = V.Zero, high1 = V.Zero;
        V low2 = V.Zero, high2 = V.Zero;
        V low3 = V.Zero, high3 = V.Zero;
        V low4 = V.Zero, high4 = V.Zero;
        V low5 = V.Zero, high5 = V.Zero;
        V low6 = V.Zero, high6 = V.Zero;
        V low7 = V.Zero, high7 = V.Zero;
        V low8 = V.Zero, high8 = V.Zero;
        V low9 = V.Zero, high9 = V.Zero;
        V low10 = V.Zero, high10 = V.Zero;
        V low11 = V.Zero, high11 = V.Zero;
        for (float* end = a + (nint)rows * Width; a < end; a += Width, b += Width)
        {
            V low = V.Load(b), high = V.Load(b + 16);
            Accumulate(a, low, high, ref low0, ref high0);
            if (R.Value > 1)
                Accumulate(a + 1, low, high, ref low1, ref high1);
            if (R.Value > 2)
                Accumulate(a + 2, low, high, ref low2, ref high2);
            if (R.Value > 3)
                Accumulate(a + 3, low, high, ref low3, ref high3);
            if (R.Value > 4)
                Accumulate(a + 4, low, high, ref low4, ref high4);
            if (R.Value > 5)
                Accumulate(a + 5, low, high, ref low5, ref high5);
            if (R.Value > 6)
                Accumulate(a + 6, low, high, ref low6, ref high6);
            if (R.Value > 7)
                Accumulate(a + 7, low, high, ref low7, ref high7);
            if (R.Value > 8)
                Accumulate(a + 8, low, high, ref low8, ref high8);
            if (R.Value > 9)
                Accumulate(a + 9, low, high, ref low9, ref high9);
            if (R.Value > 10)
                Accumulate(a + 10, low, high, ref low10, ref high10);
            if (R.Value > 11)
                Accumulate(a + 11, low, high, ref low11, ref high11);
        }

        Finish(low0, high0, to);
        if (R.Value > 1)
            Finish(low1, high1, to + stride);
        if (R.Value > 2)
            Finish(low2, high2, to + 2 * stride);
        if (R.Value > 3)
            Finish(low3, high3, to + 3 * stride);
        if (R.Value > 4)
            Finish(low4, high4, to + 4 * stride);
        if (R.Value > 5)
            Finish(low5, high5, to + 5 * stride);
        if (R.Value > 6)
            Finish(low6, high6, to + 6 * stride);
        if (R.Value > 7)
            Finish(low7, high7, to + 7 * stride);
        if (R.Value > 8)
            Finish(low8, high8, to + 8 * stride);
        if (R.Value > 9)
            Finish(low9, high9, to + 9 * stride);
        if (R.Value > 10)
            Finish(low10, high10, to + 10 * stride);
        if (R.Value > 11)
            Finish(low11, high11, to + 11 * stride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Accumulate(float* x, V low, V high, ref V sumLow, ref V sumHigh)
    {
        V broadcast = V.BroadcastAt(x);
        sumLow = V.MultiplyAdd(broadcast, low, sumLow);
        sumHigh = V.MultiplyAdd(broadcast, high, sumHigh);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(V low, V high, float* to)
    {
        V.Store(V.Load(to) + low, to);
        V.Store(V.Load(to + 16) + high, to + 16);
    }
}
