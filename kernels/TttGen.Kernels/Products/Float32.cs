using System.Runtime.CompilerServices;
using ILGPU;

namespace TttGen.Kernels;

/// <summary>Kept as they are.</summary>
public readonly struct Float32 : IElements<float>
{
    /// <inheritdoc/>
    public static int PerLoad => 4;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Load(ArrayView<float> view, long at) => view[at];

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4 Load4(ArrayView<float> view, long at) => Float4.Load(view, at);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sixteen Load16Bytes(ArrayView<float> view, long at) => new() { Low = Float4.Load(view, at) };
}
