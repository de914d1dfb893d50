using TttGen.Cpu;

namespace TttGen.Runtime.Tests.Cpu;

public abstract unsafe class LanesTests<V>
    where V : struct, ILanes<V, float>
{
    /// <summary>Units in the last place between a float and the exact value; in the subnormals, units of the smallest one.</summary>
    private static double Ulps(float found, double exact)
    {
        if (double.IsNaN(exact) || float.IsNaN(found))
            return double.IsNaN(exact) && float.IsNaN(found) ? 0 : double.PositiveInfinity;
        var nearest = (float)exact;
        if (float.IsInfinity(nearest) || float.IsInfinity(found))
            return nearest == found ? 0 : float.IsInfinity(nearest) && MathF.Abs(found) >= float.MaxValue ? 1 : double.PositiveInfinity;
        double unit = Math.Max(Math.ScaleB(1, Math.ILogB(exact) - 23), float.Epsilon);
        return exact == 0 ? found == 0 ? 0 : double.PositiveInfinity : Math.Abs(found - exact) / unit;
    }

    private static float[] Everything()
    {
        var x = new List<float> { 0f, -0f, float.Epsilon, -float.Epsilon, 1e-39f, -1e-39f, 1.17549435e-38f, 1f, -1f, float.MaxValue, float.MinValue, 0.625f, -0.625f };
        var random = new Random(1);
        for (int i = 0; i < 4000; i++)
        {
            x.Add((float)((random.NextDouble() - 0.5) * 220));
            x.Add((float)((random.NextDouble() - 0.5) * 4));
            x.Add((float)((random.NextDouble() - 0.5) * Math.Pow(10, random.NextDouble() * -20)));
            x.Add(BitConverter.Int32BitsToSingle(random.Next()));
        }

        x.AddRange([-103.97f, -103.98f, -104f, -87.33f, -88f, 88.72f, 88.73f, 89f, 1000f, -1000f, 9.01f, -9.01f, 0.70710677f, 1.4142135f]);
        x.AddRange([float.NaN, float.PositiveInfinity, float.NegativeInfinity]);
        while (x.Count % V.Count != 0)
            x.Add(0.3f);
        return [.. x];
    }

    private delegate V Function(V x);

    private static void Check(Function function, Func<double, double> exact, double ulps, Func<float, bool>? where = null)
    {
        float[] xs = Everything();
        var lanes = new float[V.Count];
        for (int i = 0; i < xs.Length; i += V.Count)
        {
            fixed (float* x = &xs[i], y = lanes)
                V.Store(function(V.Load(x)), y);
            for (int j = 0; j < V.Count; j++)
            {
                if (where is null || where(xs[i + j]))
                    Assert.True(Ulps(lanes[j], exact(xs[i + j])) <= ulps, $"x = {xs[i + j]:R}: expected {exact(xs[i + j]):R}, found {lanes[j]:R}, {Ulps(lanes[j], exact(xs[i + j])):F2} ulp");
            }
        }
    }

    private static double ExactSigmoid(double x) => x < 0 ? Math.Exp(x) / (1 + Math.Exp(x)) : 1 / (1 + Math.Exp(-x));

    private static double ExactSoftplus(double x)
    {
        double e = Math.Exp(-Math.Abs(x));
        double log = e < 1e-5 ? e - e * e / 2 + e * e * e / 3 : Math.Log(1 + e);
        return double.IsNaN(x) ? x : Math.Max(x, 0) + log;
    }

    [Fact]
    public void Exp_is_within_2_ulp_everywhere() => Check(V.Exp, Math.Exp, 2);

    [Fact]
    public void Log_is_within_2_ulp_everywhere() => Check(V.Log, Math.Log, 2);

    [Fact]
    public void Tanh_is_within_2_ulp_everywhere() => Check(V.Tanh, Math.Tanh, 2);

    [Fact]
    public void Sigmoid_is_within_2_ulp_everywhere() => Check(V.Sigmoid, ExactSigmoid, 2.5);

    [Fact]
    public void Softplus_is_within_2_ulp_everywhere() => Check(V.Softplus, ExactSoftplus, 2.5);

    [Fact]
    public void Sine_and_cosine_are_within_2_ulp_up_to_ten_thousand()
    {
        Check(V.Sin, Math.Sin, 2, x => MathF.Abs(x) <= 1e4f || float.IsNaN(x));
        Check(V.Cos, Math.Cos, 2, x => MathF.Abs(x) <= 1e4f || float.IsNaN(x));
    }

    [Fact]
    public void Square_roots_are_at_float_precision()
    {
        Check(V.Sqrt, Math.Sqrt, 0.5001);
        Check(V.Rsqrt, x => 1 / Math.Sqrt(x), 1.5);
    }

    [Fact]
    public void Step_is_one_above_zero_only() => Check(V.Step, x => x > 0 ? 1 : 0, 0);

    [Fact]
    public void Magnitude_is_x_without_its_sign() => Check(V.Abs, Math.Abs, 0);

    [Fact]
    public void Select_takes_the_first_above_zero_only() => Check(x => V.Select(x, V.Broadcast(3f), x), x => x > 0 ? 3 : x, 0);

    [Fact]
    public void Maximum_and_minimum_keep_NaN()
    {
        Check(x => V.Max(x, V.Zero), x => Math.Max(x, 0), 0);
        Check(x => V.Min(x, V.Zero), x => Math.Min(x, 0), 0);
        Check(x => V.Min(V.Broadcast(0.5f), x), x => Math.Min(0.5, x), 0);
    }

    [Fact]
    public void Arithmetic_is_lane_by_lane()
    {
        Check(x => x + V.Broadcast(3f), x => (float)x + 3f, 0);
        Check(x => x - V.Broadcast(3f), x => (float)x - 3f, 0);
        Check(x => x * V.Broadcast(3f), x => (float)x * 3f, 0);
        Check(x => x / V.Broadcast(3f), x => (float)x / 3f, 0);
        Check(x => -x, x => -x, 0);
        Check(x => V.MultiplyAdd(x, V.Broadcast(4f), x), x => MathF.FusedMultiplyAdd((float)x, 4f, (float)x), 0);
    }

    [Fact]
    public void Partial_loads_and_stores_touch_exactly_their_elements()
    {
        float* poisoned = stackalloc float[V.Count];
        for (int count = -1; count <= V.Count + 1; count++)
        {
            int kept = Math.Clamp(count, 0, V.Count);
            using var from = new GuardedMemory<float>(kept);
            using var to = new GuardedMemory<float>(kept);
            for (int i = 0; i < kept; i++)
                from.Pointer[i] = i + 1;
            V x = V.LoadPartial(from.Pointer, count);
            V.StorePartial(x, to.Pointer, count);
            Assert.Equal(kept * (kept + 1) / 2, V.Sum(x));
            for (int i = 0; i < kept; i++)
                Assert.Equal(i + 1, to.Pointer[i]);
            V.Store(V.Keep(V.Broadcast(float.NaN), count), poisoned);
            for (int i = 0; i < V.Count; i++)
                Assert.Equal(i < kept, float.IsNaN(poisoned[i]));
        }
    }

    [Fact]
    public void Sum_maximum_and_pairs_see_every_lane()
    {
        float* x = stackalloc float[V.Count];
        for (int hot = 0; hot < V.Count; hot++)
        {
            for (int i = 0; i < V.Count; i++)
                x[i] = i == hot ? 5 : -i;
            Assert.Equal(5 + hot - V.Count * (V.Count - 1) / 2, V.Sum(V.Load(x)));
            Assert.Equal(5, V.MaxAcross(V.Load(x)));
        }

        for (int i = 0; i < V.Count; i++)
            x[i] = i;
        V.Store(V.SwapPairs(V.Load(x)), x);
        for (int i = 0; i < V.Count; i++)
            Assert.Equal(i ^ 1, x[i]);
    }

    [Fact]
    public void A_block_is_transposed_between_any_strides()
    {
        int n = V.Count;
        var from = new float[n * (n + 3)];
        var to = new float[n * (n + 5)];
        for (int i = 0; i < from.Length; i++)
            from[i] = i;
        Array.Fill(to, float.NaN);
        fixed (float* f = from, t = to)
            V.TransposeBlock(f, n + 3, t, n + 5);
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < n + 5; j++)
                Assert.Equal(j < n ? from[j * (n + 3) + i] : float.NaN, to[i * (n + 5) + j]);
        }
    }
}

public sealed class Lanes512Tests : LanesTests<Lanes512>;

public sealed class Lanes256Tests : LanesTests<Lanes256>;

public sealed class Lanes128Tests : LanesTests<Lanes128>;
