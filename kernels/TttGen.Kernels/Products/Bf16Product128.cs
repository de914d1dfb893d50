using System.Runtime.CompilerServices;
using ILGPU;

namespace TttGen.Kernels;

/// <summary>
/// The product of many rows on tensor cores: 128 × 128 elements of a · bᵀ by a group of 256 threads, 64 × 32 of them in each warp; operands rounded to bf16, sums in float32.
/// A kernel (with <see cref="KernelAttribute.TensorCores"/>) calls <c>Multiply</c>, then for each part <see cref="Leave"/>, and reads the finished rows from shared memory.
/// </summary>
public static class Bf16Product128
{
    /// <summary>Rows of a group's tile.</summary>
    public const int Rows = 128;

    /// <summary>Columns of a group's tile.</summary>
    public const int Columns = 128;

    /// <summary>Parts in which the finished tile is left in shared memory.</summary>
    public const int Parts = 4;

    /// <summary>Rows of a part.</summary>
    public const int PartRows = Rows / Parts;

    /// <summary>From one row of a part to the next in shared memory.</summary>
    public const int Pitch = 136;

    /// <summary>Threads of a group.</summary>
    public const int Threads = 256;

    /// <summary>Floats of shared memory while multiplying.</summary>
    public const int Shared = 3 * Stage / 2;

    /// <summary>Floats of shared memory for a part; a kernel with several products gives each its own, in the same memory if that is enough.</summary>
    public const int PartShared = PartRows * Pitch;

    // bf16 elements: 32 of the inner dimension of each row and column, and half of either operand.
    private const int Step = 32;
    private const int Stage = (Rows + Columns) * Step;
    private const int Half = 64 * Step;

    /// <summary>The tile at (row0, column0) of a[rows, inner] · b[columns, inner]ᵀ; what lies outside reads as zero.</summary>
    /// <param name="a">Begins on 16 bytes.</param>
    /// <param name="aPitch">From one row of a to the next; a constant, for speed, and a multiple of 8, or elements come one by one.</param>
    /// <param name="rows">Rows of a.</param>
    /// <param name="b">Begins on 16 bytes.</param>
    /// <param name="bPitch">From one row of b to the next; as above.</param>
    /// <param name="columns">Rows of b.</param>
    /// <param name="inner">What is summed over.</param>
    /// <param name="row0">The tile's first row.</param>
    /// <param name="column0">The tile's first column.</param>
    /// <param name="memory"><see cref="Shared"/> floats of shared memory, on 16 bytes; another product may use them after a barrier.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Mma64x32 Multiply(
        ArrayView<float> a, int aPitch, int rows, ArrayView<ushort> b, int bPitch, int columns, int inner, int row0, int column0, ArrayView<float> memory) =>
        Multiply<float, FloatPiece, ushort, Bf16Piece>(a, aPitch, rows, b, bPitch, columns, inner, row0, column0, memory);

    /// <summary>The same with both in bf16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Mma64x32 Multiply(
        ArrayView<ushort> a, int aPitch, int rows, ArrayView<ushort> b, int bPitch, int columns, int inner, int row0, int column0, ArrayView<float> memory) =>
        Multiply<ushort, Bf16Piece, ushort, Bf16Piece>(a, aPitch, rows, b, bPitch, columns, inner, row0, column0, memory);

    /// <summary>The same with neither in bf16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Mma64x32 Multiply(
        ArrayView<float> a, int aPitch, int rows, ArrayView<float> b, int bPitch, int columns, int inner, int row0, int column0, ArrayView<float> memory) =>
        Multiply<float, FloatPiece, float, FloatPiece>(a, aPitch, rows, b, bPitch, columns, inner, row0, column0, memory);

    /// <summary>Leaves a part's rows in shared memory for every thread to read; with barriers before and after.</summary>
    /// <param name="tile">What <c>Multiply</c> gave.</param>
    /// <param name="part">0 to <see cref="Parts"/> − 1: the rows from part · <see cref="PartRows"/> on.</param>
    /// <param name="memory">Element (i, j) of the part is at i · <see cref="Pitch"/> + j; on 16 bytes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Leave(Mma64x32 tile, int part, ArrayView<float> memory)
    {
        Group.Barrier();
        tile.Store(part, memory, WarpRow * Pitch + WarpColumn, Pitch);
        Group.Barrier();
    }

    // Eight warps: two by four. The 16-row tiles of either row of warps alternate, so that both have some of each part.
    private static int WarpRow => ((Group.IdxX >> 5) & 1) * 16;

    private static int WarpColumn => (Group.IdxX >> 6) * 32;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Mma64x32 Multiply<TA, PA, TB, PB>(
        ArrayView<TA> a, int aPitch, int rows, ArrayView<TB> b, int bPitch, int columns, int inner, int row0, int column0, ArrayView<float> memory)
        where TA : unmanaged where PA : struct, IPiece<TA> where TB : unmanaged where PB : struct, IPiece<TB>
    {
        // Each thread brings eight neighbours of two rows of a, and of b.
        var shared = memory.Cast<ushort>();
        int thread = Group.IdxX, row = thread >> 2, k = (thread & 3) * 8, put = Bf16Tile.Swapped32(0).Index(row, k), putB = put + Rows * Step;
        bool aTop = row0 + row < rows, aBottom = row0 + row + 64 < rows;
        bool bLeft = column0 + row < columns, bRight = column0 + row + 64 < columns;
        long aRow = (long)(row0 + row) * aPitch, bRow = (long)(column0 + row) * bPitch, aLower = aRow + 64L * aPitch, bLower = bRow + 64L * bPitch;

        // Two of three stages are on their way while the third is multiplied.
        var keptTop = PA.Begin(shared, put, a, aRow, aPitch, k, inner, aTop);
        var keptBottom = PA.Begin(shared, put + Half, a, aLower, aPitch, k, inner, aBottom);
        var keptLeft = PB.Begin(shared, putB, b, bRow, bPitch, k, inner, bLeft);
        var keptRight = PB.Begin(shared, putB + Half, b, bLower, bPitch, k, inner, bRight);
        AsyncCopy.Commit();
        PA.End(shared, put, keptTop);
        PA.End(shared, put + Half, keptBottom);
        PB.End(shared, putB, keptLeft);
        PB.End(shared, putB + Half, keptRight);
        keptTop = PA.Begin(shared, Stage + put, a, aRow, aPitch, Step + k, inner, aTop);
        keptBottom = PA.Begin(shared, Stage + put + Half, a, aLower, aPitch, Step + k, inner, aBottom);
        keptLeft = PB.Begin(shared, Stage + putB, b, bRow, bPitch, Step + k, inner, bLeft);
        keptRight = PB.Begin(shared, Stage + putB + Half, b, bLower, bPitch, Step + k, inner, bRight);
        AsyncCopy.Commit();

        var tile = default(Mma64x32);
        int now = 0, next = Stage, last = 2 * Stage;
        for (int start = 0; start < inner; start += Step)
        {
            // After the barrier everybody's part of this stage is there, and nobody reads the one before any more, whose place the one after next takes.
            AsyncCopy.WaitAllButOne();
            Group.Barrier();
            PA.End(shared, next + put, keptTop);
            PA.End(shared, next + put + Half, keptBottom);
            PB.End(shared, next + putB, keptLeft);
            PB.End(shared, next + putB + Half, keptRight);
            keptTop = PA.Begin(shared, last + put, a, aRow, aPitch, start + 2 * Step + k, inner, aTop);
            keptBottom = PA.Begin(shared, last + put + Half, a, aLower, aPitch, start + 2 * Step + k, inner, aBottom);
            keptLeft = PB.Begin(shared, last + putB, b, bRow, bPitch, start + 2 * Step + k, inner, bLeft);
            keptRight = PB.Begin(shared, last + putB + Half, b, bLower, bPitch, start + 2 * Step + k, inner, bRight);
            AsyncCopy.Commit();
            tile = tile.Add(shared, Bf16Tile.Swapped32(now), WarpRow, Bf16Tile.Swapped32(now + Rows * Step), WarpColumn, 0);
            tile = tile.Add(shared, Bf16Tile.Swapped32(now), WarpRow, Bf16Tile.Swapped32(now + Rows * Step), WarpColumn, 16);
            int free = now;
            now = next;
            next = last;
            last = free;
        }

        // Nothing may arrive where results are left.
        AsyncCopy.WaitAll();
        return tile;
    }
}
