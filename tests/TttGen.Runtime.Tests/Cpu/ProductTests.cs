using TttGen.Cpu;

namespace TttGen.Runtime.Tests.Cpu;

public abstract unsafe class ProductTests<V>
    where V : struct, ILanes<V, float>
{
    public static TheoryData<int, int, WeightType> Shapes()
    {
        var shapes = new TheoryData<int, int, WeightType>();
        foreach (var type in Enum.GetValues<WeightType>())
        {
            foreach (var (inner, columns) in new[] { (1, 1), (5, 97), (6, 10), (7, 32), (96, 96), (255, 33), (257, 40), (700, 64) })
                shapes.Add(inner, columns, type);
        }

        return shapes;
    }

    /// <summary>Every number of rows from 1 to 50: streamed and blocked, whole register tiles and what is left of them.</summary>
    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_panel_equals_the_naive_product_for_any_rows(int inner, int columns, WeightType type)
    {
        var random = new Random(inner + columns);
        using var w = Matrices.Packed(random, inner, columns, type, out float[] stored);
        for (int rows = 1; rows <= 50; rows++)
        {
            int stride = inner + rows % 3;
            using var a = new GuardedMemory<float>((rows - 1) * stride + inner);
            Matrices.FillRows(random, a, rows, inner, stride);
            for (int panel = 0; panel < w.Panels; panel++)
            {
                using var tile = new GuardedMemory<float>(rows * 32);
                Product.Panel<V>(w, panel, a.Pointer, stride, rows, tile.Pointer);
                tile.AssertUntouchedBefore();
                for (int i = 0; i < rows; i++)
                {
                    for (int j = 0; j < 32; j++)
                    {
                        double exact = 0, size = 1e-30;
                        for (int k = 0; k < inner && panel * 32 + j < columns; k++)
                        {
                            double term = (double)a.Pointer[i * stride + k] * stored[(panel * 32 + j) * inner + k];
                            exact += term;
                            size += Math.Abs(term);
                        }

                        Assert.True(Math.Abs(tile.Pointer[i * 32 + j] - exact) <= 1e-6 * size, $"rows {rows}, tile({i}, {j}): expected {exact}, found {tile.Pointer[i * 32 + j]}");
                    }
                }
            }
        }
    }

    [Fact]
    public void No_rows_write_nothing()
    {
        using var w = new PackedMatrix(3, 4, WeightType.Float32);
        using var tile = new GuardedMemory<float>(0);
        Product.Panel<V>(w, 0, tile.Pointer, 3, 0, tile.Pointer);
        tile.AssertUntouchedBefore();
    }
}

public sealed class Product512Tests : ProductTests<Lanes512>;

public sealed class Product256Tests : ProductTests<Lanes256>;

public sealed class Product128Tests : ProductTests<Lanes128>;
