using System.Runtime.CompilerServices;
using ILGPU;

namespace TttGen.Kernels;

/// <summary>A warp's sums of 16 rows and 16 columns, eight in each thread.</summary>
public struct Mma16x16
{
    private Float4 _left;
    private Float4 _right;

    /// <summary>this + left · right.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Mma16x16 Add(ArrayView<ushort> shared, Fragment left, Fragment right) => new()
    {
        _left = Mma.Multiply(shared, _left, left, right, 0),
        _right = Mma.Multiply(shared, _right, left, right, 1)
    };

    /// <summary>Stores them as rows; at and pitch are even.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Store(ArrayView<float> shared, int at, int pitch)
    {
        int lane = Group.IdxX & 31, from = at + (lane >> 2) * pitch + (lane & 3) * 2;
        Float2.Store(shared, from, _left.X, _left.Y);
        Float2.Store(shared, from + 8, _right.X, _right.Y);
        Float2.Store(shared, from + 8 * pitch, _left.Z, _left.W);
        Float2.Store(shared, from + 8 * pitch + 8, _right.Z, _right.W);
    }
}
