using System.Runtime.CompilerServices;
using ILGPU;

namespace TttGen.Kernels;

/// <summary>A warp's sums of twice 16 rows, 32 apart, and 16 columns.</summary>
public struct Mma32x16
{
    private Mma16x16 _top;
    private Mma16x16 _bottom;

    /// <summary>this + left · right over 16 of the inner dimension.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly Mma32x16 Add(ArrayView<ushort> shared, Bf16Tile left, int row, Bf16Tile right, int column, int inner)
    {
        var columns = Mma.LoadRight(shared, right, column, inner);
        var top = Mma.LoadLeft(shared, left, row, inner);
        var bottom = Mma.LoadLeft(shared, left, row + 32, inner);
        return new() { _top = _top.Add(shared, top, columns), _bottom = _bottom.Add(shared, bottom, columns) };
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly void Store(ArrayView<float> shared, int at, int pitch)
    {
        _top.Store(shared, at, pitch);
        _bottom.Store(shared, at + 32 * pitch, pitch);
    }
}
