namespace TttGen.Numerics.Tests.Spec;

/// <summary>What the TTT layer is known to be in special cases, in double (arXiv 2407.04620, section 2.6).</summary>
public sealed class IdentityTests
{
    private const double Bar = 1e-12;
    private const int Feature = 10;

    /// <summary>Theorem 1: oₜ = η Σ_{s ≤ t} (qₜ · kₛ) vₛ.</summary>
    [Fact]
    public void One_mini_batch_from_zero_weights_at_a_constant_rate_is_causal_linear_attention()
    {
        const double Rate = 0.3;
        var drawn = InnerCase<DeltaMemory<Ten>, Ten, Sixteen>.Draw(16, 3);
        var tokens = drawn.With(
            rate: [.. Enumerable.Repeat(Rate, 16)],
            tokenRate: [.. Enumerable.Repeat(1.0, 16)],
            weights: drawn.Weights.WithFast((_, items) => new Scalar[items.Length]));

        var attention = new double[16 * Feature];
        for (var t = 0; t < 16; t++)
            for (var s = 0; s <= t; s++)
            {
                var score = Rate * Dot(Row(tokens.Query, t), Row(tokens.Key, s));
                for (var i = 0; i < Feature; i++) attention[t * Feature + i] += score * Row(tokens.Value, s)[i];
            }
        RelativeError.Within(Bar, tokens.RunOracle().Outputs, attention, "outputs");
    }

    /// <summary>W ← W − rate kᵀ(k W − v); o = q W.</summary>
    [Fact]
    public void Mini_batches_of_one_token_are_the_delta_rule()
    {
        const int Length = 40;
        var tokens = InnerCase<DeltaMemory<Ten>, Ten, One>.Draw(Length, 4).With(tokenRate: [1]);
        var w = tokens.Weights["w"];
        var outputs = new double[Length * Feature];
        for (var t = 0; t < Length; t++)
        {
            var error = Row(tokens.Value, t).ToArray();
            for (var j = 0; j < Feature; j++)
                for (var i = 0; i < Feature; i++)
                    error[j] -= Row(tokens.Key, t)[i] * w[i * Feature + j];
            for (var i = 0; i < Feature; i++)
                for (var j = 0; j < Feature; j++)
                    w[i * Feature + j] += tokens.Rate[t] * Row(tokens.Key, t)[i] * error[j];
            for (var i = 0; i < Feature; i++)
                for (var j = 0; j < Feature; j++)
                    outputs[t * Feature + j] += Row(tokens.Query, t)[i] * w[i * Feature + j];
        }
        var (found, end) = tokens.RunOracle();
        RelativeError.Within(Bar, found, outputs, "outputs");
        RelativeError.Within(Bar, end.Weights["w"], w, "end state");
    }

    /// <summary>θ_{K−1} = θ − tok(K − 1) Σ rate(s) ∇Loss, gradients all at θ: stated for the delta memory in matrices.</summary>
    [Fact]
    public void A_mini_batch_descends_along_gradients_at_its_start()
    {
        var tokens = InnerCase<DeltaMemory<Ten>, Ten, Five>.Draw(7, 5);
        var w = tokens.Weights["w"];
        var first = GradientSum(tokens, w, 0, 5);
        double[] second = [.. w.Select((weight, i) => weight - tokens.TokenRate[4] * first[i])];

        var end = tokens.RunOracle().End;
        Assert.Equal(2, end.Place);
        RelativeError.Within(Bar, end.Weights["w"], second, "weights at the second mini-batch's start");
        RelativeError.Within(Bar, end.GradientSum[0], GradientSum(tokens, second, 5, 7), "gradient sum");
    }

    private static double[] GradientSum(InnerCase<DeltaMemory<Ten>, Ten, Five> tokens, double[] w, int from, int to)
    {
        var sum = new double[w.Length];
        for (var t = from; t < to; t++)
            for (var j = 0; j < Feature; j++)
            {
                var error = -Row(tokens.Value, t)[j];
                for (var i = 0; i < Feature; i++) error += Row(tokens.Key, t)[i] * w[i * Feature + j];
                for (var i = 0; i < Feature; i++) sum[i * Feature + j] += tokens.Rate[t] * Row(tokens.Key, t)[i] * error;
            }
        return sum;
    }

    private static ReadOnlySpan<double> Row(double[] rows, int t) => rows.AsSpan(t * Feature, Feature);

    private static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++) sum += a[i] * b[i];
        return sum;
    }
}
