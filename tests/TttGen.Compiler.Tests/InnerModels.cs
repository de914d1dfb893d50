using TttGen.Compiler.Derivation;
using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Tests;

/// <summary>Inner models written straight in the IR: the paper's two, and others, which use their weights in every way that there is.</summary>
internal static class InnerModels
{
    private static readonly Axis F = new("Six", 6), M = new("Ten", 10);

    /// <summary>x W + b under a norm and a residual: the paper's TTT-Linear.</summary>
    public static InnerModel Linear(int width = 6)
    {
        var f = new Axis("F", width);
        return Build("LinearMemory", f, [new("W1", [f, f], true), new("B1", [f], true), new("Scale", [f], false), new("Shift", [f], false)], (g, w) => x =>
            g.Add(x, g.LayerNorm(g.Add(Times(g, x, w["W1"]), w["B1"]), w["Scale"], w["Shift"])));
    }

    /// <summary>gelu(x W₁ + b₁) W₂ + b₂: the paper's TTT-MLP.</summary>
    public static InnerModel Mlp(int width = 6, int hidden = 10)
    {
        Axis f = new("F", width), m = new("M", hidden);
        return Build("MlpMemory", f, [new("W1", [f, m], true), new("B1", [m], true), new("W2", [m, f], true), new("B2", [f], true), new("Scale", [f], false), new("Shift", [f], false)], (g, w) => x =>
            g.Add(x, g.LayerNorm(g.Add(Times(g, g.Gelu(g.Add(Times(g, x, w["W1"]), w["B1"])), w["W2"]), w["B2"]), w["Scale"], w["Shift"])));
    }

    /// <summary>(silu(x G) ⊙ x U) D, all three fast.</summary>
    public static InnerModel SwiGlu() => Build("SwiGluMemory", F,
        [new("Gate", [F, M], true), new("Up", [F, M], true), new("Down", [M, F], true), new("Scale", [F], false), new("Shift", [F], false)], (g, w) => x =>
        g.Add(x, g.LayerNorm(Times(g, g.Mul(g.Silu(Times(g, x, w["Gate"])), Times(g, x, w["Up"])), w["Down"]), w["Scale"], w["Shift"])));

    /// <summary>Three layers, a residual inside, and a fast scale.</summary>
    public static InnerModel Deep() => Build("DeepMemory", F,
        [new("W1", [F, M], true), new("B1", [M], true), new("W2", [M, M], true), new("W3", [M, F], true), new("Scale", [F], true), new("Shift", [F], false)], (g, w) => x =>
        {
            var first = g.Gelu(g.Add(Times(g, x, w["W1"]), w["B1"]));
            var second = g.Add(first, g.Map(Function.Tanh, Times(g, first, w["W2"])));
            return g.LayerNorm(Times(g, second, w["W3"]), w["Scale"], w["Shift"]);
        });

    /// <summary>One matrix used twice.</summary>
    public static InnerModel Tied() => Build("TiedMemory", F, [new("W", [F, F], true), new("B", [F], true)], (g, w) => x =>
    {
        Node Layer(Node y) => g.Map(Function.Tanh, g.Add(Times(g, y, w["W"]), w["B"]));
        return g.Add(x, Layer(Layer(x)));
    });

    /// <summary>A fast vector used in a way that is not linear.</summary>
    public static InnerModel Gain() => Build("GainMemory", F, [new("W", [F, F], true), new("Gain", [F], true)], (g, w) => x =>
        g.Add(x, g.Mul(g.Map(Function.Softplus, w["Gain"]), g.Map(Function.Tanh, Times(g, x, w["W"])))));

    /// <summary>A fast matrix used in a way that is not linear: the dual form does not cover it.</summary>
    public static InnerModel Squashed() => Build("SquashedMemory", F, [new("W", [F, F], true), new("B", [F], true)], (g, w) => x =>
        g.Add(x, g.Add(Times(g, x, g.Map(Function.Tanh, w["W"])), w["B"])));

    /// <summary>A matrix and its transpose, and a loss that is not the prediction's own.</summary>
    public static InnerModel Auto()
    {
        var g = new Graph();
        Weight[] weights = [new("W", [F, M], true), new("B", [M], true), new("Read", [F, F], false)];
        var w = weights.ToDictionary(x => x.Name, x => g.Input(x.Name, x.Shape));
        Node x = g.Input("x", F), key = g.Input("key", F), value = g.Input("value", F);
        Node Code(Node y) => g.Silu(g.Add(Times(g, y, w["W"]), w["B"]));
        Node Decoded(Node y) => Times(g, Code(y), g.Transpose(w["W"]));
        return new("AutoMemory", g, weights, g.Add(Times(g, x, w["Read"]), Decoded(x)),
            g.Add(g.Scale(0.5, g.SquaredNorm(g.Sub(Decoded(key), value))), g.Scale(0.01, g.SquaredNorm(Code(key)))), F);
    }

    /// <summary>x + x A B with a narrow middle.</summary>
    public static InnerModel LowRank()
    {
        var r = new Axis("Three", 3);
        return Build("LowRankMemory", F, [new("A", [F, r], true), new("B", [r, F], true)], (g, w) => x => g.Add(x, Times(g, Times(g, x, w["A"]), w["B"])));
    }

    /// <summary>x W and nothing else: one token a mini-batch makes it the delta rule, a zero start makes it linear attention.</summary>
    public static InnerModel Bare() => Build("BareMemory", F, [new("W", [F, F], true)], (g, w) => x => Times(g, x, w["W"]));

    /// <summary>An answer of length one.</summary>
    public static InnerModel Unit() => Build("UnitMemory", F, [new("W", [F, M], true), new("Back", [M, F], true)], (g, w) => x =>
        g.Add(x, g.L2Norm(Times(g, g.Map(Function.Softplus, Times(g, x, w["W"])), w["Back"]))));

    /// <summary>A slow matrix under a fast one.</summary>
    public static InnerModel Probe() => Build("ProbeMemory", F, [new("Features", [F, M], false), new("W", [M, F], true), new("Scale", [F], true)], (g, w) => x =>
        g.Add(x, g.RmsNorm(Times(g, g.Silu(Times(g, x, w["Features"])), w["W"]), w["Scale"])));

    /// <summary>The paper's two, and ten that nobody wrote a dual form for.</summary>
    public static IReadOnlyList<InnerModel> All => [Linear(), Mlp(), SwiGlu(), Deep(), Tied(), Gain(), Squashed(), Auto(), LowRank(), Bare(), Unit(), Probe()];

    /// <summary>Those that the dual form covers.</summary>
    public static TheoryData<string> Dual => [.. All.Where(m => DualForm.Covers(m, out _)).Select(m => m.Name)];

    /// <summary>Their names, for theories.</summary>
    public static TheoryData<string> Names => [.. All.Select(m => m.Name)];

    public static InnerModel Named(string name) => All.Single(m => m.Name == name);

    /// <summary>S ← m S − r ∇ℓ, θ ← (1 − d) θ + S.</summary>
    public static InnerOptimiser MomentumWithDecay()
    {
        var g = new Graph();
        string[] inputs = ["rate", "momentum", "decay"];
        Node[] given = [.. inputs.Select((name, k) => g.Input(InnerOptimiser.Input(name, k)))];
        var (step, momentum, decay) = (g.Scale(-1, given[0]), given[1], given[2]);
        return new("MomentumWithDecay", ["Weight", "Surprise"], inputs, g, new[,] { { g.Sub(g.Literal(1), decay), momentum }, { g.Zero([]), momentum } }, [step, step], new double[,] { { 1, 0 }, { 0, 1 } });
    }

    private static Node Times(Graph g, Node x, Node matrix) => g.Einsum("a,ab->b", x, matrix);

    private static InnerModel Build(string name, Axis width, Weight[] weights, Func<Graph, Dictionary<string, Node>, Func<Node, Node>> predict)
    {
        var g = new Graph();
        var of = predict(g, weights.ToDictionary(w => w.Name, w => g.Input(w.Name, w.Shape)));
        var loss = g.Scale(0.5, g.SquaredNorm(g.Sub(of(g.Input("key", width)), g.Input("value", width))));
        return new(name, g, weights, of(g.Input("x", width)), loss, width);
    }
}
