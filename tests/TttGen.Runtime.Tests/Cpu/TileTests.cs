using System.Numerics;
using TttGen.Cpu;

namespace TttGen.Runtime.Tests.Cpu;

/// <summary>
/// Operands end at inaccessible memory and hold NaN wherever they may not be read: outside the rows, and above the diagonal of a triangular one.
/// </summary>
public abstract unsafe class TileTests<T, V>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct, ILanes<V, T>
{
    private static double Tolerance => typeof(T) == typeof(float) ? 1e-6 : 1e-14;

    public static TheoryData<int, int, int> Shapes()
    {
        var shapes = new TheoryData<int, int, int>();
        foreach (var rows in new[] { 1, 2, 3, 4, 5, 7, 16, 17 })
        {
            foreach (var (inner, columns) in new[] { (1, 1), (16, 64), (64, 6), (6, 10), (10, 97), (17, 96), (64, 33), (300, 130) })
                shapes.Add(rows, inner, columns);
        }

        return shapes;
    }

    private static GuardedMemory<T> Matrix(Random random, int rows, int columns, int stride)
    {
        var matrix = new GuardedMemory<T>((rows - 1) * stride + columns);
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
                matrix.Pointer[i * stride + j] = T.CreateTruncating(random.NextDouble() * 2 - 1);
        }

        return matrix;
    }

    private static void Check(GuardedMemory<T> c, T[]? before, int rows, int columns, int stride, double scale, Func<int, int, IEnumerable<(T A, T B)>> terms)
    {
        c.AssertUntouchedBefore();
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < stride && i * stride + j < c.Length; j++)
            {
                T found = c.Pointer[i * stride + j];
                if (j >= columns)
                {
                    Assert.True(T.IsNaN(found), $"({i}, {j}) lies outside and was written");
                    continue;
                }

                double exact = 0, size = 1e-30;
                foreach (var (a, b) in terms(i, j))
                {
                    exact += double.CreateTruncating(a) * double.CreateTruncating(b);
                    size += Math.Abs(double.CreateTruncating(a) * double.CreateTruncating(b));
                }

                if (before is not null)
                {
                    exact = double.CreateTruncating(before[i * stride + j]) + scale * exact;
                    size = Math.Abs(scale) * size + 1;
                }

                Assert.True(Math.Abs(double.CreateTruncating(found) - exact) <= Tolerance * size, $"({i}, {j}): expected {exact}, found {found}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Products_equal_the_naive_sum(int rows, int inner, int columns)
    {
        var random = new Random(rows * 1000 + columns);
        foreach (bool transposed in new[] { false, true })
        {
            int aStride = (transposed ? rows : inner) + 2, bStride = columns + 1, cStride = columns + 3;
            using var a = transposed ? Matrix(random, inner, rows, aStride) : Matrix(random, rows, inner, aStride);
            using var b = Matrix(random, inner, columns, bStride);
            using var c = new GuardedMemory<T>((rows - 1) * cStride + columns);
            nint aRow = transposed ? 1 : aStride, aStep = transposed ? aStride : 1;
            IEnumerable<(T, T)> Terms(int i, int j) => Enumerable.Range(0, inner).Select(k => (At(a, i * aRow + k * aStep), At(b, k * bStride + j)));

            Tile.Multiply<T, V>(rows, inner, columns, a.Pointer, aRow, aStep, b.Pointer, bStride, c.Pointer, cStride);
            Check(c, null, rows, columns, cStride, 1, Terms);
            foreach (double scale in new[] { -0.75, 1 })
            {
                T[] before = new Span<T>(c.Pointer, c.Length).ToArray();
                Tile.MultiplyAdd<T, V>(rows, inner, columns, a.Pointer, aRow, aStep, b.Pointer, bStride, c.Pointer, cStride, T.CreateTruncating(scale));
                Check(c, before, rows, columns, cStride, scale, Terms);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Triangular_products_read_nothing_above_the_diagonal(int rows, int inner, int columns)
    {
        // The contract is a square; a triangle cut short on either side follows from the same rule.
        foreach (int steps in new[] { rows, Math.Min(rows, inner) })
        {
            foreach (bool transposed in new[] { false, true })
            {
                var random = new Random(rows + columns);
                int aStride = Math.Max(rows, steps), bStride = columns, cStride = columns + 1;
                using var a = transposed ? Matrix(random, steps, rows, aStride) : Matrix(random, rows, steps, aStride);
                using var b = Matrix(random, steps, columns, bStride);
                using var c = new GuardedMemory<T>((rows - 1) * cStride + columns);
                nint aRow = transposed ? 1 : aStride, aStep = transposed ? aStride : 1;
                for (int i = 0; i < rows; i++)
                {
                    for (int k = i + 1; k < steps; k++)
                        a.Pointer[i * aRow + k * aStep] = T.NaN;
                }

                IEnumerable<(T, T)> Terms(int i, int j) =>
                    Enumerable.Range(0, Math.Min(i + 1, steps)).Select(k => (At(a, i * aRow + k * aStep), At(b, k * bStride + j)));
                Tile.MultiplyLower<T, V>(rows, steps, columns, a.Pointer, aRow, aStep, b.Pointer, bStride, c.Pointer, cStride);
                Check(c, null, rows, columns, cStride, 1, Terms);
                foreach (double scale in new double[] { 3, 1 })
                {
                    T[] before = new Span<T>(c.Pointer, c.Length).ToArray();
                    Tile.MultiplyLowerAdd<T, V>(rows, steps, columns, a.Pointer, aRow, aStep, b.Pointer, bStride, c.Pointer, cStride, T.CreateTruncating(scale));
                    Check(c, before, rows, columns, cStride, scale, Terms);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Upper_triangular_products_read_no_more_than_zeros_below_the_diagonal(int rows, int inner, int columns)
    {
        foreach (int steps in new[] { rows, Math.Min(rows, inner) })
        {
            foreach (bool transposed in new[] { false, true })
            {
                var random = new Random(rows + columns);
                int aStride = Math.Max(rows, steps), bStride = columns, cStride = columns + 1;
                using var a = transposed ? Matrix(random, steps, rows, aStride) : Matrix(random, rows, steps, aStride);
                using var b = Matrix(random, steps, columns, bStride);
                using var c = new GuardedMemory<T>((rows - 1) * cStride + columns);
                nint aRow = transposed ? 1 : aStride, aStep = transposed ? aStride : 1;
                for (int i = 0; i < rows; i++)
                {
                    for (int k = 0; k < Math.Min(i, steps); k++)
                        a.Pointer[i * aRow + k * aStep] = k < i - i % 4 ? T.NaN : T.Zero;
                }

                IEnumerable<(T, T)> Terms(int i, int j) =>
                    Enumerable.Range(i, Math.Max(0, steps - i)).Select(k => (At(a, i * aRow + k * aStep), At(b, k * bStride + j)));
                Tile.MultiplyUpper<T, V>(rows, steps, columns, a.Pointer, aRow, aStep, b.Pointer, bStride, c.Pointer, cStride);
                Check(c, null, rows, columns, cStride, 1, Terms);
                T[] before = new Span<T>(c.Pointer, c.Length).ToArray();
                Tile.MultiplyUpperAdd<T, V>(rows, steps, columns, a.Pointer, aRow, aStep, b.Pointer, bStride, c.Pointer, cStride, T.CreateTruncating(3));
                Check(c, before, rows, columns, cStride, 3, Terms);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Products_with_a_transposed_operand_equal_the_naive_sum(int rows, int inner, int columns)
    {
        var random = new Random(inner);
        int aStride = inner + 1, bStride = inner + 2, cStride = columns + 1;
        using var a = Matrix(random, rows, inner, aStride);
        using var b = Matrix(random, columns, inner, bStride);
        using var c = new GuardedMemory<T>((rows - 1) * cStride + columns);
        using var scratch = new GuardedMemory<T>(inner * columns);
        Tile.MultiplyTransposed<T, V>(rows, inner, columns, a.Pointer, aStride, b.Pointer, bStride, c.Pointer, cStride, scratch.Pointer);
        scratch.AssertUntouchedBefore();
        Check(c, null, rows, columns, cStride, 1, (i, j) => Enumerable.Range(0, inner).Select(k => (At(a, i * aStride + k), At(b, j * bStride + k))));
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_transpose_moves_every_element_and_no_other(int rows, int inner, int columns)
    {
        _ = inner;
        using var from = Matrix(new Random(1), rows, columns, columns + 1);
        using var to = new GuardedMemory<T>((columns - 1) * (rows + 2) + rows);
        Tile.Transpose<T, V>(rows, columns, from.Pointer, columns + 1, to.Pointer, rows + 2);
        Check(to, null, columns, rows, rows + 2, 1, (i, j) => [(At(from, j * (columns + 1) + i), T.One)]);
    }

    [Fact]
    public void No_steps_give_zero_and_no_rows_give_nothing()
    {
        using var c = new GuardedMemory<T>(3);
        Tile.Multiply<T, V>(0, 4, 3, c.Pointer, 0, 0, c.Pointer, 0, c.Pointer, 3);
        Assert.True(T.IsNaN(c.Pointer[0]));
        Tile.Multiply<T, V>(1, 0, 3, c.Pointer, 0, 0, c.Pointer, 0, c.Pointer, 3);
        Assert.Equal(T.Zero, c.Pointer[2]);
    }

    private static T At(GuardedMemory<T> matrix, nint place) => matrix.Pointer[place];
}

public sealed class Tile512Tests : TileTests<float, Lanes512>;

public sealed class Tile256Tests : TileTests<float, Lanes256>;

public sealed class Tile128Tests : TileTests<float, Lanes128>;

public sealed class Tile512dTests : TileTests<double, Lanes512d>;

public sealed class Tile256dTests : TileTests<double, Lanes256d>;

public sealed class Tile128dTests : TileTests<double, Lanes128d>;
