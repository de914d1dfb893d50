using TttGen.Cpu;

namespace TttGen.Runtime.Tests.Cpu;

public abstract unsafe class GradientProductTests<V>
    where V : struct, ILanes<V, float>
{
    public static TheoryData<int, int, int> Shapes()
    {
        var shapes = new TheoryData<int, int, int>();
        foreach (int rows in new[] { 1, 15, 17, 50, 256, 257, 1024 })
        {
            foreach (var (outputs, inputs) in new[] { (1, 1), (5, 33), (33, 5), (96, 96), (192, 33), (70, 192), (31, 64), (544, 40) })
                shapes.Add(rows, outputs, inputs);
        }

        return shapes;
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void What_is_added_equals_the_naive_product(int rows, int outputs, int inputs)
    {
        var random = new Random(rows + outputs);
        float[] dY = Rows(random, rows, outputs), x = Rows(random, rows, inputs), before = Rows(random, outputs, inputs);
        using var gradient = new GuardedMemory<float>(outputs * inputs);
        before.CopyTo(new Span<float>(gradient.Pointer, before.Length));
        Add(dY, outputs, x, inputs, rows, gradient.Pointer, [0, (outputs + 31) / 32]);
        gradient.AssertUntouchedBefore();
        for (int o = 0; o < outputs; o++)
        {
            for (int i = 0; i < inputs; i++)
            {
                double exact = before[o * inputs + i], size = Math.Abs(exact);
                for (int n = 0; n < rows; n++)
                {
                    double term = (double)dY[n * outputs + o] * x[n * inputs + i];
                    exact += term;
                    size += Math.Abs(term);
                }

                float found = gradient.Pointer[o * inputs + i];
                Assert.True(Math.Abs(found - exact) <= 1e-6 * size, $"gradient({o}, {i}): expected {exact}, found {found}");
            }
        }
    }

    [Fact]
    public void The_bits_are_the_same_however_panels_and_packing_are_divided()
    {
        const int Rows = 300, Outputs = 700, Inputs = 50;
        var random = new Random(7);
        float[] dY = GradientProductTests<V>.Rows(random, Rows, Outputs), x = GradientProductTests<V>.Rows(random, Rows, Inputs);
        float[] Sum(params int[] cuts)
        {
            var gradient = new float[Outputs * Inputs];
            fixed (float* to = gradient)
                Add(dY, Outputs, x, Inputs, Rows, to, cuts);
            return gradient;
        }

        float[] whole = Sum(0, 22);
        Assert.Equal(whole, Sum(0, 1, 22));
        Assert.Equal(whole, Sum(0, 7, 11, 12, 22));
    }

    [Fact]
    public void No_rows_add_nothing()
    {
        using var gradient = new GuardedMemory<float>(6);
        new Span<float>(gradient.Pointer, 6).Fill(2);
        Add([], 2, [], 3, 0, gradient.Pointer, [0, 1]);
        Assert.Equal([2, 2, 2, 2, 2, 2], new Span<float>(gradient.Pointer, 6).ToArray());
    }

    private static float[] Rows(Random random, int rows, int columns)
    {
        var numbers = new float[rows * columns];
        foreach (ref float number in numbers.AsSpan())
            number = Matrices.Next(random);
        return numbers;
    }

    /// <summary>Packs in as many parts as there are shares, into memory full of NaN, and adds share by share.</summary>
    private static void Add(float[] dY, int outputs, float[] x, int inputs, int rows, float* gradient, int[] cuts)
    {
        using NativeBuffer packedDY = Packed(dY, outputs, rows, cuts.Length), packedX = Packed(x, inputs, rows, cuts.Length);
        for (int share = 1; share < cuts.Length; share++)
            GradientProduct.Accumulate<V>(packedDY.Pointer, outputs, cuts[share - 1], cuts[share], packedX.Pointer, inputs, rows, gradient);
    }

    private static NativeBuffer Packed(float[] numbers, int columns, int rows, int parts)
    {
        var packed = new NativeBuffer(GradientProduct.PackedSize(columns));
        new Span<float>(packed.Pointer, (int)packed.Length).Fill(float.NaN);
        using var guarded = new GuardedMemory<float>(numbers.Length);
        numbers.CopyTo(new Span<float>(guarded.Pointer, numbers.Length));
        for (int part = 0; part < parts; part++)
        {
            int first = rows * part / parts, count = rows * (part + 1) / parts - first;
            GradientProduct.Pack<V>(guarded.Pointer + first * columns, columns, first, count, columns, packed.Pointer);
        }

        return packed;
    }
}

public sealed class GradientProduct512Tests : GradientProductTests<Lanes512>;

public sealed class GradientProduct256Tests : GradientProductTests<Lanes256>;

public sealed class GradientProduct128Tests : GradientProductTests<Lanes128>;
