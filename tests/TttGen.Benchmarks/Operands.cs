using TttGen.Cpu;

namespace TttGen.Benchmarks;

/// <summary>Operands of ordinary size: no subnormals, no overflow however often they are added up.</summary>
internal static unsafe class Operands
{
    /// <summary>A buffer of small numbers.</summary>
    public static NativeBuffer Numbers(long elements)
    {
        var buffer = new NativeBuffer(elements);
        for (long i = 0; i < elements; i++)
            buffer.Pointer[i] = (i % 13 - 6) * 1e-2f;
        return buffer;
    }

    /// <summary>A packed matrix of them.</summary>
    public static PackedMatrix Weights(int inner, int columns, WeightType type)
    {
        var matrix = new PackedMatrix(inner, columns, type);
        var rows = new float[32 * inner];
        for (int i = 0; i < rows.Length; i++)
            rows[i] = (i % 11 - 5) * 1e-2f;
        for (int first = 0; first < columns; first += 32)
            matrix.SetRows(first, rows.AsSpan(0, Math.Min(32, columns - first) * inner));
        return matrix;
    }
}
