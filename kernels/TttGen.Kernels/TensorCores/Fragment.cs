using System.Runtime.CompilerServices;
using ILGPU;

namespace TttGen.Kernels;

/// <summary>
/// 16 × 16 elements of an operand, spread over a warp: each thread has eight of them in four words, which come from four 8 × 8 matrices in shared memory.
/// It also knows where those lie, for a multiplication in which no tensor core takes part reads them there: shared memory must not change between loading and multiplying.
/// </summary>
public struct Fragment
{
    internal UInt4 Words;
    private Bf16Tile _tile;
    private int _row;
    private int _column;
    private int _downFirst;
    private int _transposed;

    /// <summary>Loads it, every thread its words.</summary>
    /// <param name="shared">Shared memory, on 16 bytes.</param>
    /// <param name="tile">Where the matrix lies.</param>
    /// <param name="row">First row, a multiple of 8.</param>
    /// <param name="column">First column, a multiple of 16.</param>
    /// <param name="downFirst">1: the second of the four matrices lies below the first; 0: beside it.</param>
    /// <param name="transposed">1: a word holds neighbours of a column; 0: of a row.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Fragment Load(ArrayView<ushort> shared, Bf16Tile tile, int row, int column, int downFirst, int transposed)
    {
        var fragment = new Fragment { _tile = tile, _row = row, _column = column, _downFirst = downFirst, _transposed = transposed };
        if (Instructions.Here)
        {
            int at = fragment.RowAt(Group.IdxX & 31);
            fragment.Words = transposed == 0 ? Instructions.LoadMatrices(ref shared[at]) : Instructions.LoadMatricesTransposed(ref shared[at]);
        }

        return fragment;
    }

    /// <summary>One of a thread's eight elements as the instruction distributes them: matrices' rows lie where threads of the warp point, thread 8i + r at row r of matrix i.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly float Element(ArrayView<ushort> shared, int lane, int word, int half)
    {
        int across = lane >> 2, along = (lane & 3) * 2 + half;
        return Bf16.ToFloat(_transposed == 0 ? shared[RowAt(word * 8 + across) + along] : shared[RowAt(word * 8 + along) + across]);
    }

    /// <summary>The row of eight that a thread points at.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly int RowAt(int lane) => _downFirst == 1
        ? _tile.Index(_row, lane & 15, _column, lane >> 4)
        : _tile.Index(_row, (lane & 7) + (lane >> 4) * 8, _column, (lane >> 3) & 1);
}
