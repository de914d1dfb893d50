using System.Runtime.CompilerServices;
using ILGPU;

namespace TttGen.Kernels;

/// <summary>Two neighbouring floats, stored as 8 bytes.</summary>
internal struct Float2
{
    public float X;
    public float Y;

    /// <summary>Stores them; the view begins on 8 bytes, <paramref name="at"/> is even.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(ArrayView<float> view, int at, float x, float y) => view.Cast<Float2>()[at >> 1] = new() { X = x, Y = y };
}
