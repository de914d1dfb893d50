using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Tests.Ir;

/// <summary>Composites against their formulas in plain loops, with leading row and head axes.</summary>
public class CompositesTests
{
    private const int Rows = 2, Heads = 3, Width = 5;
    private static readonly Axis H = new("H", Heads), F = new("F", Width);
    private static readonly double[] X = Draw(Rows * Heads * Width, 1), Scale = Draw(Heads * Width, 2), Shift = Draw(Width, 3);

    private readonly Graph _g = new();

    private Node Heading => _g.Input("x", Axis.Rows, H, F);

    [Fact]
    public void LayerNorm_runs_over_the_last_axis() =>
        Equal(_g.LayerNorm(Heading, _g.Input("scale", H, F), _g.Input("shift", F), 0.1), (x, h) =>
        {
            var mean = x.Average();
            var deviation = Math.Sqrt(x.Average(v => (v - mean) * (v - mean)) + 0.1);
            return [.. x.Select((v, i) => (v - mean) / deviation * Scale[h * Width + i] + Shift[i])];
        });

    [Fact]
    public void RmsNorm_takes_its_epsilon_from_the_graph() =>
        Equal(_g.RmsNorm(Heading, _g.Input("shift", F), _g.Input("epsilon")), (x, _) =>
            [.. x.Select((v, i) => v / Math.Sqrt(x.Average(u => u * u) + 0.25) * Shift[i])]);

    [Fact]
    public void L2Norm_leaves_a_length_of_one() => Equal(_g.L2Norm(Heading, 0.25), (x, _) => [.. x.Select(v => v / Math.Sqrt(x.Sum(u => u * u) + 0.25))]);

    [Fact]
    public void Gelu_is_the_tanh_form() => Equal(_g.Gelu(Heading), (x, _) =>
        [.. x.Select(v => 0.5 * v * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (v + 0.044715 * v * v * v))))]);

    [Fact]
    public void Silu_is_x_by_its_sigmoid() => Equal(_g.Silu(Heading), (x, _) => [.. x.Select(v => v / (1 + Math.Exp(-v)))]);

    [Fact]
    public void Square_is_x_by_itself() => Equal(_g.Square(Heading), (x, _) => [.. x.Select(v => v * v)]);

    [Fact]
    public void Relu_cuts_at_zero() => Equal(_g.Relu(Heading), (x, _) => [.. x.Select(v => v > 0 ? v : 0)]);

    [Fact]
    public void A_function_of_broadcasts_is_the_broadcast_of_the_function()
    {
        var shift = _g.Spread(_g.Input("shift", F), Heading.Shape);
        Assert.IsType<Einsum>(_g.Map(Function.Max, shift, _g.Zero(Heading.Shape)));
        Assert.IsType<Map>(_g.Map(Function.Max, shift, Heading));
        Equal(_g.Map(Function.Max, shift, _g.Constant(0.5, Heading)), (_, _) => [.. Shift.Select(v => Math.Max(v, 0.5))]);
        Equal(_g.Map(Function.Max, _g.Spread(_g.Input("epsilon"), Heading.Shape), shift), (_, _) => [.. Shift.Select(v => Math.Max(v, 0.25))]);
    }

    [Fact]
    public void Clamp_cuts_at_two_numbers() => Equal(_g.Clamp(Heading, _g.Literal(-0.5), _g.Literal(0.75)), (x, _) => [.. x.Select(v => Math.Clamp(v, -0.5, 0.75))]);

    [Fact]
    public void Reductions_run_over_the_last_axis()
    {
        Equal(_g.Mean(Heading), (x, _) => [x.Average()]);
        Equal(_g.Sum(Heading), (x, _) => [x.Sum()]);
        Equal(_g.SquaredNorm(Heading), (x, _) => [x.Sum(v => v * v)]);
        Equal(_g.Dot(Heading, _g.Relu(Heading)), (x, _) => [x.Where(v => v > 0).Sum(v => v * v)]);
    }

    private static void Equal(Node node, Func<double[], int, double[]> formula)
    {
        var inputs = new Dictionary<string, double[]> { ["x"] = X, ["scale"] = Scale, ["shift"] = Shift, ["epsilon"] = [0.25] };
        double[] expected = [.. Enumerable.Range(0, Rows * Heads).SelectMany(r => formula(X[(r * Width)..((r + 1) * Width)], r % Heads))];
        Assert.InRange(Relative.Error(new Interpreter(Rows, inputs).Of(node), expected), 0, 1e-14);
    }

    private static double[] Draw(int count, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, count).Select(_ => 4 * random.NextDouble() - 2)];
    }
}
