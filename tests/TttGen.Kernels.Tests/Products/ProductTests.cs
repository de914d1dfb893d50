using System.Reflection;
using ILGPU;
using TttGen.Kernels.Tests.Devices;

namespace TttGen.Kernels.Tests.Products;

/// <summary>Each product against float64, at sizes that fill no tile, in memory that is NaN around the operands and in the result.</summary>
public sealed class ProductTests
{
    private static readonly (int Rows, int Columns, int Inner)[] Sizes = [(1, 12, 12), (3, 100, 96), (17, 96, 770), (50, 100, 768), (130, 150, 40), (2, 3, 5)];
    private static readonly (int Rows, int Columns, int Inner)[] ToySizes = [(3, 70, 20), (66, 12, 37)];

    public static TheoryData<string, int> Tiled => new()
    {
        { nameof(ProductKernels.Floats64), 64 },
        { nameof(ProductKernels.Weights64), 64 },
        { nameof(ProductKernels.Halves64), 64 },
        { nameof(ProductKernels.Floats128), 128 },
        { nameof(ProductKernels.Weights128), 128 },
        { nameof(ProductKernels.Halves128), 128 }
    };

    public static TheoryData<Type, Type> Few
    {
        get
        {
            var data = new TheoryData<Type, Type>();
            foreach (var rows in (Type[])[typeof(One), typeof(Two), typeof(Four), typeof(Eight)])
                foreach (var columns in (Type[])[typeof(One), typeof(Two), typeof(Four)]) data.Add(rows, columns);
            return data;
        }
    }

    [Theory, OnCpu(nameof(Tiled)), OnPocl(nameof(Tiled))]
    public void A_tiled_product_is_as_in_float64(AcceleratorKind kind, string kernel, int tile)
    {
        foreach (var (rows, columns, inner) in kind == AcceleratorKind.Cpu ? ToySizes : Sizes)
            foreach (int gap in kind == AcceleratorKind.Cpu ? (int[])[0] : [0, 1, 4])
                Check(kind, typeof(ProductKernels).GetMethod(kernel)!, rows, columns, inner, gap, new Index3D((columns + tile - 1) / tile, (rows + tile - 1) / tile, 1));
    }

    [Theory, OnCpu(nameof(Few)), OnPocl(nameof(Few))]
    public void A_product_of_few_rows_is_as_in_float64(AcceleratorKind kind, Type most, Type perWarp)
    {
        int mostRows = Value(most), width = 8 * Value(perWarp);
        foreach (string name in (string[])[nameof(ProductKernels.FewFloats), nameof(ProductKernels.FewWeights)])
            foreach (int rows in kind == AcceleratorKind.Cpu ? (int[])[mostRows] : [1, mostRows - 1, mostRows])
                foreach (var (_, columns, inner) in kind == AcceleratorKind.Cpu ? ToySizes : Sizes)
                    foreach (int gap in kind == AcceleratorKind.Cpu ? (int[])[0] : [0, 1, 8])
                        if (rows > 0)
                            Check(kind, typeof(ProductKernels).GetMethod(name)!.MakeGenericMethod(most, perWarp), rows, columns, inner, gap, new Index3D((columns + width - 1) / width, 1, 1));
    }

    private static int Value(Type count) => (int)count.GetProperty(nameof(ICount.Value))!.GetValue(null)!;

    private static void Check(AcceleratorKind kind, MethodInfo kernel, int rows, int columns, int inner, int gap, Index3D grid)
    {
        var random = new Random(rows * 7 + columns + inner);
        var a = Matrix.Random(random, rows, inner, gap);
        var b = Matrix.Random(random, columns, inner, gap);
        var found = Matrix.Run(kind, kernel, a, b, grid);
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                double expected = 0, size = 0;
                for (int k = 0; k < inner; k++)
                {
                    expected += (double)a[i, k] * b[j, k];
                    size += Math.Abs((double)a[i, k] * b[j, k]);
                }

                Assert.True(Math.Abs(found[i * columns + j] - expected) <= 1e-6 * size,
                    $"{kernel.Name}, {rows} × {columns} × {inner}, gap {gap}: element ({i}, {j}) is {found[i * columns + j]}, not {expected}");
            }
        }
    }
}
