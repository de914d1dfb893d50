using System.Reflection;
using ILGPU;
using TttGen.Kernels.Tests.Devices;

namespace TttGen.Kernels.Tests.Products;

/// <summary>
/// Products on tensor cores against float64 over operands rounded as they round them, in memory that is NaN around the operands and in the result.
/// No accelerator here has such cores: that the threads of a warp point where the instructions want them is tested all the same, for without them each thread goes by the same pointers.
/// </summary>
public sealed class Bf16ProductTests
{
    private static readonly (int Rows, int Columns, int Inner)[] Sizes = [(1, 12, 8), (15, 100, 96), (17, 70, 770), (50, 100, 768), (130, 150, 40), (2, 3, 5)];

    private static readonly (int Rows, int Columns, int Inner)[] ToySizes = [(17, 70, 96), (66, 12, 21), (1, 5, 130)];

    public static TheoryData<string, int, int> Each
    {
        get
        {
            var data = new TheoryData<string, int, int>();
            foreach (int tile in (int[])[64, 128])
            {
                foreach (string operands in (string[])["Weights", "Halves", "Floats"]) data.Add($"Tensor{tile}{operands}", tile, 1);
                data.Add($"Tensor{tile}Pair", tile, 2);
            }

            return data;
        }
    }

    [Theory, OnCpu(nameof(Each)), OnPocl(nameof(Each))]
    public void A_product_is_as_in_float64_of_rounded_operands(AcceleratorKind kind, string name, int tile, int products)
    {
        var kernel = typeof(Bf16ProductKernels).GetMethod(name)!;
        foreach (var (rows, columns, inner) in kind == AcceleratorKind.Cpu ? ToySizes : Sizes)
        {
            // 8: rows begin on 16 bytes; 1: they do not.
            foreach (int gap in (int[])[(8 - inner % 8) % 8 + 8, 1])
            {
                var random = new Random(rows * 7 + columns + inner);
                var a = Operand(random, kernel, 0, rows, inner, gap);
                var b = Operand(random, kernel, 3, columns * products, inner, gap);
                var found = Matrix.Run(kind, kernel, a, b, columns, new Index3D((columns + tile - 1) / tile, (rows + tile - 1) / tile, 1));
                for (int i = 0; i < rows; i++)
                {
                    for (int j = 0; j < columns; j++)
                    {
                        var (expected, size) = Dot(a, i, b, j);
                        if (products == 2)
                        {
                            var (second, secondSize) = Dot(a, i, b, columns + j);
                            (expected, size) = (expected * second, size * secondSize);
                        }

                        Assert.True(Math.Abs(found[i * columns + j] - expected) <= 2e-6 * size,
                            $"{name}, {rows} × {columns} × {inner}, gap {gap}: element ({i}, {j}) is {found[i * columns + j]}, not {expected}");
                    }
                }
            }
        }
    }

    private static Matrix Operand(Random random, MethodInfo kernel, int parameter, int rows, int columns, int gap) =>
        kernel.GetParameters()[parameter].ParameterType == typeof(ArrayView<float>) ? Matrix.RandomFloats(random, rows, columns, gap) : Matrix.Random(random, rows, columns, gap);

    private static (double Sum, double Size) Dot(Matrix a, int row, Matrix b, int column)
    {
        double sum = 0, size = 0;
        for (int k = 0; k < a.Columns; k++)
        {
            double term = Rounded(a[row, k]) * Rounded(b[column, k]);
            sum += term;
            size += Math.Abs(term);
        }

        return (sum, size);
    }

    /// <summary>To eight bits, ties to even.</summary>
    private static double Rounded(float x)
    {
        double unit = Math.ScaleB(1, Math.ILogB(x) - 7);
        return x == 0 ? 0 : Math.Round(x / unit, MidpointRounding.ToEven) * unit;
    }
}
