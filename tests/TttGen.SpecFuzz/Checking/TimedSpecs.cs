namespace TttGen.SpecFuzz.Checking;

/// <summary>Specs of sizes that somebody may write one day, for the generators' time.</summary>
internal static class TimedSpecs
{
    public static IEnumerable<(string Name, string Source)> All =>
    [
        ("forty chained locals, Tanh(y + B)", Layer("Vec<D> B", Chain(40, "Tanh(y + B)"), "y")),
        ("forty chained locals, Silu(y * W)", Layer("Linear<D, D> W", Chain(40, "Silu(y * W)"), "y")),
        ("a layer of 200 operations", Layer("Vec<D> A, Vec<D> B, Linear<D, D> W", Operations(50), "y + z")),
        ("1.3B, TTT-Linear, Transformer", Preset("Stack<Depth, Block, Width> Layers", "Layers", "LinearMemory<HeadDim>")),
        ("1.3B, TTT-MLP, Transformer", Preset("Stack<Depth, Block, Width> Layers", "Layers", "MlpMemory<HeadDim, InnerHidden>")),
        ("24 blocks without a stack", Preset(string.Join(", ", Enumerable.Range(0, 24).Select(i => $"Block B{i}")), string.Join(" ", Enumerable.Range(0, 24).Select(i => $"B{i}")), "LinearMemory<HeadDim>")),
        ("an inner model of 100 vectors", Memory(100, "Vec<F>", "x")),
        ("an inner model of 100 matrices", Memory(100, "Mat<F, F>", "x")),
        ("an inner model of 20 layers", Memory(20, "Mat<F, F>", "Tanh(y)")),
    ];

    private static string Chain(int count, string step) => $"var y = x;\n{string.Concat(Enumerable.Repeat($"y = {step};\n", count))}";

    /// <summary>Four operations a step, of two values that read each other.</summary>
    private static string Operations(int steps) => "var y = x; var z = x;\n" + string.Concat(Enumerable.Range(0, steps).Select(i => (i % 5) switch
    {
        0 => "y = Silu(z * W) + y * A;\n",
        1 => "z = Tanh(y + B) * z + y;\n",
        2 => "y = y - Sigmoid(z * A + B);\n",
        3 => "z = y.Shift(1) * A + Gelu(z);\n",
        _ => "z = z * Softplus(y + A) - y;\n",
    }));

    private static string Layer(string parameters, string body, string result) => $$"""
        [Dim(64)] public readonly partial struct Width : IDim;
        [Dim(100)] public readonly partial struct Vocab : IDim;
        [Layer]
        public readonly partial record struct Timed<D>({{parameters}}) : ILayer<Timed<D>, D> where D : IDim
        {
            public Seq<D> Apply(Seq<D> x)
            {
                {{body}}
                return {{result}};
            }
        }
        [Model(Trainable = true)]
        public sealed partial record class Lm(Embedding<Vocab, Width> EmbedTokens, Timed<Width> Layer, RmsNorm<Width> Norm)
        {
            public Logits<Vocab> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layer.Apply(EmbedTokens.Lookup(tokens))));
        }
        """;

    private static string Preset(string layers, string applied, string memory)
    {
        var block = $"TransformerBlock<Width, Heads, HeadDim, MiniBatch, Hidden, {memory}>";
        var rows = applied.Split(' ').Aggregate("EmbedTokens.Lookup(tokens)", (x, layer) => $"{layer}.Apply({x})");
        return $$"""
            using static TttGen.Presets.Size1B;
            [Model(Trainable = true)]
            public sealed partial record class Lm(Embedding<Vocab, Width> EmbedTokens, {{layers.Replace("Block", block, StringComparison.Ordinal)}}, RmsNorm<Width> Norm)
            {
                public Logits<Vocab> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply({{rows}}));
            }
            """;
    }

    private static string Memory(int weights, string kind, string read) => $$"""
        [Dim(6)] public readonly partial struct Feature : IDim;
        [Dim(2)] public readonly partial struct Heads : IDim;
        [Dim(12)] public readonly partial struct Width : IDim;
        [Dim(3)] public readonly partial struct MiniBatch : IDim;
        [Dim(11)] public readonly partial struct Vocab : IDim;
        [InnerModel]
        public readonly partial record struct Timed<F>({{string.Join(", ", Enumerable.Range(0, weights).Select(i => $"{kind} W{i}"))}}) : IInnerModel<Timed<F>, F> where F : IDim
        {
            public Vec<F> Predict(Vec<F> x)
            {
                {{string.Join("\n", Enumerable.Range(0, weights).Select(i => $"var y{i} = {(i == 0 ? "x" : read.Replace("(y)", $"(y{i - 1})", StringComparison.Ordinal))} * W{i};"))}}
                return x + 0.1 * ({{string.Join(" + ", Enumerable.Range(0, weights).Select(i => $"y{i}"))}});
            }
            public Scalar Loss(Vec<F> key, Vec<F> value) => 0.5 * SquaredNorm(Predict(key) - value);
        }
        [Model(Trainable = true)]
        public sealed partial record class Lm(Embedding<Vocab, Width> EmbedTokens, TransformerBlock<Width, Heads, Feature, MiniBatch, Width, Timed<Feature>> Layer, RmsNorm<Width> Norm)
        {
            public Logits<Vocab> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layer.Apply(EmbedTokens.Lookup(tokens))));
        }
        """;
}
