using TttGen.Cpu;

namespace TttGen.Runtime.Tests.Cpu;

public abstract unsafe class DoubleLanesTests<V>
    where V : struct, ILanes<V, double>
{
    private static readonly double[] Xs = [0, -0d, 1, -1, 1e-20, -1e-9, 0.3, -0.3, 5.5, -7.25, 36, -40, 709, -746, 1e4, double.NaN];

    private delegate V Function(V x);

    private static void Check(Function function, Func<double, double> exact, double tolerance)
    {
        var lanes = new double[V.Count];
        for (int i = 0; i < Xs.Length; i += V.Count)
        {
            fixed (double* x = &Xs[i], y = lanes)
                V.Store(function(V.Load(x)), y);
            for (int j = 0; j < V.Count; j++)
            {
                double expected = exact(Xs[i + j]);
                bool same = expected.Equals(lanes[j]) || Math.Abs(lanes[j] - expected) <= tolerance * Math.Abs(expected);
                Assert.True(same, $"x = {Xs[i + j]:R}: expected {expected:R}, found {lanes[j]:R}");
            }
        }
    }

    [Fact]
    public void Functions_are_those_of_Math()
    {
        Check(V.Exp, Math.Exp, 0);
        Check(V.Log, Math.Log, 0);
        Check(V.Tanh, Math.Tanh, 0);
        Check(V.Sin, Math.Sin, 0);
        Check(V.Cos, Math.Cos, 0);
        Check(V.Sqrt, Math.Sqrt, 0);
        Check(V.Rsqrt, x => 1 / Math.Sqrt(x), 0);
        Check(V.Sigmoid, x => x < -700 ? Math.Exp(x) : 1 / (1 + Math.Exp(-x)), 1e-15);

        // log1p by its series where 1 + e^x would round.
        Check(V.Softplus, x => x < -9 ? Math.Exp(x) - Math.Exp(2 * x) / 2 + Math.Exp(3 * x) / 3 : x > 700 ? x : Math.Log(1 + Math.Exp(x)), 1e-12);
    }

    [Fact]
    public void Arithmetic_is_lane_by_lane()
    {
        V three = V.Broadcast(3);
        Check(x => x + three, x => x + 3, 0);
        Check(x => x - three, x => x - 3, 0);
        Check(x => x * three, x => x * 3, 0);
        Check(x => x / three, x => x / 3, 0);
        Check(x => -x, x => -x, 0);
        Check(x => V.Max(x, V.Zero), x => Math.Max(x, 0), 0);
        Check(x => V.Min(x, three), x => Math.Min(x, 3), 0);
        Check(V.Step, x => x > 0 ? 1 : 0, 0);
        Check(V.Abs, Math.Abs, 0);
        Check(x => V.Select(x, three, x), x => x > 0 ? 3 : x, 0);
        Check(x => V.MultiplyAdd(x, V.Broadcast(4), V.Broadcast(1)), x => Math.FusedMultiplyAdd(x, 4, 1), 0);
    }

    [Fact]
    public void Partial_loads_and_stores_touch_exactly_their_elements()
    {
        double* all = stackalloc double[V.Count];
        for (int count = -1; count <= V.Count + 1; count++)
        {
            int kept = Math.Clamp(count, 0, V.Count);
            using var from = new GuardedMemory<double>(kept);
            using var to = new GuardedMemory<double>(kept);
            for (int i = 0; i < kept; i++)
                from.Pointer[i] = i + 1;
            V x = V.LoadPartial(from.Pointer, count);
            V.StorePartial(x, to.Pointer, count);
            to.AssertUntouchedBefore();
            Assert.Equal(kept * (kept + 1) / 2, V.Sum(x));
            Assert.Equal(kept == 0 ? 0 : kept, V.MaxAcross(x));
            for (int i = 0; i < kept; i++)
                Assert.Equal(i + 1, to.Pointer[i]);
            V.Store(V.Keep(V.Broadcast(double.NaN), count), all);
            for (int i = 0; i < V.Count; i++)
                Assert.Equal(i < kept, double.IsNaN(all[i]));
        }

        for (int i = 0; i < V.Count; i++)
            all[i] = i;
        V.Store(V.SwapPairs(V.Load(all)), all);
        for (int i = 0; i < V.Count; i++)
            Assert.Equal(i ^ 1, all[i]);
    }
}

public sealed class Lanes512dTests : DoubleLanesTests<Lanes512d>;

public sealed class Lanes256dTests : DoubleLanesTests<Lanes256d>;

public sealed class Lanes128dTests : DoubleLanesTests<Lanes128d>;
