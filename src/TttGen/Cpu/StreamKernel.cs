using System.Runtime.CompilerServices;

namespace TttGen.Cpu;

/// <summary>
/// One to three rows times a panel, at the speed of memory (decoding): four steps of k have sums of their own, so that no chain of additions is waited
/// for, and what comes next is asked for early, across the ends of pages and of panels.
/// </summary>
internal static unsafe class StreamKernel<V, W, R>
    where V : struct, IFloatBits<V>
    where W : struct, IWeightFormat
    where R : struct, IConstant
{
    /// <summary>tile (+)= a · weights; operands as in <see cref="RegisterTile{V, W, R}"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Multiply(byte* weights, int column, int inner, float* a, nint stride, float* tile, bool add)
    {
        V low00 = V.Zero, low01 = V.Zero, low02 = V.Zero, low03 = V.Zero, high00 = V.Zero, high01 = V.Zero, high02 = V.Zero, high03 = V.Zero;
        V low10 = V.Zero, low11 = V.Zero, low12 = V.Zero, low13 = V.Zero, high10 = V.Zero, high11 = V.Zero, high12 = V.Zero, high13 = V.Zero;
        V low20 = V.Zero, low21 = V.Zero, low22 = V.Zero, low23 = V.Zero, high20 = V.Zero, high21 = V.Zero, high22 = V.Zero, high23 = V.Zero;
        int k = 0;
        for (; k <= inner - 4; k += 4)
        {
            if (W.Streamed)
                Prefetching.Ahead(weights, 4 * W.RowBytes);
            Step(weights, column, a, stride, ref low00, ref high00, ref low10, ref high10, ref low20, ref high20);
            Step(weights + W.RowBytes, column, a + 1, stride, ref low01, ref high01, ref low11, ref high11, ref low21, ref high21);
            Step(weights + 2 * W.RowBytes, column, a + 2, stride, ref low02, ref high02, ref low12, ref high12, ref low22, ref high22);
            Step(weights + 3 * W.RowBytes, column, a + 3, stride, ref low03, ref high03, ref low13, ref high13, ref low23, ref high23);
            weights += 4 * W.RowBytes;
            a += 4;
        }

        for (; k < inner; k++)
        {
            Step(weights, column, a, stride, ref low00, ref high00, ref low10, ref high10, ref low20, ref high20);
            weights += W.RowBytes;
            a++;
        }

        tile += column;
        Finish(low00 + low01 + (low02 + low03), high00 + high01 + (high02 + high03), tile, add);
        if (R.Value > 1)
            Finish(low10 + low11 + (low12 + low13), high10 + high11 + (high12 + high13), tile + PackedMatrix.PanelWidth, add);
        if (R.Value > 2)
            Finish(low20 + low21 + (low22 + low23), high20 + high21 + (high22 + high23), tile + 2 * PackedMatrix.PanelWidth, add);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step(
        byte* weights, int column, float* a, nint stride, ref V low0, ref V high0, ref V low1, ref V high1, ref V low2, ref V high2)
    {
        W.Load(weights, column, out V low, out V high);
        V x = V.BroadcastAt(a);
        low0 = V.MultiplyAdd(x, low, low0);
        high0 = V.MultiplyAdd(x, high, high0);
        if (R.Value > 1)
        {
            V y = V.BroadcastAt(a + stride);
            low1 = V.MultiplyAdd(y, low, low1);
            high1 = V.MultiplyAdd(y, high, high1);
        }

        if (R.Value > 2)
        {
            V z = V.BroadcastAt(a + 2 * stride);
            low2 = V.MultiplyAdd(z, low, low2);
            high2 = V.MultiplyAdd(z, high, high2);
        }
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
