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
                    ((ushort*)weights)[(nint)k * Width + PairPlace(place)] = Quantisation.ToBFloat16(from[k]);
                break;
            default:
                matrix.Scales(panel)[place] = Quantisation.Scale(from, matrix.Inner, out float inverse);
                for (int k = 0; k < matrix.Inner; k++)
                    ((sbyte*)weights)[(nint)k * Width + place] = Quantisation.ToInt8(from[k], inverse);
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

    /// <summary>Where a column's half word lies in a row of pairs (little-endian: the low half first).</summary>
    private static int PairPlace(int place) => place % 16 * 2 + place / 16;
}
