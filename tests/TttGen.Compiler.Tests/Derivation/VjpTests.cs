using TttGen.Compiler.Derivation;
using TttGen.Compiler.Ir;
using Xunit.Abstractions;

namespace TttGen.Compiler.Tests.Derivation;

public class VjpTests(ITestOutputHelper log)
{
    private static readonly Axis F = new("F", 5), M = new("M", 4);

    /// <summary>Scalar functions of x [n, F], y [n, F] and w [F, M], through every primitive and composite.</summary>
    private static readonly Dictionary<string, Func<Graph, Node, Node, Node, Node>> Functions = new()
    {
        ["product"] = (g, x, y, w) => g.Einsum("na,ab->nb", g.Mul(x, y), w),
        ["transposed product"] = (g, x, y, w) => g.Einsum("na,ab,cb->nc", x, w, w),
        ["masked attention"] = (g, x, y, w) => g.Einsum("ns,na,sa,sb->nb", g.Tril, x, y, g.Einsum("na,ab->nb", y, w)),
        ["broadcast sum"] = (g, x, y, w) => g.Mul(g.Add(x, g.Einsum("ab->a", w)), g.Sum(y)),
        ["LayerNorm"] = (g, x, y, w) => g.LayerNorm(x, g.Einsum("ab->a", w), g.Mean(g.Transpose(y))),
        ["RmsNorm"] = (g, x, y, w) => g.RmsNorm(x, g.Einsum("ab->a", w), 0.3),
        ["L2Norm"] = (g, x, y, w) => g.Mul(g.L2Norm(x, 0.3), y),
        ["Gelu"] = (g, x, y, w) => g.Gelu(g.Mul(x, y)),
        ["Silu"] = (g, x, y, w) => g.Silu(g.Mul(x, y)),
        ["Relu"] = (g, x, y, w) => g.Mul(g.Relu(x), y),
        ["magnitude of a difference"] = (g, x, y, w) => g.Mul(g.Map(Function.Abs, g.Sub(x, y)), y),
        ["greater of two"] = (g, x, y, w) => g.Mul(g.Map(Function.Max, g.Mul(x, x), y), y),
        ["greater than a constant"] = (g, x, y, w) => g.Mul(g.Map(Function.Max, x, g.Constant(0.9, x)), y),
        ["lesser of two"] = (g, x, y, w) => g.Mul(g.Map(Function.Min, g.Mul(x, x), y), y),
        ["Clamp"] = (g, x, y, w) => g.Mul(g.Clamp(x, g.Literal(0.8), g.Literal(1.2)), y),
        ["choice by a difference"] = (g, x, y, w) => g.Mul(g.Map(Function.Select, g.Sub(x, y), g.Mul(x, x), y), y),
        ["Dot"] = (g, x, y, w) => g.Mul(g.Dot(x, y), g.Mul(x, x)),
    };

    public static TheoryData<string> Names => [.. Functions.Keys, .. Enum.GetNames<Function>()];

    [Theory, MemberData(nameof(Names))]
    public void Gradient_and_gradient_of_the_gradient_equal_differences(string name)
    {
        const int Rows = 3;
        var g = new Graph();
        Node x = g.Input("x", Axis.Rows, F), y = g.Input("y", Axis.Rows, F), w = g.Input("w", F, M);
        var f = Functions.TryGetValue(name, out var composite) ? composite(g, x, y, w) : Of(Enum.Parse<Function>(name));
        var random = new Random(7);
        double[] Draw(int count) => [.. Enumerable.Range(0, count).Select(_ => 0.5 + random.NextDouble())];
        var inputs = new Dictionary<string, double[]> { ["x"] = Draw(Rows * 5), ["y"] = Draw(Rows * 5), ["w"] = Draw(20) };

        var first = HalfSquare(g, f);
        var gradient = Vjp.Of(g, [(first, g.Literal(1))], [x, y, w]);
        var second = g.Add([.. gradient.Select(d => HalfSquare(g, d))]);
        var curvature = Vjp.Of(g, [(second, g.Literal(1))], [x, y, w]);
        Check(first, gradient);
        Check(second, curvature);

        Node Of(Function function) => g.Mul(g.Map(function, [.. new[] { g.Mul(x, y), y, x }.Take(function.Arguments())]), x);

        void Check(Node of, Node[] slopes)
        {
            double[] derived = [.. slopes.SelectMany(s => new Interpreter(Rows, inputs).Of(s))];
            double[] measured = [.. new[] { "x", "y", "w" }.SelectMany(i => inputs[i].Select((_, k) => FiniteDifference.Of(inputs[i], k, () => new Interpreter(Rows, inputs).Of(of)[0])))];
            var error = Relative.Error(derived, measured);
            log.WriteLine($"{error:E1}");
            Assert.InRange(error, 0, 1e-10);
        }
    }

    private static Node HalfSquare(Graph g, Node f) => f is Zero ? g.Literal(0)
        : g.Scale(0.5, g.Einsum([(f, Graph.Letters(f.Rank)), (f, Graph.Letters(f.Rank))], "", []));

    [Theory, MemberData(nameof(InnerModels.Names), MemberType = typeof(InnerModels))]
    public void Backward_of_a_mini_batch_equals_differences(string name)
    {
        const int Rows = 4;
        var model = InnerModels.Named(name);
        var scan = new Scan(model, Rows, 5);
        var random = new Random(6);
        foreach (var (carried, closing) in new[] { (false, true), (true, false) })
        {
            var forward = new DualForm(model).Forward(ProgramKind.Step, carried, closing);
            var backward = DualForm.Backward(ProgramKind.StepBackward, forward);
            var inputs = new Dictionary<string, double[]>(scan.Weights) { ["key"] = scan.Key, ["value"] = scan.Value, ["query"] = scan.Query, ["lr"] = scan.Rate, ["tok"] = scan.TokenRate[..Rows], ["tokLast"] = [scan.TokenRate[^1]] };
            foreach (var w in model.Weights.Where(w => w.Fast)) inputs[w.Name + "Sum"] = [.. scan.Weights[w.Name].Select(_ => random.NextDouble() - 0.5)];
            var results = Interpreter.Run(forward, Rows, inputs);
            var seeds = results.ToDictionary(r => r.Key, r => r.Value.Select(_ => random.NextDouble() - 0.5).ToArray());
            double Loss() => Interpreter.Run(forward, Rows, inputs).Sum(r => r.Value.Zip(seeds[r.Key], (a, b) => a * b).Sum());

            var given = new Dictionary<string, double[]>(inputs);
            foreach (var o in forward.Outputs) given[(o.Replaces ?? o.Argument).Gradient.Name] = seeds[o.Name];
            var gradients = Interpreter.Run(backward, Rows, given);
            List<double> derived = [], measured = [];
            foreach (var input in forward.Inputs.Where(i => i is not Mask))
                foreach (var k in Enumerable.Range(0, inputs[input.Name].Length).OrderBy(_ => random.Next()).Take(4))
                {
                    derived.Add(gradients[input.Argument!.Gradient.Name][k]);
                    measured.Add(FiniteDifference.Of(inputs[input.Name], k, Loss));
                }
            var error = Relative.Error(derived, measured);
            log.WriteLine($"{error:E1}");
            Assert.InRange(error, 0, 1e-10);
        }
    }
}
