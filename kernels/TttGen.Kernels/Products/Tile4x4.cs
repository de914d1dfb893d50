using System.Runtime.CompilerServices;
using ILGPU;

namespace TttGen.Kernels;

/// <summary>4 × 4 sums in a thread's registers.</summary>
public struct Tile4x4
{
    private Float4 _row0;
    private Float4 _row1;
    private Float4 _row2;
    private Float4 _row3;

    /// <summary>this + column · rowᵀ.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly Tile4x4 Add(Float4 column, Float4 row) =>
        new() { _row0 = _row0.Add(column.X, row), _row1 = _row1.Add(column.Y, row), _row2 = _row2.Add(column.Z, row), _row3 = _row3.Add(column.W, row) };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly void Store(ArrayView<float> shared, int at, int pitch)
    {
        Float4.Store(shared, at, _row0);
        Float4.Store(shared, at + pitch, _row1);
        Float4.Store(shared, at + 2 * pitch, _row2);
        Float4.Store(shared, at + 3 * pitch, _row3);
    }
}
