using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TttGen.Cpu;

/// <summary>What a weight becomes in fewer bits.</summary>
internal static unsafe class Quantisation
{
    /// <summary>Rounds to nearest, ties to even; a NaN stays one.</summary>
    public static ushort ToBFloat16(float x)
    {
        uint bits = Unsafe.BitCast<float, uint>(x);
        return float.IsNaN(x) ? (ushort)(bits >> 16 | 0x40) : (ushort)((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
    }

    /// <summary>x · inverse to the nearest integer; at most 127, since the scale is that of the largest.</summary>
    public static sbyte ToInt8(float x, float inverse) => (sbyte)Math.Clamp(MathF.Round(x * inverse), -sbyte.MaxValue, sbyte.MaxValue);

    /// <summary>The scale of a row, max |x| / 127, and its inverse; both 0 for a row too small to have one.</summary>
    public static float Scale(float* x, int count, out float inverse)
    {
        Vector128<float> largest = Vector128<float>.Zero;
        int k = 0;
        for (; k <= count - 4; k += 4)
            largest = Vector128.Max(largest, Vector128.Abs(Vector128.Load(x + k)));
        float scale = MathF.Max(MathF.Max(largest[0], largest[1]), MathF.Max(largest[2], largest[3]));
        for (; k < count; k++)
            scale = MathF.Max(scale, MathF.Abs(x[k]));
        scale /= sbyte.MaxValue;

        // The inverse of a subnormal would be infinite.
        if (scale < 1.17549435e-38f)
            scale = 0;

        // Rounded up, the scale of the largest floats would give the largest weight back as infinity.
        if (float.IsInfinity(scale * sbyte.MaxValue))
            scale = MathF.BitDecrement(scale);
        inverse = scale == 0 ? 0 : 1 / scale;
        return scale;
    }
}
