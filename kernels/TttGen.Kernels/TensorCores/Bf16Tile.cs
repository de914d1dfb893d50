using System.Runtime.CompilerServices;

namespace TttGen.Kernels;

/// <summary>
/// Where a matrix of bf16 lies in shared memory. Eight neighbours of a row, 16 bytes, stay together; rows must be so far apart, or their pieces so swapped, that the
/// same piece of eight rows meets different banks: a pitch of 8 more than a multiple of 64 or 32, or <see cref="Swapped32"/>.
/// </summary>
public readonly struct Bf16Tile
{
    private readonly int _at;
    private readonly int _pitch;
    private readonly int _swap;

    private Bf16Tile(int at, int pitch, int swap)
    {
        _at = at;
        _pitch = pitch;
        _swap = swap;
    }

    /// <summary>Rows one after the other.</summary>
    /// <param name="at">The first element, a multiple of 8.</param>
    /// <param name="pitch">From one row to the next, a multiple of 8.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bf16Tile Rows(int at, int pitch) => new(at, pitch, 0);

    /// <summary>Rows of 32 without a gap, their four pieces swapped row by row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Bf16Tile Swapped32(int at) => new(at, 32, 3);

    /// <summary>Where an element lies.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Index(int row, int column) => _at + row * _pitch + (((column >> 3) ^ ((row >> 1) & _swap)) << 3) + (column & 7);

    /// <summary>
    /// Where a thread's piece of eight lies: of the rows and columns that a warp begins at, row a multiple of 8 and column of 16, its own row and its piece, 0 or 1.
    /// What depends on the thread is apart from what does not, to be computed once.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal int Index(int row, int laneRow, int column, int lanePiece) =>
        _at + (row * _pitch + (laneRow * _pitch + (((column >> 3) ^ (lanePiece ^ ((laneRow >> 1) & _swap))) << 3)));
}
