using TttGen.Cpu;

namespace TttGen.Runtime.Tests.Cpu;

public sealed unsafe class PackedMatrixTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(5, 97)]
    [InlineData(96, 32)]
    [InlineData(33, 70)]
    [InlineData(150, 64)]
    public void Rows_come_back_to_the_precision_of_their_type(int inner, int columns)
    {
        var random = new Random(3);
        var rows = new float[columns * inner];
        for (int i = 0; i < rows.Length; i++)
            rows[i] = Matrices.Next(random) * (1 + i / inner);
        foreach (var type in Enum.GetValues<WeightType>())
        {
            using var one = new PackedMatrix(inner, columns, type);
            using var many = new PackedMatrix(inner, columns, type);
            many.SetRows(0, rows);
            for (int column = 0; column < columns; column++)
            {
                ReadOnlySpan<float> row = rows.AsSpan(column * inner, inner);
                one.SetRow(column, row);
                float largest = 0;
                foreach (float x in row)
                    largest = MathF.Max(largest, MathF.Abs(x));
                using var found = new GuardedMemory<float>(inner);
                one.GetRow(column, found.Pointer);
                found.AssertUntouchedBefore();
                var again = new float[inner];
                many.GetRow(column, again);
                for (int k = 0; k < inner; k++)
                {
                    double allowed = type switch
                    {
                        WeightType.Float32 => 0,
                        WeightType.BFloat16 => Math.Abs(row[k]) / 256,
                        _ => largest / 254 * 1.0001,
                    };
                    Assert.InRange(Math.Abs(found.Pointer[k] - row[k]), 0, allowed);
                    Assert.Equal(found.Pointer[k], again[k]);
                }
            }
        }
    }

    [Fact]
    public void Rows_are_set_from_any_first_column()
    {
        var random = new Random(5);
        var rows = new float[90 * 19];
        for (int i = 0; i < rows.Length; i++)
            rows[i] = Matrices.Next(random);
        foreach (var type in Enum.GetValues<WeightType>())
        {
            using var whole = new PackedMatrix(19, 90, type);
            using var parts = new PackedMatrix(19, 90, type);
            whole.SetRows(0, rows);
            foreach (var (first, count) in new[] { (0, 7), (7, 40), (47, 1), (48, 42) })
                parts.SetRows(first, rows.AsSpan(first * 19, count * 19));
            var a = new float[19];
            var b = new float[19];
            for (int column = 0; column < 90; column++)
            {
                whole.GetRow(column, a);
                parts.GetRow(column, b);
                Assert.Equal(a, b);
            }
        }
    }

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 97)]
    [InlineData(33, 64)]
    [InlineData(64, 5)]
    public void Inner_rows_are_the_columns_read_across(int inner, int columns)
    {
        var random = new Random(11);
        var rows = new float[inner * columns];
        foreach (ref float number in rows.AsSpan())
            number = Matrices.Next(random);
        using var w = new PackedMatrix(inner, columns, WeightType.Float32);
        w.SetInnerRows(inner / 3, rows.AsSpan(inner / 3 * columns));
        w.SetInnerRows(0, rows.AsSpan(0, inner / 3 * columns));
        var column = new float[inner];
        for (int j = 0; j < columns; j++)
        {
            w.GetRow(j, column);
            for (int k = 0; k < inner; k++)
                Assert.Equal(rows[k * columns + j], column[k]);
        }
    }

    [Fact]
    public void Threads_may_share_the_packing()
    {
        const int Outputs = 32 * 12, Inputs = 57;
        var random = new Random(13);
        var rows = new float[Outputs * Inputs];
        foreach (ref float number in rows.AsSpan())
            number = Matrices.Next(random);
        using var forth = new PackedMatrix(Inputs, Outputs, WeightType.Float32);
        using var back = new PackedMatrix(Outputs, Inputs, WeightType.Float32);
        Parallel.For(0, 12, panel =>
        {
            ReadOnlySpan<float> own = rows.AsSpan(panel * 32 * Inputs, 32 * Inputs);
            forth.SetRows(panel * 32, own);
            back.SetInnerRows(panel * 32, own);
        });
        var row = new float[Inputs];
        var column = new float[Outputs];
        for (int o = 0; o < Outputs; o++)
        {
            forth.GetRow(o, row);
            Assert.Equal(rows[(o * Inputs)..((o + 1) * Inputs)], row);
        }

        for (int i = 0; i < Inputs; i++)
        {
            back.GetRow(i, column);
            for (int o = 0; o < Outputs; o++)
                Assert.Equal(rows[o * Inputs + i], column[o]);
        }
    }

    [Fact]
    public void BFloat16_rounds_to_nearest_even_and_keeps_what_is_already_one()
    {
        using var w = new PackedMatrix(6, 1, WeightType.BFloat16);
        w.SetRow(0, [1.00390625f, 1.01171875f, 3.3895314e38f, float.NaN, float.NegativeInfinity, -1.5f]);
        var row = new float[6];
        w.GetRow(0, row);
        Assert.Equal([1f, 1.015625f, 3.3895314e38f, float.NaN, float.NegativeInfinity, -1.5f], row);
    }

    [Fact]
    public void A_whole_panel_is_rounded_as_single_rows_are()
    {
        float[] rare = [1.00390625f, 1.01171875f, 3.3895314e38f, float.NaN, float.NegativeInfinity, -1.5f, 1e-40f, -0f];
        var rows = new float[32 * 8];
        for (int i = 0; i < rows.Length; i++)
            rows[i] = rare[(i + i / 8) % 8] * (i % 64 < 32 ? 1 : 1e-3f);
        using var single = new PackedMatrix(8, 32, WeightType.BFloat16);
        using var whole = new PackedMatrix(8, 32, WeightType.BFloat16);
        whole.SetRows(0, rows);
        var a = new float[8];
        var b = new float[8];
        for (int column = 0; column < 32; column++)
        {
            single.SetRow(column, rows.AsSpan(column * 8, 8));
            single.GetRow(column, a);
            whole.GetRow(column, b);
            Assert.Equal(a, b);
        }
    }

    [Fact]
    public void A_row_too_small_for_a_scale_is_zero_in_int8()
    {
        using var w = new PackedMatrix(4, 2, WeightType.Int8);
        w.SetRow(0, [1e-42f, 0, 0, -1e-42f]);
        w.SetRow(1, [0, 0, 0, 0]);
        var row = new float[] { 1, 1, 1, 1 };
        w.GetRow(1, row);
        Assert.Equal([0f, 0, 0, 0], row);
        w.GetRow(0, row);
        Assert.Equal([0f, 0, 0, 0], row);
    }

    [Fact]
    public void Bytes_count_what_one_pass_reads()
    {
        using var floats = new PackedMatrix(10, 33, WeightType.Float32);
        using var halves = new PackedMatrix(10, 33, WeightType.BFloat16);
        using var bytes = new PackedMatrix(10, 33, WeightType.Int8);
        Assert.Equal(10 * 64 * 4, floats.Bytes);
        Assert.Equal(10 * 64 * 2, halves.Bytes);
        Assert.Equal(10 * 64 + 64 * 4, bytes.Bytes);
    }

    [Fact]
    public void Wrong_rows_are_refused_by_name()
    {
        using var w = new PackedMatrix(4, 2, WeightType.Float32);
        Assert.Contains("0 … 1, found 2", Assert.Throws<ArgumentOutOfRangeException>(() => w.SetRow(2, new float[4])).Message);
        Assert.Contains("0 … 1, found -1", Assert.Throws<ArgumentOutOfRangeException>(() => w.GetRow(-1, new float[4])).Message);
        Assert.Contains("expected 4", Assert.Throws<ArgumentException>(() => w.SetRow(0, new float[5])).Message);
        Assert.Contains("whole rows of 4", Assert.Throws<ArgumentException>(() => w.SetRows(0, new float[7])).Message);
        Assert.Contains("found 2", Assert.Throws<ArgumentOutOfRangeException>(() => w.SetRows(1, new float[8])).Message);
        Assert.Contains("whole rows of 2", Assert.Throws<ArgumentException>(() => w.SetInnerRows(0, new float[7])).Message);
        Assert.Contains("0 … 3, found the first at 2", Assert.Throws<ArgumentOutOfRangeException>(() => w.SetInnerRows(2, new float[6])).Message);
        using var halves = new PackedMatrix(4, 2, WeightType.BFloat16);
        Assert.Contains("found BFloat16", Assert.Throws<NotSupportedException>(() => halves.SetInnerRows(0, new float[8])).Message);
    }
}
