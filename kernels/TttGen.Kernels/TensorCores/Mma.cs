using System.Runtime.CompilerServices;
using ILGPU;

namespace TttGen.Kernels;

/// <summary>
/// Products of bf16 on tensor cores, sums in float32; all 32 threads of a warp call together, in a kernel with <see cref="KernelAttribute.TensorCores"/>.
/// Elsewhere the same calls compute the same in plain arithmetic, each thread its own sums.
/// </summary>
public static class Mma
{
    /// <summary>16 rows of the left operand over 16 of the inner dimension.</summary>
    /// <param name="shared">Shared memory, on 16 bytes.</param>
    /// <param name="tile">Element (row, inner).</param>
    /// <param name="row">First row, a multiple of 8.</param>
    /// <param name="inner">First of the inner dimension, a multiple of 16.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Fragment LoadLeft(ArrayView<ushort> shared, Bf16Tile tile, int row, int inner) =>
        Fragment.Load(shared, tile, row, inner, 1, 0);

    /// <summary>The same of an operand that lies transposed.</summary>
    /// <param name="shared">Shared memory, on 16 bytes.</param>
    /// <param name="tile">Element (inner, row).</param>
    /// <param name="row">First row, a multiple of 16.</param>
    /// <param name="inner">First of the inner dimension, a multiple of 8.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Fragment LoadLeftTransposed(ArrayView<ushort> shared, Bf16Tile tile, int row, int inner) =>
        Fragment.Load(shared, tile, inner, row, 0, 1);

    /// <summary>16 columns of the right operand over 16 of the inner dimension, as checkpoints have them: inner elements side by side.</summary>
    /// <param name="shared">Shared memory, on 16 bytes.</param>
    /// <param name="tile">Element (column, inner).</param>
    /// <param name="column">First column, a multiple of 8.</param>
    /// <param name="inner">First of the inner dimension, a multiple of 16.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Fragment LoadRight(ArrayView<ushort> shared, Bf16Tile tile, int column, int inner) =>
        Fragment.Load(shared, tile, column, inner, 0, 0);

    /// <summary>The same of an operand whose columns lie side by side.</summary>
    /// <param name="shared">Shared memory, on 16 bytes.</param>
    /// <param name="tile">Element (inner, column).</param>
    /// <param name="column">First column, a multiple of 16.</param>
    /// <param name="inner">First of the inner dimension, a multiple of 8.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Fragment LoadRightTransposed(ArrayView<ushort> shared, Bf16Tile tile, int column, int inner) =>
        Fragment.Load(shared, tile, inner, column, 1, 1);

    /// <summary>
    /// sums + left · right over 16 rows and 8 of the right's 16 columns. Thread 4g + t of the warp has (g, 2t), (g, 2t + 1), (g + 8, 2t), (g + 8, 2t + 1) of them.
    /// </summary>
    /// <param name="shared">Where both fragments came from.</param>
    /// <param name="sums">So far.</param>
    /// <param name="left">The left operand's 16 rows.</param>
    /// <param name="right">The right operand's 16 columns.</param>
    /// <param name="half">0: the first 8 columns; 1: the others. A constant.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4 Multiply(ArrayView<ushort> shared, Float4 sums, Fragment left, Fragment right, int half)
    {
        if (Instructions.Here)
            return Instructions.Multiply(sums, left.Words, half == 0 ? right.Words.X : right.Words.Z, half == 0 ? right.Words.Y : right.Words.W);

        // Each thread finds what the instruction would take from others: rows g and g + 8 are in words 0 and 1, of the second eight of the inner dimension in words 2 and 3,
        // of the threads 4g …; column n in words 0 and 1, of the second eight columns in words 2 and 3, of the threads 4n ….
        int lane = Group.IdxX & 31, row = lane & 28, column = (lane & 3) * 8;
        for (int k = 0; k < 16; k++)
        {
            int eight = k >> 3, pair = (k & 7) >> 1, at = k & 1;
            float top = left.Element(shared, row + pair, eight * 2, at), bottom = left.Element(shared, row + pair, eight * 2 + 1, at);
            float first = right.Element(shared, column + pair, half * 2 + eight, at), second = right.Element(shared, column + 4 + pair, half * 2 + eight, at);
            sums.X += top * first;
            sums.Y += top * second;
            sums.Z += bottom * first;
            sums.W += bottom * second;
        }

        return sums;
    }
}
