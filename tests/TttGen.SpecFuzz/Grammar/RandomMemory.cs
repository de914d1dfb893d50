using static TttGen.SpecFuzz.Grammar.Expression;

namespace TttGen.SpecFuzz.Grammar;

/// <summary>A random inner model in the Transformer backbone.</summary>
internal sealed record RandomMemory(int Seed, Body Predict, Body Loss, RandomMemory.Sizes Dims) : RandomSpec(Seed)
{
    /// <summary>Sizes of the dimensions.</summary>
    internal sealed record Sizes(int Feature, int Heads, int MiniBatch, int Hidden, int Depth);

    private const string Own = "vec:F", Hidden = "vec:M", Number = "number";

    public static RandomMemory Draw(int seed) => new Draws(new Random(seed)).Memory(seed);

    public override int Size => Predict.Size + Loss.Size + (Dims.Depth > 1 ? 1 : 0);

    public override IEnumerable<RandomSpec> Lesser()
    {
        if (Dims.Depth > 1) yield return this with { Dims = Dims with { Depth = 1 } };
        foreach (var body in Predict.Lesser(t => t == Own ? Leaf(Own, "x") : null)) yield return this with { Predict = body };
        foreach (var body in Loss.Lesser(t => t == Own ? Leaf(Own, "key") : null)) yield return this with { Loss = body };
    }

    public override string Source => Declarations + """

        [Model(Trainable = true)]
        public sealed partial record class Lm(Embedding<Vocab, Width> EmbedTokens,
            Stack<Depth, TransformerBlock<Width, Heads, Feature, MiniBatch, Hidden, Memory<Feature, Hidden>>, Width> Layers, RmsNorm<Width> Norm)
        {
            public Logits<Vocab> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
        }
        """;

    /// <summary>Dimensions, and the inner model.</summary>
    public string Declarations
    {
        get
        {
            var parameters = Parameters(Predict.Uses.Concat(Loss.Uses).Append(new("Z", "Vec<F>")));
            return $$"""
                [Dim({{Dims.Feature}})] public readonly partial struct Feature : IDim;
                [Dim({{Dims.Heads}})] public readonly partial struct Heads : IDim;
                [Dim({{Dims.Heads * Dims.Feature}})] public readonly partial struct Width : IDim;
                [Dim({{Dims.MiniBatch}})] public readonly partial struct MiniBatch : IDim;
                [Dim({{Dims.Hidden}})] public readonly partial struct Hidden : IDim;
                [Dim(11)] public readonly partial struct Vocab : IDim;
                [Dim({{Dims.Depth}})] public readonly partial struct Depth : IDim;
                [InnerModel]
                public readonly partial record struct Memory<F, M>({{parameters}}) : IInnerModel<Memory<F, M>, F> where F : IDim where M : IDim
                {
                    public Vec<F> Predict(Vec<F> x) {{Predict}}
                    public Scalar Loss(Vec<F> key, Vec<F> value) {{Loss}}
                }
                """;
        }
    }

    /// <summary>The grammar, drawn from.</summary>
    private sealed class Draws(Random random)
    {
        private readonly List<(string Type, int Index)> _locals = [];
        private readonly List<Declared> _declared = [];
        private string _argument = "x";

        public RandomMemory Memory(int seed)
        {
            int[] features = [4, 6, 8, 10, 16];
            var sizes = new Sizes(features[random.Next(features.Length)], 1 + random.Next(3), 1 + random.Next(7), 3 + random.Next(14), 1 + random.Next(2));
            var locals = new List<Expression>();
            for (var i = random.Next(3); i > 0; i--)
            {
                var type = random.Next(2) == 0 ? Own : Hidden;
                locals.Add(Vector(type, 2));
                _locals.Add((type, locals.Count - 1));
            }
            var predict = new Body(locals, random.Next(3) == 0 ? Vector(Own, 3) : Expression.Of(Own, "(x + {0})", Vector(Own, 3)));
            _locals.Clear();
            _argument = "key";
            return new(seed, predict, new([], Loss()), sizes);
        }

        private Expression Loss()
        {
            var predicted = random.Next(6) == 0 ? Vector(Own, 2) : Leaf(Own, "Predict(key)");
            var error = Expression.Of(Own, "({0} - value)", predicted);
            return random.Next(8) switch
            {
                0 => Expression.Of(Number, "-({0}.Dot(value))", predicted),
                1 => Expression.Of(Number, "Sum(Softplus({0}) + Softplus(-{0}))", error),
                2 => Expression.Of(Number, "(1.0 / F.Size) * SquaredNorm({0} * {1})", error, Weight("vec:F")),
                3 => Expression.Of(Number, "0.5 * SquaredNorm({0}) + 0.1 * SquaredNorm({1})", error, Vector(Own, 1)),
                4 => Expression.Of(Number, "0.4 * SquaredNorm(Tanh({0}))", error),
                _ => Expression.Of(Number, "0.5 * SquaredNorm({0})", error),
            };
        }

        /// <summary>A weight of the record: one that there is, or a new one; fast or slow, its own for each head or shared.</summary>
        private Expression Weight(string type)
        {
            var declaration = type[..3] == "vec" ? $"Vec<{type[4..]}>" : $"Mat<{type[4..]}>";
            var known = _declared.Where(d => d.Declaration.EndsWith(declaration, StringComparison.Ordinal)).ToList();
            Declared declared;
            if (known.Count > 0 && random.Next(3) == 0) declared = known[random.Next(known.Count)];
            else
            {
                declared = new($"P{_declared.Count}", random.Next(6) switch { 0 => "[Slow] ", 1 => "[Slow, Shared] ", 2 => "[Shared] ", _ => "" } + declaration);
                _declared.Add(declared);
            }
            return Leaf(type, declared.Name).Using(declared);
        }

        private Expression Matrix(string from, string to, int depth = 1)
        {
            var type = $"mat:{from}, {to}";
            return depth <= 0 ? Weight(type) : random.Next(10) switch
            {
                0 => Expression.Of(type, "({0} + {1})", Matrix(from, to, depth - 1), Matrix(from, to, depth - 1)),
                1 => Expression.Of(type, "({0} - {1})", Matrix(from, to, depth - 1), Matrix(from, to, depth - 1)),
                2 => Expression.Of(type, "{0}.Transpose()", Matrix(to, from, depth - 1)),
                3 => Expression.Of(type, "(0.6 * {0})", Matrix(from, to, depth - 1)),
                _ => Weight(type),
            };
        }

        private Expression Vector(string type, int depth)
        {
            var (size, other) = (type[4..], type == Own ? "M" : "F");
            if (depth <= 0)
            {
                var known = _locals.Where(l => l.Type == type).ToList();
                if (known.Count > 0 && random.Next(2) == 0) return Read(type, known[random.Next(known.Count)].Index);
                return type == Own && random.Next(3) > 0 ? Leaf(Own, _argument) : type == Own ? Weight(type) : Expression.Of(Hidden, "({0} * {1})", Leaf(Own, _argument), Weight("mat:F, M"));
            }
            return random.Next(15) switch
            {
                0 or 1 or 2 => Expression.Of(type, "({0} * {1})", Vector("vec:" + size, depth - 1), Matrix(size, size)),
                3 or 4 => Expression.Of(type, "({0} * {1})", Vector("vec:" + other, depth - 1), Matrix(other, size)),
                5 => Expression.Of(type, "({0} + {1})", Vector(type, depth - 1), Vector(type, depth - 1)),
                6 => Expression.Of(type, "({0} - {1})", Vector(type, depth - 1), Vector(type, depth - 1)),
                7 => Expression.Of(type, "({0} * {1})", Vector(type, depth - 1), Vector(type, depth - 1)),
                8 or 9 => Expression.Of(type, Curve(random, "{0}"), Vector(type, depth - 1)),
                10 => Expression.Of(type, "{0}.LayerNorm({1}, {2})", Vector(type, depth - 1), Weight(type), Weight(type)),
                11 => Expression.Of(type, "{0}.RmsNorm({1})", Vector(type, depth - 1), Weight(type)),
                12 => Expression.Of(type, "({0} + {1})", Vector(type, depth - 1), Weight(type)),
                13 => Expression.Of(type, random.Next(2) == 0 ? "Max({0}, {1})" : "Min({0}, {1})", Vector(type, depth - 1), Vector(type, depth - 1)),
                _ => Expression.Of(type, "(Tanh({0}).Dot({1}) * {2})", Weight(type), Weight(type), Vector(type, depth - 1)),
            };
        }
    }
}
