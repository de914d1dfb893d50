using System.Runtime.CompilerServices;
using ILGPU;

namespace TttGen.Kernels;

/// <summary>
/// The exact path's product for few rows or columns: 64 × 64 elements of a · bᵀ by a group of 256 threads, 4 × 4 of them in each, sums in float32.
/// A kernel calls <c>Multiply</c>, then for each part (here one) <see cref="Leave"/>, and reads the finished rows from shared memory.
/// </summary>
public static class Product64
{
    /// <summary>Rows of a group's tile.</summary>
    public const int Rows = 64;

    /// <summary>Columns of a group's tile.</summary>
    public const int Columns = 64;

    /// <summary>Parts in which the finished tile is left in shared memory.</summary>
    public const int Parts = 1;

    /// <summary>Rows of a part.</summary>
    public const int PartRows = Rows / Parts;

    /// <summary>From one row of a part to the next in shared memory.</summary>
    public const int Pitch = 68;

    /// <summary>Threads of a group.</summary>
    public const int Threads = 256;

    /// <summary>Floats of shared memory.</summary>
    public const int Shared = 2 * Stage;

    private const int Step = 16;
    private const int Stage = 2 * Step * Pitch;

    /// <summary>The tile at (row0, column0) of a[rows, inner] · b[columns, inner]ᵀ; what lies outside reads as zero.</summary>
    /// <param name="a">Begins on 16 bytes.</param>
    /// <param name="aPitch">From one row of a to the next.</param>
    /// <param name="rows">Rows of a.</param>
    /// <param name="b">Begins on 16 bytes.</param>
    /// <param name="bPitch">From one row of b to the next.</param>
    /// <param name="columns">Rows of b.</param>
    /// <param name="inner">What is summed over.</param>
    /// <param name="row0">The tile's first row.</param>
    /// <param name="column0">The tile's first column.</param>
    /// <param name="shared"><see cref="Shared"/> floats of shared memory, on 16 bytes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Tile4x4 Multiply(
        ArrayView<float> a, int aPitch, int rows, ArrayView<float> b, int bPitch, int columns, int inner, int row0, int column0, ArrayView<float> shared) =>
        Multiply<float, Float32, float, Float32>(a, aPitch, rows, b, bPitch, columns, inner, row0, column0, shared);

    /// <summary>The same with b in bf16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Tile4x4 Multiply(
        ArrayView<float> a, int aPitch, int rows, ArrayView<ushort> b, int bPitch, int columns, int inner, int row0, int column0, ArrayView<float> shared) =>
        Multiply<float, Float32, ushort, BFloat16>(a, aPitch, rows, b, bPitch, columns, inner, row0, column0, shared);

    /// <summary>The same with both in bf16.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Tile4x4 Multiply(
        ArrayView<ushort> a, int aPitch, int rows, ArrayView<ushort> b, int bPitch, int columns, int inner, int row0, int column0, ArrayView<float> shared) =>
        Multiply<ushort, BFloat16, ushort, BFloat16>(a, aPitch, rows, b, bPitch, columns, inner, row0, column0, shared);

    /// <summary>Leaves a part's rows in shared memory for every thread to read; with barriers before and after.</summary>
    /// <param name="tile">What <c>Multiply</c> gave.</param>
    /// <param name="part">0 to <see cref="Parts"/> − 1: the rows from part · <see cref="PartRows"/> on.</param>
    /// <param name="shared">Element (i, j) of the part is at i · <see cref="Pitch"/> + j.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Leave(Tile4x4 tile, int part, ArrayView<float> shared)
    {
        int at = (Group.IdxX >> 4) * 4 * Pitch + (Group.IdxX & 15) * 4;
        Group.Barrier();
        tile.Store(shared, at, Pitch);
        Group.Barrier();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Tile4x4 Multiply<TA, EA, TB, EB>(
        ArrayView<TA> a, int aPitch, int rows, ArrayView<TB> b, int bPitch, int columns, int inner, int row0, int column0, ArrayView<float> shared)
        where TA : unmanaged where EA : struct, IElements<TA> where TB : unmanaged where EB : struct, IElements<TB>
    {
        // Each thread brings four neighbours of one row of a, and of b, to where the tile's columns lie side by side.
        int thread = Group.IdxX, row = thread >> 2, k = (thread & 3) * 4, put = k * Pitch + row;
        int aAt = (thread >> 4) * 4, bAt = Step * Pitch + (thread & 15) * 4;
        bool aInside = row0 + row < rows, bInside = column0 + row < columns;
        long aRow = (long)(row0 + row) * aPitch, bRow = (long)(column0 + row) * bPitch;

        Quad.Put(shared, put, Pitch, Quad.Load<TA, EA>(a, aRow, aPitch, aInside, k, inner));
        Quad.Put(shared, put + Step * Pitch, Pitch, Quad.Load<TB, EB>(b, bRow, bPitch, bInside, k, inner));
        Group.Barrier();

        var tile = default(Tile4x4);
        int stage = 0;
        for (int start = 0; start < inner; start += Step)
        {
            // The next stage's loads are under way while this one is multiplied.
            var nextA = Quad.Load<TA, EA>(a, aRow, aPitch, aInside, start + Step + k, inner);
            var nextB = Quad.Load<TB, EB>(b, bRow, bPitch, bInside, start + Step + k, inner);
            for (int i = 0; i < Step; i++)
                tile = tile.Add(Float4.Load(shared, stage + i * Pitch + aAt), Float4.Load(shared, stage + i * Pitch + bAt));
            stage = Stage - stage;
            Quad.Put(shared, stage + put, Pitch, nextA);
            Quad.Put(shared, stage + put + Step * Pitch, Pitch, nextB);
            Group.Barrier();
        }

        return tile;
    }
}
