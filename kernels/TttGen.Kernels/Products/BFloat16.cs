using System.Runtime.CompilerServices;
using ILGPU;

namespace TttGen.Kernels;

/// <summary>Kept as bf16, by their bits.</summary>
public readonly struct BFloat16 : IElements<ushort>
{
    /// <inheritdoc/>
    public static int PerLoad => 8;

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Load(ArrayView<ushort> view, long at) => Bf16.ToFloat(view[at]);

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Float4 Load4(ArrayView<ushort> view, long at)
    {
        var pairs = view.Cast<UInt2>()[at >> 2];
        return new() { X = Bf16.Low(pairs.X), Y = Bf16.High(pairs.X), Z = Bf16.Low(pairs.Y), W = Bf16.High(pairs.Y) };
    }

    /// <inheritdoc/>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Sixteen Load16Bytes(ArrayView<ushort> view, long at)
    {
        var pairs = view.Cast<UInt4>()[at >> 3];
        return new()
        {
            Low = new() { X = Bf16.Low(pairs.X), Y = Bf16.High(pairs.X), Z = Bf16.Low(pairs.Y), W = Bf16.High(pairs.Y) },
            High = new() { X = Bf16.Low(pairs.Z), Y = Bf16.High(pairs.Z), Z = Bf16.Low(pairs.W), W = Bf16.High(pairs.W) }
        };
    }
}
