using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace TttGen.Cpu;

/// <summary>Whole panels into a <see cref="PackedMatrix"/>: 32 rows of the checkpoint transposed in blocks and narrowed in vectors.</summary>
internal static unsafe class PanelPacking
{
    private const int Width = PackedMatrix.PanelWidth;

    /// <summary>Rows of the panel transposed at once: 8 KiB of floats.</summary>
    private const int Block = 64;

    /// <summary>Writes panel <paramref name="panel"/> from [32, inner] floats.</summary>
    [SkipLocalsInit]
    public static void Write(PackedMatrix matrix, int panel, float* from)
    {
        byte* weights = matrix.Panel(panel);
        if (matrix.Type == WeightType.Float32)
        {
            Transpose(Width, matrix.Inner, from, matrix.Inner, (float*)weights);
            return;
        }

        float* inverses = stackalloc float[Width];
        if (matrix.Type == WeightType.Int8)
        {
            for (int column = 0; column < Width; column++)
                matrix.Scales(panel)[column] = Quantisation.Scale(from + (nint)column * matrix.Inner, matrix.Inner, out inverses[column]);
        }

        float* block = stackalloc float[Block * Width];
        for (int first = 0; first < matrix.Inner; first += Block)
        {
            int count = Math.Min(Block, matrix.Inner - first);
            Transpose(Width, count, from + first, matrix.Inner, block);
            for (int k = 0; k < count; k++)
            {
                if (matrix.Type == WeightType.BFloat16)
                    NarrowToPairs(block + k * Width, (uint*)weights + (nint)(first + k) * (Width / 2));
                else
                    NarrowToInt8(block + k * Width, inverses, (sbyte*)weights + (nint)(first + k) * Width);
            }
        }
    }

    /// <summary>Writes rows first … of every panel of an f32 matrix from [count, columns] floats.</summary>
    public static void WriteRows(PackedMatrix matrix, int first, int count, float* from)
    {
        float* to = (float*)matrix.Panel(0) + (nint)first * Width;
        nint panelStride = (nint)matrix.Inner * Width;
        if (Vector512.IsHardwareAccelerated)
            PanelRows.Write<Lanes512>(from, matrix.Columns, count, matrix.Columns, to, panelStride);
        else if (Vector256.IsHardwareAccelerated)
            PanelRows.Write<Lanes256>(from, matrix.Columns, count, matrix.Columns, to, panelStride);
        else
            PanelRows.Write<Lanes128>(from, matrix.Columns, count, matrix.Columns, to, panelStride);
    }

    private static void Transpose(int rows, int columns, float* from, nint fromRow, float* to)
    {
        if (Vector512.IsHardwareAccelerated)
            Tile.Transpose<float, Lanes512>(rows, columns, from, fromRow, to, Width);
        else if (Vector256.IsHardwareAccelerated)
            Tile.Transpose<float, Lanes256>(rows, columns, from, fromRow, to, Width);
        else
            Tile.Transpose<float, Lanes128>(rows, columns, from, fromRow, to, Width);
    }

    private static void NarrowToPairs(float* row, uint* to)
    {
        for (int column = 0; column < Width / 2; column += 4)
        {
            Vector128<uint> low = Rounded(Vector128.Load(row + column)), high = Rounded(Vector128.Load(row + column + Width / 2));
            ((low >> 16) | (high & Vector128.Create(0xFFFF0000u))).Store(to + column);
        }
    }

    /// <summary>As <see cref="Quantisation.ToBFloat16"/>, left in the upper half.</summary>
    private static Vector128<uint> Rounded(Vector128<float> x)
    {
        Vector128<uint> bits = x.AsUInt32();
        Vector128<uint> nearest = bits + Vector128.Create(0x7FFFu) + ((bits >> 16) & Vector128<uint>.One);
        return Vector128.ConditionalSelect(Vector128.Equals(x, x).AsUInt32(), nearest, bits | Vector128.Create(0x400000u));
    }

    private static void NarrowToInt8(float* row, float* inverses, sbyte* to)
    {
        for (int column = 0; column < Width; column += 16)
        {
            Vector128<short> low = Vector128.Narrow(Quantised(row + column, inverses + column), Quantised(row + column + 4, inverses + column + 4));
            Vector128<short> high = Vector128.Narrow(Quantised(row + column + 8, inverses + column + 8), Quantised(row + column + 12, inverses + column + 12));
            Vector128.Narrow(low, high).Store(to + column);
        }
    }

    private static Vector128<int> Quantised(float* x, float* inverses) =>
        Vector128.ConvertToInt32(Vector128.Round(Vector128.Load(x) * Vector128.Load(inverses)));
}
