using System.Runtime.CompilerServices;
using ILGPU;

namespace TttGen.Kernels;

/// <summary>8 × 8 sums in a thread's registers: four tiles of 4 × 4, 64 rows or columns apart.</summary>
public struct Tile8x8
{
    private Tile4x4 _topLeft;
    private Tile4x4 _topRight;
    private Tile4x4 _bottomLeft;
    private Tile4x4 _bottomRight;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly Tile8x8 Add(Float4 top, Float4 bottom, Float4 left, Float4 right) => new()
    {
        _topLeft = _topLeft.Add(top, left),
        _topRight = _topRight.Add(top, right),
        _bottomLeft = _bottomLeft.Add(bottom, left),
        _bottomRight = _bottomRight.Add(bottom, right)
    };

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal readonly void Store(int part, ArrayView<float> shared, int at, int pitch)
    {
        if (part == 0)
        {
            _topLeft.Store(shared, at, pitch);
            _topRight.Store(shared, at + 64, pitch);
        }
        else
        {
            _bottomLeft.Store(shared, at, pitch);
            _bottomRight.Store(shared, at + 64, pitch);
        }
    }
}
