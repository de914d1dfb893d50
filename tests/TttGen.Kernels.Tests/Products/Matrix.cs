using System.Reflection;
using ILGPU;
using ILGPU.Runtime;
using TttGen.Kernels.Tests.Devices;

namespace TttGen.Kernels.Tests.Products;

/// <summary>Rows of numbers, of bf16 unless said, between which and behind which lies NaN.</summary>
public sealed class Matrix
{
    private readonly float[] _values;

    private Matrix(int rows, int columns, int pitch)
    {
        (Rows, Columns, Pitch) = (rows, columns, pitch);
        _values = new float[rows * pitch + 64];
        Array.Fill(_values, float.NaN);
    }

    public int Rows { get; }

    public int Columns { get; }

    public int Pitch { get; }

    public float this[int row, int column] => _values[row * Pitch + column];

    public static Matrix Random(Random random, int rows, int columns, int gap) => Random(random, rows, columns, gap, x => BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(x) >> 16 << 16));

    /// <summary>Numbers that bf16 does not have.</summary>
    public static Matrix RandomFloats(Random random, int rows, int columns, int gap) => Random(random, rows, columns, gap, x => x);

    private static Matrix Random(Random random, int rows, int columns, int gap, Func<float, float> round)
    {
        var matrix = new Matrix(rows, columns, columns + gap);
        for (int i = 0; i < rows; i++)
            for (int j = 0; j < columns; j++)
                matrix._values[i * matrix.Pitch + j] = round(random.NextSingle() - 0.5f);
        return matrix;
    }

    /// <summary>Runs a kernel (a, aPitch, rows, b, bPitch, columns, inner, c), operands as it takes them, float or ushort; gives c.</summary>
    public static float[] Run(AcceleratorKind kind, MethodInfo kernel, Matrix a, Matrix b, Index3D grid) => Run(kind, kernel, a, b, b.Rows, grid);

    /// <summary>The same where the result has fewer columns than b has rows.</summary>
    public static float[] Run(AcceleratorKind kind, MethodInfo kernel, Matrix a, Matrix b, int columns, Index3D grid)
    {
        var on = TestAccelerator.Of(kind);
        var parameters = kernel.GetParameters();
        using var onA = a.On(on.Accelerator, parameters[0].ParameterType);
        using var onB = b.On(on.Accelerator, parameters[3].ParameterType);
        using var c = on.Accelerator.Allocate1D<float>(a.Rows * columns);
        c.MemSet(on.Accelerator.DefaultStream, 0xFF);
        on.Run(kernel, grid, 256, View(onA), a.Pitch, a.Rows, View(onB), b.Pitch, columns, a.Columns, c.View.AsContiguous());
        return c.GetAsArray1D();
    }

    private static object View(MemoryBuffer memory) =>
        memory is MemoryBuffer1D<float, Stride1D.Dense> floats ? floats.View.AsContiguous() : ((MemoryBuffer1D<ushort, Stride1D.Dense>)memory).View.AsContiguous();

    private MemoryBuffer On(Accelerator accelerator, Type view) => view == typeof(ArrayView<float>)
        ? accelerator.Allocate1D(_values)
        : accelerator.Allocate1D(_values.Select(v => (ushort)(BitConverter.SingleToUInt32Bits(v) >> 16)).ToArray());
}
