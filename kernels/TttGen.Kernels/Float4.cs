using System.Runtime.CompilerServices;
using ILGPU;

namespace TttGen.Kernels;

/// <summary>Four neighbouring floats, loaded and stored as 16 bytes.</summary>
public partial struct Float4
{
    /// <summary>The first.</summary>
    public float X;

    /// <summary>The second.</summary>
    public float Y;

    /// <summary>The third.</summary>
    public float Z;

    /// <summary>The fourth.</summary>
    public float W;

    /// <summary>Four floats of a view that begins on 16 bytes; <paramref name="at"/> is a multiple of four.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4 Load(ArrayView<float> view, long at) => view.Cast<Float4>()[at >> 2];

    /// <summary>The same for indices of shared memory.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4 Load(ArrayView<float> view, int at) => view.Cast<Float4>()[at >> 2];

    /// <summary>Stores them; the view begins on 16 bytes, <paramref name="at"/> is a multiple of four.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(ArrayView<float> view, int at, Float4 value) => view.Cast<Float4>()[at >> 2] = value;

    /// <summary>this + factor · row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Float4 Add(float factor, Float4 row) =>
        new() { X = X + factor * row.X, Y = Y + factor * row.Y, Z = Z + factor * row.Z, W = W + factor * row.W };

    /// <summary>sum + this · other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly float Dot(Float4 other, float sum) => sum + X * other.X + Y * other.Y + Z * other.Z + W * other.W;
}
