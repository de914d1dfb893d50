using System.Runtime.CompilerServices;
using ILGPU;

namespace TttGen.Kernels;

/// <summary>A warp's sums of four times 16 rows, 32 apart, and 32 columns.</summary>
public struct Mma64x32
{
    private Mma16x16 _left0;
    private Mma16x16 _right0;
    private Mma16x16 _left1;
    private Mma16x16 _right1;
    private Mma16x16 _left2;
    private Mma16x16 _right2;
    private Mma16x16 _left3;
    private Mma16x16 _right3;

    /// <summary>this + left · right over 16 of the inner dimension.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly Mma64x32 Add(ArrayView<ushort> shared, Bf16Tile left, int row, Bf16Tile right, int column, int inner)
    {
        var columns = Mma.LoadRight(shared, right, column, inner);
        var others = Mma.LoadRight(shared, right, column + 16, inner);
        var rows0 = Mma.LoadLeft(shared, left, row, inner);
        var rows1 = Mma.LoadLeft(shared, left, row + 32, inner);
        var rows2 = Mma.LoadLeft(shared, left, row + 64, inner);
        var rows3 = Mma.LoadLeft(shared, left, row + 96, inner);
        return new()
        {
            _left0 = _left0.Add(shared, rows0, columns),
            _right0 = _right0.Add(shared, rows0, others),
            _left1 = _left1.Add(shared, rows1, columns),
            _right1 = _right1.Add(shared, rows1, others),
            _left2 = _left2.Add(shared, rows2, columns),
            _right2 = _right2.Add(shared, rows2, others),
            _left3 = _left3.Add(shared, rows3, columns),
            _right3 = _right3.Add(shared, rows3, others)
        };
    }

    /// <summary>Stores the 16 rows of a part.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly void Store(int part, ArrayView<float> shared, int at, int pitch)
    {
        if (part == 0) Store(shared, at, pitch, _left0, _right0);
        else if (part == 1) Store(shared, at, pitch, _left1, _right1);
        else if (part == 2) Store(shared, at, pitch, _left2, _right2);
        else Store(shared, at, pitch, _left3, _right3);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(ArrayView<float> shared, int at, int pitch, Mma16x16 left, Mma16x16 right)
    {
        left.Store(shared, at, pitch);
        right.Store(shared, at + 16, pitch);
    }
}
