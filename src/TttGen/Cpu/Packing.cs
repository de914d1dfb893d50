using System.Runtime.CompilerServices;

namespace TttGen.Cpu;

/// <summary>Single columns into and out of a <see cref="PackedMatrix"/>, by weight type.</summary>
internal static unsafe class Packing
{
    private const int Width = PackedMatrix.PanelWidth;

    /// <summary>Writes column <paramref name="column"/> from [inner] floats.</summary>
    public static void Write(PackedMatrix matrix, int column, float* from)
    {
        int panel = column / Width, place = column % Width;
        byte* weights = matrix.Panel(panel);
        switch (matrix.Type)
        {
            case WeightType.Float32:
                for (int k = 0; k < matrix.Inner; k++)
                    ((float*)weights)[(nint)k * Width + place] = from[k];
                break;
            case WeightType.BFloat16:
                for (int k = 0; k < matrix.Inner; k++)
                    ((ushort*)weights)[(nint)k * Width + PairPlace(place)] = ToBFloat16(from[k]);
                break;
            default:
                float scale = Largest(from, matrix.Inner) / sbyte.MaxValue;
                float inverse = scale == 0 ? 0 : 1 / scale;
                matrix.Scales(panel)[place] = scale;
                for (int k = 0; k < matrix.Inner; k++)
                    ((sbyte*)weights)[(nint)k * Width + place] = (sbyte)Math.Clamp(MathF.Round(from[k] * inverse), -sbyte.MaxValue, sbyte.MaxValue);
                break;
        }
    }

    /// <summary>Reads column <paramref name="column"/> into [inner] floats.</summary>
    public static void Read(PackedMatrix matrix, int column, float* to)
    {
        int panel = column / Width, place = column % Width;
        byte* weights = matrix.Panel(panel);
        switch (matrix.Type)
        {
            case WeightType.Float32:
                for (int k = 0; k < matrix.Inner; k++)
                    to[k] = ((float*)weights)[(nint)k * Width + place];
                break;
            case WeightType.BFloat16:
                for (int k = 0; k < matrix.Inner; k++)
                    to[k] = Unsafe.BitCast<uint, float>((uint)((ushort*)weights)[(nint)k * Width + PairPlace(place)] << 16);
                break;
            default:
                float scale = matrix.Scales(panel)[place];
                for (int k = 0; k < matrix.Inner; k++)
                    to[k] = ((sbyte*)weights)[(nint)k * Width + place] * scale;
                break;
        }
    }

    /// <summary>Rounds to nearest, ties to even; a NaN stays one.</summary>
    public static ushort ToBFloat16(float x)
    {
        uint bits = Unsafe.BitCast<float, uint>(x);
        return float.IsNaN(x) ? (ushort)(bits >> 16 | 0x40) : (ushort)((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
    }

    /// <summary>Where a column's half word lies in a row of pairs (little-endian: the low half first).</summary>
    private static int PairPlace(int place) => place % 16 * 2 + place / 16;

    private static float Largest(float* x, int count)
    {
        float largest = 0;
        for (int k = 0; k < count; k++)
            largest = MathF.Max(largest, MathF.Abs(x[k]));
        return largest;
    }
}
