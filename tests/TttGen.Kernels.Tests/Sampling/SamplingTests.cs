using System.Reflection;
using ILGPU;
using ILGPU.Runtime;
using TttGen.Kernels.Tests.Devices;
using Xunit.Abstractions;

namespace TttGen.Kernels.Tests.Sampling;

/// <summary>What is made of logits on a device, against float64 and an order by sorting.</summary>
public sealed class SamplingTests(ITestOutputHelper output)
{
    private const double ScoreBar = 2e-6, SumBar = 4e-6;

    /// <summary>Vocabularies and rows; groups of threads are slow on the interpreter.</summary>
    public static TheoryData<int, int> ToyCases => new() { { 33, 1 }, { 33, 3 }, { 257, 17 }, { 5000, 1 } };

    /// <summary>Vocabularies and rows.</summary>
    public static TheoryData<int, int> Cases
    {
        get
        {
            var data = new TheoryData<int, int>();
            foreach (int vocabulary in (int[])[33, 257, 5000, 32000])
                foreach (int rows in (int[])[1, 3, 17]) data.Add(vocabulary, rows);
            return data;
        }
    }

    [Theory, OnCpu(nameof(ToyCases)), OnPocl(nameof(Cases))]
    public void A_row_is_scored_as_in_float64(AcceleratorKind kind, int vocabulary, int rows)
    {
        var random = new Random(vocabulary + rows);
        var logits = Logits(random, vocabulary, rows);
        int[] targets = [.. Enumerable.Range(0, rows).Select(_ => random.Next(vocabulary))];
        logits[targets[0]] = float.NegativeInfinity;
        var scores = Score(kind, vocabulary, logits, targets);
        Assert.Equal(scores, Score(kind, vocabulary, logits, targets));
        double worst = 0;
        for (int r = 0; r < rows; r++)
        {
            var row = logits.AsSpan(r * vocabulary, vocabulary).ToArray();
            double max = row.Max(), sum = row.Sum(x => Math.Exp(x - max));
            worst = Math.Max(worst, Math.Abs(Float(scores[4 * r]) / sum - 1));
            Assert.Equal(((float)max, row[targets[r]], Array.IndexOf(row, row.Max())), (Float(scores[4 * r + 1]), Float(scores[4 * r + 2]), scores[4 * r + 3]));
        }

        output.WriteLine($"{worst:E1}");
        Assert.InRange(worst, 0, ScoreBar);
    }

    [Theory, OnCpu(nameof(ToyCases)), OnPocl(nameof(Cases))]
    public void Every_segment_s_greatest_come_in_order_beside_its_sum(AcceleratorKind kind, int vocabulary, int rows)
    {
        var logits = Logits(new Random(vocabulary - rows), vocabulary, rows);
        float[] inverse = [.. Enumerable.Range(0, rows).Select(r => 0.5f + 0.25f * r)];
        var ranked = Rank(kind, vocabulary, logits, inverse);
        Assert.Equal(ranked, Rank(kind, vocabulary, logits, inverse));
        int segments = Segments(vocabulary);
        double worst = 0;
        for (int r = 0; r < rows; r++)
        {
            for (int s = 0; s < segments; s++)
            {
                float Of(int id) => logits[r * vocabulary + id];
                int[] ids = [.. Enumerable.Range(0, vocabulary).Where(id => id / 8 % segments == s).OrderByDescending(Of).ThenBy(id => id)];
                var found = ranked.AsSpan((r * segments + s) * 65, 65).ToArray();
                Assert.Equal(ids.Take(64), found.Skip(1).Where(key => key != long.MinValue).Select(key => ~(int)key));
                Assert.Equal(ids.Take(64).Select(Of), found.Skip(1).Take(ids.Length).Select(Logit));
                double sum = ids.Sum(id => Math.Exp((Of(id) - (double)Of(ids[0])) * inverse[r]));
                worst = Math.Max(worst, Math.Abs(Float((int)found[0]) / sum - 1));
            }
        }

        output.WriteLine($"{worst:E1}");
        Assert.InRange(worst, 0, SumBar);
    }

    [Theory, OnCpu, OnPocl]
    public void A_row_that_is_no_numbers_has_a_sum_that_is_none(AcceleratorKind kind)
    {
        foreach (float broken in (float[])[float.NaN, -float.NaN, float.PositiveInfinity])
        {
            var logits = Logits(new Random(8), 257, 1);
            logits[200] = broken;
            Assert.True(float.IsNaN(Float(Score(kind, 257, logits, [3])[0])));
            Assert.True(float.IsNaN(Float((int)Rank(kind, 257, logits, [1f])[0])));
        }

        float[] impossible = [.. Enumerable.Repeat(float.NegativeInfinity, 257)];
        Assert.True(float.IsNaN(Float(Score(kind, 257, impossible, [3])[0])));

        // A segment may be impossible where the row is not.
        var ranked = Rank(kind, 257, impossible, [1f]);
        Assert.Equal((0f, float.NegativeInfinity), (Float((int)ranked[0]), Logit(ranked[1])));
    }

    private static float[] Logits(Random random, int vocabulary, int rows)
    {
        // Many alike, zeros of both signs, and some impossible.
        float[] logits = [.. Enumerable.Range(0, vocabulary * rows).Select(_ => random.Next(5) == 0 ? random.Next(-3, 3) : (float)(random.NextDouble() * 24 - 12))];
        for (int i = 0; i < logits.Length; i += 7) logits[i] = i % 2 == 0 ? -0f : 0f;
        for (int i = 5; i < logits.Length; i += 19) logits[i] = float.NegativeInfinity;
        return logits;
    }

    private static int[] Score(AcceleratorKind kind, int vocabulary, float[] logits, int[] targets)
    {
        var on = TestAccelerator.Of(kind);
        using var x = on.Accelerator.Allocate1D(logits);
        using var t = on.Accelerator.Allocate1D(targets);
        using var y = on.Accelerator.Allocate1D<int>(4 * targets.Length);
        on.Run(Method($"ScoreRows{vocabulary}"), new Index3D(targets.Length, 1, 1), 256, x.View.AsContiguous(), t.View.AsContiguous(), y.View.AsContiguous());
        return y.GetAsArray1D();
    }

    private static long[] Rank(AcceleratorKind kind, int vocabulary, float[] logits, float[] inverse)
    {
        var on = TestAccelerator.Of(kind);
        using var x = on.Accelerator.Allocate1D(logits);
        using var t = on.Accelerator.Allocate1D(inverse);
        using var y = on.Accelerator.Allocate1D<long>(inverse.Length * Segments(vocabulary) * 65);
        on.Run(Method($"RankLogits{vocabulary}"), new Index3D(Segments(vocabulary), inverse.Length, 1), 256, x.View.AsContiguous(), t.View.AsContiguous(), y.View.AsContiguous());
        return y.GetAsArray1D();
    }

    private static MethodInfo Method(string name) => typeof(SamplingKernels).GetMethod(name)!;

    private static int Segments(int vocabulary) => (vocabulary + 2047) / 2048;

    private static float Float(int bits) => BitConverter.Int32BitsToSingle(bits);

    private static float Logit(long key)
    {
        int ordered = (int)(key >> 32);
        return Float(ordered < 0 ? ordered ^ int.MaxValue : ordered);
    }
}
