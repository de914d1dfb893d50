using TttGen.Compiler.Derivation;
using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Tests.Derivation;

/// <summary>What the dual form of x W is known to be in special cases.</summary>
public class IdentityTests
{
    private const int Width = 6;

    [Fact]
    public void From_zero_with_one_rate_it_is_causal_linear_attention()
    {
        const int Tokens = 16;
        const double Rate = 0.3;
        var scan = new Scan(InnerModels.Bare(), Tokens, seed: 1);
        Array.Clear(scan.Weights["W"]);
        Array.Fill(scan.Rate, Rate);
        Array.Fill(scan.TokenRate, 1);

        var expected = new double[Tokens * Width];
        for (var i = 0; i < Tokens; i++)
            for (var s = 0; s <= i; s++)
                for (var f = 0; f < Width; f++)
                    expected[i * Width + f] += Rate * Dot(scan.Query, i, scan.Key, s) * scan.Value[s * Width + f];
        Assert.InRange(Relative.Error(scan.Dual()[..expected.Length], expected), 0, 1e-12);
    }

    [Fact]
    public void With_one_token_a_mini_batch_it_is_the_delta_rule()
    {
        const int Tokens = 20;
        var scan = new Scan(InnerModels.Bare(), Tokens, seed: 2);
        var step = new DualForm(InnerModels.Bare()).Forward(ProgramKind.MiniBatch, carried: false, closing: true);
        var weights = scan.Weights["W"];
        var expected = (double[])weights.Clone();
        for (var t = 0; t < Tokens; t++)
        {
            var (key, value, query) = (Row(scan.Key, t), Row(scan.Value, t), Row(scan.Query, t));
            var results = Interpreter.Run(step, 1, new Dictionary<string, double[]>
            {
                ["key"] = key,
                ["value"] = value,
                ["query"] = query,
                ["lr"] = [scan.Rate[t]],
                ["tok"] = [1],
                ["tokLast"] = [1],
                ["W"] = weights,
            });
            weights = results["WNext"];

            // W ← W + lr k (v − k W)ᵀ,  o = q W
            double[] error = [.. Times(key, expected).Zip(value, (a, b) => b - a)];
            for (var i = 0; i < Width; i++)
                for (var j = 0; j < Width; j++)
                    expected[i * Width + j] += scan.Rate[t] * key[i] * error[j];
            Assert.InRange(Relative.Error(results["output"], Times(query, expected)), 0, 1e-12);
        }
        Assert.InRange(Relative.Error(weights, expected), 0, 1e-12);
    }

    private static double[] Row(double[] rows, int t) => rows[(t * Width)..((t + 1) * Width)];

    private static double Dot(double[] a, int i, double[] b, int s) => Row(a, i).Zip(Row(b, s), (x, y) => x * y).Sum();

    private static double[] Times(double[] x, double[] w) => [.. Enumerable.Range(0, Width).Select(j => Enumerable.Range(0, Width).Sum(i => x[i] * w[i * Width + j]))];
}
