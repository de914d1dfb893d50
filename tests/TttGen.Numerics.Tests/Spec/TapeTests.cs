using static TttGen.Ops;

namespace TttGen.Numerics.Tests.Spec;

/// <summary>The tape's gradient is the slope that finite differences find: of every function of the language and of every inner model's loss.</summary>
public sealed class TapeTests
{
    public static TheoryData<string, Func<Vec<Six>, Mat<Six, Six>, Scalar>> Functions => new()
    {
        { "sum", (x, w) => Sum(x * w + x) },
        { "squared norm", (x, w) => SquaredNorm(x * w - x) },
        { "dot", (x, w) => (x * w).Dot(-x) },
        { "scalar product", (x, w) => Sum(Sum(x) * x) * (Sum(x * w) - 2) },
        { "matrix sum", (x, w) => SquaredNorm(x * (w + 0.5 * w.Transpose() - Tanh(w))) },
        { "transpose", (x, w) => SquaredNorm(x * w * Transpose(w)) },
        { "layer norm", (x, w) => SquaredNorm((x * w).LayerNorm(x, x * x) - x) },
        { "RMS norm", (x, w) => SquaredNorm((x * w).RmsNorm(x) - x) },
        { "L2 norm", (x, w) => SquaredNorm(L2Norm(x * w) - x) },
        { "SiLU", (x, w) => SquaredNorm(Silu(x * w) - Silu(x) * Silu(w)) },
        { "GELU", (x, w) => SquaredNorm(Gelu(x * w) - Gelu(x) * Gelu(w)) },
        { "tanh", (x, w) => SquaredNorm(Tanh(x * w) - Tanh(x) * Tanh(w)) },
        { "sigmoid", (x, w) => SquaredNorm(Sigmoid(x * w) - Sigmoid(x) * Sigmoid(w)) },
        { "softplus", (x, w) => SquaredNorm(Softplus(x * w) - Softplus(x) * Softplus(w)) },
        { "exponential", (x, w) => SquaredNorm(Exp(x * w) - Exp(x) * Exp(w)) },
        { "logarithm", (x, w) => SquaredNorm(Log(Exp(x * w) + Exp(x)) - Log(Exp(x)) * Log(Exp(w))) },
        { "ReLU", (x, w) => SquaredNorm(Relu(x * w) - Relu(x) * Relu(w)) },
        { "magnitude", (x, w) => SquaredNorm(Abs(x * w) - Abs(x) * Abs(w)) },
        { "square", (x, w) => SquaredNorm(Square(x * w) - Square(x) * Square(w)) },
        { "greater", (x, w) => SquaredNorm(Max(x * w, x) - Max(x, 0.2) * Max(w, w.Transpose()) + Max(x, x) * Max(w, -0.1)) },
        { "lesser", (x, w) => SquaredNorm(Min(x * w, x) - Min(x, 0.2) * Min(w, w.Transpose()) + Min(x, x) * Min(w, -0.1)) },
        { "cut at two numbers", (x, w) => SquaredNorm(Clamp(x * w, -0.3, 0.4) - x * Clamp(w, -0.2, 0.5)) },
        { "chosen", (x, w) => SquaredNorm(Select(x, x * w, Exp(x)) - x * Select(w, w.Transpose(), 0.5 * w)) },
        { "harmonic", (x, w) => Sum(Harmonic<Six>() * x * w) },
    };

    [Theory]
    [MemberData(nameof(Functions))]
    public void Gradient_is_the_slope_of_finite_differences(string name, Func<Vec<Six>, Mat<Six, Six>, Scalar> function)
    {
        var random = new Random(name.Length);
        Scalar[] point = [.. Enumerable.Range(0, 6 + 36).Select(_ => (Scalar)(0.6 * Initialisation.Normal(random)))];
        AssertGradient(name, point, numbers => function(new(numbers[..6]), new(numbers[6..])));
    }

    [Fact]
    public void Gradient_of_every_inner_models_loss_is_the_slope_of_finite_differences()
    {
        CheckLoss<SwiGluMemory<Six, Ten>>();
        CheckLoss<ThreeLayerMemory<Six, Ten>>();
        CheckLoss<LowRankMemory<Six, Three>>();
        CheckLoss<DeltaMemory<Six>>();
        CheckLoss<ScaledMemory<Six>>();
        CheckLoss<TiedMemory<Six, Ten>>();
        CheckLoss<GainMemory<Six>>();
        CheckLoss<SquashedMemory<Six>>();
        CheckLoss<InnerModels.LinearMemory<Six>>();
        CheckLoss<InnerModels.MlpMemory<Six, Ten>>();
    }

    [Fact]
    public void Constants_leave_nothing_on_the_tape()
    {
        var tape = new Tape();
        var leaf = tape.Leaf(2);
        Scalar constant = 3;
        Assert.Equal(9, (constant * constant).Value);
        Assert.Equal(1, tape.Length);
        Assert.Equal(3, tape.Differentiate(leaf * constant)[leaf]);
        Assert.Equal(0, tape.Differentiate(constant * constant)[leaf]);
    }

    [Fact]
    public void Numbers_of_two_tapes_do_not_mix() =>
        Assert.Throws<InvalidOperationException>(() => new Tape().Leaf(1) + new Tape().Leaf(2));

    private static void CheckLoss<TModel>() where TModel : IInnerModel<TModel, Six>
    {
        var tokens = InnerCase<TModel, Six, Five>.Draw(1, 11);
        Scalar[] point = [.. tokens.Weights.Fast.SelectMany(weight => weight.Items)];
        AssertGradient(typeof(TModel).Name, point, numbers =>
        {
            var at = 0;
            var weights = tokens.Weights.WithFast((_, items) => numbers[at..(at += items.Length)]);
            return weights.Model<TModel>().Loss(new(tokens.Key), new(tokens.Value));
        });
    }

    /// <summary>Fourth-order central differences.</summary>
    private static void AssertGradient(string what, Scalar[] point, Func<Scalar[], Scalar> function)
    {
        const double Step = 1e-3;
        var tape = new Tape();
        var leaves = tape.Leaves(point);
        var gradient = tape.Differentiate(function(leaves));
        double[] exact = [.. leaves.Select(leaf => gradient[leaf])];
        double[] differences = [.. point.Select((_, i) =>
        {
            double At(double offset)
            {
                var moved = (Scalar[])point.Clone();
                moved[i] += offset;
                return function(moved).Value;
            }
            return (8 * (At(Step) - At(-Step)) - (At(2 * Step) - At(-2 * Step))) / (12 * Step);
        })];
        RelativeError.Within(1e-8, exact, differences, what);
    }
}
