using System.Runtime.CompilerServices;
using ILGPU;

namespace TttGen.Kernels;

/// <summary>bfloat16: the upper half of a float32, kept as <see cref="ushort"/>.</summary>
public static class Bf16
{
    /// <summary>The float32 of the same value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float ToFloat(ushort bits) => Interop.IntAsFloat((uint)bits << 16);

    /// <summary>The first of two that lie in one word.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Low(uint pair) => Interop.IntAsFloat(pair << 16);

    /// <summary>The second of two that lie in one word.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float High(uint pair) => Interop.IntAsFloat(pair & 0xFFFF0000u);

    /// <summary>The nearest bfloat16, ties to even; a NaN stays one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ushort Round(float value)
    {
        uint bits = Interop.FloatAsInt(value);
        uint rounded = (bits + 0x7FFFu + ((bits >> 16) & 1u)) >> 16;
        return (ushort)((bits & 0x7FFFFFFFu) > 0x7F800000u ? (bits >> 16) | 0x40u : rounded);
    }

    /// <summary>Two of the nearest in one word, the first in its lower half; of a NaN a GPU keeps only that it is one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Pack(float low, float high) =>
        Instructions.Here ? Instructions.Pack(low, high) : Round(low) | ((uint)Round(high) << 16);
}
