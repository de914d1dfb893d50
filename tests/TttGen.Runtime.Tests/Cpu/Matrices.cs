using TttGen.Cpu;

namespace TttGen.Runtime.Tests.Cpu;

/// <summary>Random operands.</summary>
internal static unsafe class Matrices
{
    public static float Next(Random random) => (float)(random.NextDouble() * 2 - 1);

    /// <summary>A packed matrix of random weights and, as [columns, inner], the weights that it holds after rounding.</summary>
    public static PackedMatrix Packed(Random random, int inner, int columns, WeightType type, out float[] stored)
    {
        var matrix = new PackedMatrix(inner, columns, type);
        stored = new float[columns * inner];
        for (int i = 0; i < stored.Length; i++)
            stored[i] = Next(random);
        matrix.SetRows(0, stored);
        for (int column = 0; column < columns; column++)
            matrix.GetRow(column, stored.AsSpan(column * inner, inner));
        return matrix;
    }

    /// <summary>Random rows; what lies between them stays NaN.</summary>
    public static void FillRows(Random random, GuardedMemory<float> to, int rows, int columns, int stride)
    {
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
                to.Pointer[i * stride + j] = Next(random);
        }
    }
}
