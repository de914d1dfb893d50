using TttGen.Scans;

namespace TttGen.Runtime.Tests.Scans;

/// <summary>The table of some rows' steps is what stepping row by row comes to, and its gradient what differences say.</summary>
public sealed unsafe class StepTableTests
{
    private const int Parts = 3, Rows = 5, Size = Parts * (Parts + 1);

    public static TheoryData<int, bool> Cases => new() { { 1, false }, { 4, false }, { 5, false }, { 1, true }, { 5, true } };

    [Theory, MemberData(nameof(Cases))]
    public void Rows_at_once_are_rows_one_by_one(int count, bool closes)
    {
        var (steps, close) = Draw(count, closes);
        double[] start = [0.7, -1.3, 2.1], gradients = [.. Enumerable.Range(0, count).Select(i => Math.Sin(3 * i + 1))];
        var table = Filled(steps, count, close);

        var parts = start;
        for (var i = 0; i < count; i++)
        {
            parts = [.. Enumerable.Range(0, Parts).Select(q => Enumerable.Range(0, Parts).Sum(r => steps[i * Size + q * (Parts + 1) + r] * parts[r]) + steps[i * Size + q * (Parts + 1) + Parts] * gradients[i])];
            Assert.Equal(parts[0], start.Select((p, r) => p * table.Keeps[r][i]).Sum() + gradients.Select((g, s) => g * table.Gains[i, s]).Sum(), 12);
        }
        if (closes) parts = [.. Enumerable.Range(0, Parts).Select(q => Enumerable.Range(0, Parts).Sum(r => close[q * Parts + r] * parts[r]))];
        for (var q = 0; q < Parts; q++)
            Assert.Equal(parts[q], start.Select((p, r) => p * table.Ends[q, r]).Sum() + gradients.Select((g, s) => g * table.EndGains[q][s]).Sum(), 12);
    }

    [Theory, MemberData(nameof(Cases))]
    public void A_row_s_gradient_has_no_share_before_it(int count, bool closes)
    {
        var (steps, close) = Draw(count, closes);
        var table = Filled(steps, count, close);
        for (var i = 0; i < count; i++)
            for (var s = i + 1; s < count; s++)
                Assert.Equal(0, table.Gains[i, s]);
    }

    [Theory, MemberData(nameof(Cases))]
    public void The_gradient_is_that_of_differences(int count, bool closes)
    {
        var (steps, close) = Draw(count, closes);
        var size = StepTable<double>.Size(Parts, Rows);
        double[] weights = [.. Enumerable.Range(0, size).Select(k => Math.Cos(k + 0.5))];

        // Σ weight · table, over what of the table is filled
        double Sum(double[] of)
        {
            var memory = new double[size];
            fixed (double* m = memory, c = of) new StepTable<double>(m, Parts, Rows).Fill(c, count, close);
            return memory.Zip(weights, (x, w) => x * w).Sum();
        }

        var (gradient, history) = (new double[Rows * Size], new double[(Rows + 1) * Parts]);
        Array.Fill(gradient, double.NaN);
        Array.Fill(history, double.NaN);
        fixed (double* d = weights, c = steps, g = gradient, h = history) new StepTable<double>(d, Parts, Rows).FillBackward(c, count, close, g, h);
        for (var k = 0; k < count * Size; k++)
        {
            const double Step = 1e-5;
            double[] more = [.. steps], less = [.. steps];
            more[k] += Step;
            less[k] -= Step;
            Assert.Equal((Sum(more) - Sum(less)) / (2 * Step), gradient[k], 7);
        }
    }

    private static (double[] Steps, double[] Close) Draw(int count, bool closes)
    {
        var random = new Random(count);
        return ([.. Enumerable.Range(0, count * Size).Select(_ => random.NextDouble() * 1.6 - 0.8)], closes ? [.. Enumerable.Range(0, Parts * Parts).Select(_ => random.NextDouble())] : []);
    }

    private static (double[][] Keeps, double[,] Gains, double[,] Ends, double[][] EndGains) Filled(double[] steps, int count, double[] close)
    {
        var memory = new double[StepTable<double>.Size(Parts, Rows)];
        Array.Fill(memory, double.NaN);
        fixed (double* m = memory, c = steps)
        {
            var table = new StepTable<double>(m, Parts, Rows);
            table.Fill(c, count, close);
            var (gains, ends) = (new double[count, count], new double[Parts, Parts]);
            for (var i = 0; i < count; i++)
                for (var s = 0; s < count; s++)
                    gains[i, s] = table.Gains[i * Rows + s];
            for (var q = 0; q < Parts; q++)
                for (var r = 0; r < Parts; r++)
                    ends[q, r] = table.Ends[q * Parts + r];
            var (keeps, endGains) = (new double[Parts][], new double[Parts][]);
            for (var q = 0; q < Parts; q++) (keeps[q], endGains[q]) = (new Span<double>(table.Keeps(q), count).ToArray(), new Span<double>(table.EndGains(q), count).ToArray());
            return (keeps, gains, ends, endGains);
        }
    }
}
