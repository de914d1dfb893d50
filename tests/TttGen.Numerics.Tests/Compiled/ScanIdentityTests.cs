using TttGen.Cpu;
using TttGen.Numerics.Tests.Spec;

namespace TttGen.Numerics.Tests.Compiled;

/// <summary>What the TTT layer is known to be in special cases (arXiv 2407.04620, section 2.6), computed by generated code in double.</summary>
public sealed class ScanIdentityTests(Xunit.Abstractions.ITestOutputHelper output)
{
    private const double Bar = 1e-12;
    private const int Feature = 10;

    /// <summary>Theorem 1: oₜ = η Σ_{s ≤ t} (qₜ · kₛ) vₛ.</summary>
    [Fact]
    public void One_mini_batch_from_zero_weights_at_a_constant_rate_is_causal_linear_attention()
    {
        LinearAttention<Lanes512d>();
        LinearAttention<Lanes256d>();
        LinearAttention<Lanes128d>();
    }

    /// <summary>W ← W − rate kᵀ(k W − v); o = q W.</summary>
    [Fact]
    public void Mini_batches_of_one_token_are_the_delta_rule()
    {
        DeltaRule<Lanes512d>();
        DeltaRule<Lanes256d>();
        DeltaRule<Lanes128d>();
    }

    private void LinearAttention<V>() where V : struct, ILanes<V, double>
    {
        const int Length = 16;
        const double Rate = 0.25;
        var drawn = InnerCase<DeltaMemory<Ten>, Ten, Sixteen>.Draw(Length, 23);
        var tokens = drawn.With(rate: Constant(Length, Rate), tokenRate: Constant(Length, 1), weights: drawn.Weights.WithFast((_, items) => new Scalar[items.Length]));
        var attention = new double[Length * Feature];
        for (var t = 0; t < Length; t++)
            for (var s = 0; s <= t; s++)
            {
                var score = 0.0;
                for (var i = 0; i < Feature; i++) score += Rate * tokens.Query[t * Feature + i] * tokens.Key[s * Feature + i];
                for (var i = 0; i < Feature; i++) attention[t * Feature + i] += score * tokens.Value[s * Feature + i];
            }

        foreach (var calls in new int[][] { [16], [7, 9], [1, 1, 14], [.. Enumerable.Repeat(1, 16)] })
        {
            using var run = ScanRun<DeltaByTenScan, double, V>.Of(tokens);
            foreach (var call in calls) run.Read(call);
            Check(run.Outputs(), attention, $"linear attention, {calls.Length} calls, {V.Count} lanes");
        }
    }

    private void DeltaRule<V>() where V : struct, ILanes<V, double>
    {
        const int Length = 40;
        var tokens = InnerCase<DeltaMemory<Ten>, Ten, One>.Draw(Length, 29).With(tokenRate: [1]);
        var w = tokens.Weights["w"];
        var expected = new double[Length * Feature];
        for (var t = 0; t < Length; t++)
        {
            var error = tokens.Value[(t * Feature)..((t + 1) * Feature)];
            for (var i = 0; i < Feature; i++)
                for (var j = 0; j < Feature; j++) error[j] -= tokens.Key[t * Feature + i] * w[i * Feature + j];
            for (var i = 0; i < Feature; i++)
                for (var j = 0; j < Feature; j++)
                {
                    w[i * Feature + j] += tokens.Rate[t] * tokens.Key[t * Feature + i] * error[j];
                    expected[t * Feature + j] += tokens.Query[t * Feature + i] * w[i * Feature + j];
                }
        }

        foreach (var calls in new int[][] { [40], [13, 27] })
        {
            using var run = ScanRun<DeltaByTenOnlineScan, double, V>.Of(tokens);
            foreach (var call in calls) run.Read(call);
            Check(run.Outputs(), expected, $"delta rule, {calls.Length} calls, {V.Count} lanes");
            Check(run.End()[0].Weight, w, $"delta rule's end, {calls.Length} calls, {V.Count} lanes");
        }
    }

    private void Check(double[] found, double[] expected, string what)
    {
        output.WriteLine($"{what}: {RelativeError.Of(found, expected):E1}");
        RelativeError.Within(Bar, found, expected, what);
    }

    private static double[] Constant(int count, double number) => [.. Enumerable.Repeat(number, count)];
}
