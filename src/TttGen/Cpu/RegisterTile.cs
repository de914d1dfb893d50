using System.Runtime.CompilerServices;

namespace TttGen.Cpu;

/// <summary>
/// The register tile of the packed product: R rows × two registers of columns (column … and column + 16 …), 2R accumulators, all of k in one go.
/// Written for twelve rows, which with two weights and a broadcast fill 27 of the 32 registers of AVX-512; smaller counts drop the lines above theirs.
/// </summary>
internal static unsafe class RegisterTile<V, W, R>
    where V : struct, IFloatBits<V>
    where W : struct, IWeightFormat
    where R : struct, IConstant
{
    /// <summary>tile (+)= a · weights.</summary>
    /// <param name="weights">The first row of the panel, or of a part of it.</param>
    /// <param name="column">First column of the low register.</param>
    /// <param name="inner">Rows of the weights: 1 or more.</param>
    /// <param name="a">[R, inner].</param>
    /// <param name="stride">Elements from one row of a to the next.</param>
    /// <param name="tile">[R, 32], dense.</param>
    /// <param name="add">Whether the tile already holds a part of the sum.</param>
    /// <param name="next">What will be needed later and is brought near meanwhile, where the weights themselves are near already.</param>
    /// <param name="nextStep">Bytes of it with each step of k.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(byte* weights, int column, int inner, float* a, nint stride, float* tile, bool add, byte* next, nint nextStep)
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

        // Rows 3n, 3n + 1 and 3n + 2 are one pointer and a scaled index each: twelve pointers would not fit the integer registers.
        float* a3 = a + 3 * stride, a6 = a + 6 * stride, a9 = a + 9 * stride;
        nint one = stride, second = 2 * stride;
        for (float* end = a + inner; a < end; a++)
        {
            if (W.Streamed)
                Prefetching.Ahead(weights, W.RowBytes);
            else
                Prefetching.Near(next);
            W.Load(weights, column, out V low, out V high);
            weights += W.RowBytes;

            Accumulate(a, low, high, ref low0, ref high0);
            if (R.Value > 1)
                Accumulate(a + one, low, high, ref low1, ref high1);
            if (R.Value > 2)
                Accumulate(a + second, low, high, ref low2, ref high2);
            if (R.Value > 3)
                Accumulate(a3, low, high, ref low3, ref high3);
            if (R.Value > 4)
                Accumulate(a3 + one, low, high, ref low4, ref high4);
            if (R.Value > 5)
                Accumulate(a3 + second, low, high, ref low5, ref high5);
            if (R.Value > 6)
                Accumulate(a6, low, high, ref low6, ref high6);
            if (R.Value > 7)
                Accumulate(a6 + one, low, high, ref low7, ref high7);
            if (R.Value > 8)
                Accumulate(a6 + second, low, high, ref low8, ref high8);
            if (R.Value > 9)
                Accumulate(a9, low, high, ref low9, ref high9);
            if (R.Value > 10)
                Accumulate(a9 + one, low, high, ref low10, ref high10);
            if (R.Value > 11)
                Accumulate(a9 + second, low, high, ref low11, ref high11);

            a3++;
            a6++;
            a9++;
            next += nextStep;
        }

        tile += column;
        Finish(low0, high0, tile, add);
        if (R.Value > 1)
            Finish(low1, high1, tile + 1 * PackedMatrix.PanelWidth, add);
        if (R.Value > 2)
            Finish(low2, high2, tile + 2 * PackedMatrix.PanelWidth, add);
        if (R.Value > 3)
            Finish(low3, high3, tile + 3 * PackedMatrix.PanelWidth, add);
        if (R.Value > 4)
            Finish(low4, high4, tile + 4 * PackedMatrix.PanelWidth, add);
        if (R.Value > 5)
            Finish(low5, high5, tile + 5 * PackedMatrix.PanelWidth, add);
        if (R.Value > 6)
            Finish(low6, high6, tile + 6 * PackedMatrix.PanelWidth, add);
        if (R.Value > 7)
            Finish(low7, high7, tile + 7 * PackedMatrix.PanelWidth, add);
        if (R.Value > 8)
            Finish(low8, high8, tile + 8 * PackedMatrix.PanelWidth, add);
        if (R.Value > 9)
            Finish(low9, high9, tile + 9 * PackedMatrix.PanelWidth, add);
        if (R.Value > 10)
            Finish(low10, high10, tile + 10 * PackedMatrix.PanelWidth, add);
        if (R.Value > 11)
            Finish(low11, high11, tile + 11 * PackedMatrix.PanelWidth, add);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Accumulate(float* x, V low, V high, ref V sumLow, ref V sumHigh)
    {
        V broadcast = V.BroadcastAt(x);
        sumLow = V.MultiplyAdd(broadcast, low, sumLow);
        sumHigh = V.MultiplyAdd(broadcast, high, sumHigh);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Finish(V low, V high, float* tile, bool add)
    {
        if (add)
        {
            low += V.Load(tile);
            high += V.Load(tile + 16);
        }

        V.Store(low, tile);
        V.Store(high, tile + 16);
    }
}
