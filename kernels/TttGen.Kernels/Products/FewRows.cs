using System.Runtime.CompilerServices;
using ILGPU;

namespace TttGen.Kernels;

/// <summary>
/// The product of decoding: few rows x times b[columns, inner]ᵀ, at the speed at which b comes from memory. A group of 256 threads makes 8 · TColumns columns,
/// each of its eight warps TColumns of them; every thread has four loads of 16 bytes under way, neighbours side by side. Sums in float32.
/// </summary>
/// <typeparam name="TRows">Rows computed: 1, 2, 4, 8; at least as many as there are.</typeparam>
/// <typeparam name="TColumns">Columns a warp: 1, 2, 4. Fewer where there are too few columns to fill the GPU with groups.</typeparam>
public static class FewRows<TRows, TColumns> where TRows : struct, ICount where TColumns : struct, ICount
{
    private const int Warps = 8;
    private const int Lanes = 32;

    /// <summary>Threads of a group.</summary>
    public const int Threads = Warps * Lanes;

    /// <summary>Columns of a group: element (row, column) of the result is at row · Columns + column of the shared memory.</summary>
    public static int Columns => Warps * TColumns.Value;

    /// <summary>Floats of shared memory: 33 for each of the group's results.</summary>
    public static int Shared => TRows.Value * Columns * Pitch;

    // A float more than lanes, so that both ways of reading meet different banks.
    private static int Pitch => Lanes + 1;

    /// <summary>Columns column0 to column0 + <see cref="Columns"/> − 1 of x · bᵀ, for every thread to read after the barrier at its end; those past the last are of no meaning.</summary>
    /// <param name="x">The rows, in global or in other shared memory; begins on 16 bytes.</param>
    /// <param name="xPitch">From one row of x to the next.</param>
    /// <param name="rows">Rows of x: 1 to TRows.</param>
    /// <param name="b">Begins on 16 bytes.</param>
    /// <param name="bPitch">From one row of b to the next.</param>
    /// <param name="columns">Rows of b.</param>
    /// <param name="inner">What is summed over.</param>
    /// <param name="column0">The group's first column.</param>
    /// <param name="shared"><see cref="Shared"/> floats of shared memory.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Multiply(
        ArrayView<float> x, int xPitch, int rows, ArrayView<float> b, int bPitch, int columns, int inner, int column0, ArrayView<float> shared) =>
        Multiply<float, Float32, float, Float32>(x, xPitch, rows, b, bPitch, columns, inner, column0, shared);

    /// <summary>The same with b in bf16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Multiply(
        ArrayView<float> x, int xPitch, int rows, ArrayView<ushort> b, int bPitch, int columns, int inner, int column0, ArrayView<float> shared) =>
        Multiply<float, Float32, ushort, BFloat16>(x, xPitch, rows, b, bPitch, columns, inner, column0, shared);

    /// <summary>The same with both in bf16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Multiply(
        ArrayView<ushort> x, int xPitch, int rows, ArrayView<ushort> b, int bPitch, int columns, int inner, int column0, ArrayView<float> shared) =>
        Multiply<ushort, BFloat16, ushort, BFloat16>(x, xPitch, rows, b, bPitch, columns, inner, column0, shared);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Multiply<TX, EX, T, E>(
        ArrayView<TX> x, int xPitch, int rows, ArrayView<T> b, int bPitch, int columns, int inner, int column0, ArrayView<float> shared)
        where TX : unmanaged where EX : struct, IElements<TX> where T : unmanaged where E : struct, IElements<T>
    {
        int warp = Group.IdxX >> 5, lane = Group.IdxX & 31, first = column0 + warp * TColumns.Value;
        RowSums sums0 = default, sums1 = default, sums2 = default, sums3 = default;
        if (((inner | bPitch) & (E.PerLoad - 1)) == 0 && (xPitch & 3) == 0)
        {
            // Four streams: of four columns, or of as many stretches of fewer columns.
            int stretch = Lanes * E.PerLoad, step = stretch * (4 / TColumns.Value);
            int ahead1 = 1 / TColumns.Value * stretch, ahead2 = 2 / TColumns.Value * stretch, ahead3 = 3 / TColumns.Value * stretch;
            long row0 = RowAt(0, first, bPitch, columns), row1 = RowAt(1, first, bPitch, columns);
            long row2 = RowAt(2, first, bPitch, columns), row3 = RowAt(3, first, bPitch, columns);
            for (int k = lane * E.PerLoad; k < inner; k += step)
            {
                // Past the end a stream reads once more what another one does, and adds nothing.
                int k1 = k + ahead1, k2 = k + ahead2, k3 = k + ahead3;
                var elements0 = E.Load16Bytes(b, row0 + k);
                var elements1 = E.Load16Bytes(b, row1 + (k1 < inner ? k1 : k));
                var elements2 = E.Load16Bytes(b, row2 + (k2 < inner ? k2 : k));
                var elements3 = E.Load16Bytes(b, row3 + (k3 < inner ? k3 : k));
                sums0.Add<TRows, TX, EX, T, E>(elements0, x, xPitch, rows, k);
                if (k1 < inner) sums1.Add<TRows, TX, EX, T, E>(elements1, x, xPitch, rows, k1);
                if (k2 < inner) sums2.Add<TRows, TX, EX, T, E>(elements2, x, xPitch, rows, k2);
                if (k3 < inner) sums3.Add<TRows, TX, EX, T, E>(elements3, x, xPitch, rows, k3);
            }
        }
        else
        {
            for (int k = lane; k < inner; k += Lanes)
            {
                sums0.Add<TRows, TX, EX>(E.Load(b, RowAt(0, first, bPitch, columns) + k), x, xPitch, rows, k);
                if (TColumns.Value > 1) sums1.Add<TRows, TX, EX>(E.Load(b, RowAt(1, first, bPitch, columns) + k), x, xPitch, rows, k);
                if (TColumns.Value > 2)
                {
                    sums2.Add<TRows, TX, EX>(E.Load(b, RowAt(2, first, bPitch, columns) + k), x, xPitch, rows, k);
                    sums3.Add<TRows, TX, EX>(E.Load(b, RowAt(3, first, bPitch, columns) + k), x, xPitch, rows, k);
                }
            }
        }

        if (TColumns.Value == 2)
        {
            sums0 = sums0.Plus(sums2);
            sums1 = sums1.Plus(sums3);
        }

        if (TColumns.Value == 1) sums0 = sums0.Plus(sums1).Plus(sums2.Plus(sums3));
        int at = warp * TColumns.Value * Pitch + lane, row = Columns * Pitch;
        sums0.Store<TRows>(shared, at, row);
        if (TColumns.Value > 1) sums1.Store<TRows>(shared, at + Pitch, row);
        if (TColumns.Value > 2)
        {
            sums2.Store<TRows>(shared, at + 2 * Pitch, row);
            sums3.Store<TRows>(shared, at + 3 * Pitch, row);
        }

        Group.Barrier();
        AddLanes(shared);
    }

    /// <summary>Adds the lanes' sums: `parts` threads a result, then one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddLanes(ArrayView<float> shared)
    {
        int results = TRows.Value * Columns, parts = results > 64 ? Threads / results : 4, lanes = Lanes / parts;
        int thread = Group.IdxX, from = thread / parts * Pitch + thread % parts * lanes;
        float sum = 0f;
        if (thread < results * parts)
            for (int i = 0; i < lanes; i++) sum += shared[from + i];
        Group.Barrier();
        if (thread < results * parts) shared[thread] = sum;
        Group.Barrier();
        if (parts == 1) return;
        sum = 0f;
        if (thread < results)
            for (int i = 0; i < parts; i++) sum += shared[thread * parts + i];
        Group.Barrier();
        if (thread < results) shared[thread] = sum;
        Group.Barrier();
    }

    /// <summary>Where a row of b begins; rows past the last are the last once more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long RowAt(int stream, int first, int bPitch, int columns)
    {
        int column = first + stream % TColumns.Value;
        return (long)(column < columns ? column : columns - 1) * bPitch;
    }
}
