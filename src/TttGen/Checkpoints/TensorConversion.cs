using System.Numerics;
using System.Runtime.InteropServices;

namespace TttGen.Checkpoints;

/// <summary>Elements of a file to float and back. Widening is exact; narrowing rounds to nearest, ties to even.</summary>
internal static class TensorConversion
{
    /// <summary>bf16 is the upper half of a float.</summary>
    internal static void WidenBFloat16(ReadOnlySpan<ushort> from, Span<float> to)
    {
        Span<uint> bits = MemoryMarshal.Cast<float, uint>(to);
        int i = 0;
        for (; i <= from.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(new Vector<ushort>(from[i..]), out Vector<uint> low, out Vector<uint> high);
            (low << 16).CopyTo(bits[i..]);
            (high << 16).CopyTo(bits[(i + Vector<uint>.Count)..]);
        }

        for (; i < from.Length; i++) bits[i] = (uint)from[i] << 16;
    }

    /// <summary>
    /// Half to float: exponent and mantissa moved into place and multiplied by 2^(127 − 15), which also normalises subnormals; then infinity and NaN get
    /// the largest exponent.
    /// </summary>
    internal static void WidenHalf(ReadOnlySpan<ushort> from, Span<float> to)
    {
        int i = 0;
        for (; i <= from.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(new Vector<ushort>(from[i..]), out Vector<uint> low, out Vector<uint> high);
            Widen(low).CopyTo(to[i..]);
            Widen(high).CopyTo(to[(i + Vector<float>.Count)..]);
        }

        for (; i < from.Length; i++) to[i] = (float)BitConverter.UInt16BitsToHalf(from[i]);

        static Vector<float> Widen(Vector<uint> half)
        {
            Vector<uint> placed = (half & new Vector<uint>(0x7fff)) << 13;
            Vector<uint> scaled = Vector.AsVectorUInt32(Vector.AsVectorSingle(placed) * new Vector<float>(BitConverter.UInt32BitsToSingle((127 + 112) << 23)));
            Vector<uint> special = Vector.GreaterThanOrEqual(placed, new Vector<uint>(0x0f800000)) & new Vector<uint>(0x7f800000);
            return Vector.AsVectorSingle(scaled | special | ((half & new Vector<uint>(0x8000)) << 16));
        }
    }

    /// <summary>To the nearest bf16, ties to even; NaN stays NaN.</summary>
    internal static void NarrowBFloat16(ReadOnlySpan<float> from, Span<ushort> to)
    {
        ReadOnlySpan<uint> bits = MemoryMarshal.Cast<float, uint>(from);
        for (int i = 0; i < bits.Length; i++)
        {
            uint x = bits[i];
            to[i] = float.IsNaN(from[i]) ? (ushort)((x >> 16) | 0x40) : (ushort)((x + 0x7fff + ((x >> 16) & 1)) >> 16);
        }
    }

    /// <summary>To the nearest half, ties to even; the place of the first finite element that is too large for one, or −1.</summary>
    internal static int NarrowHalf(ReadOnlySpan<float> from, Span<ushort> to)
    {
        int tooLarge = -1;
        for (int i = 0; i < from.Length; i++)
        {
            Half half = (Half)from[i];
            if (Half.IsInfinity(half) && float.IsFinite(from[i]) && tooLarge < 0) tooLarge = i;
            to[i] = BitConverter.HalfToUInt16Bits(half);
        }

        return tooLarge;
    }
}
