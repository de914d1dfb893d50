using static TttGen.SpecFuzz.Grammar.Expression;

namespace TttGen.SpecFuzz.Grammar;

/// <summary>A random layer: products, norms, shifts, convolutions, memories, vectors computed among themselves; and where it is asked for attention.</summary>
internal sealed record RandomLayer(int Seed, Body Apply, RandomLayer.Sizes Dims, bool Stacked) : RandomSpec(Seed)
{
    /// <summary>Sizes of the dimensions; no key heads: it doesn't attend.</summary>
    internal sealed record Sizes(int Heads, int Feature, int Five, int Three, int Hidden, int Taps, int Vocab, int KeyHeads = 0);

    private const string Rows = "rows", Wide = "wide", Vec = "vec", Rates = "rates", PerHeadVec = "headvec";

    public static RandomLayer Draw(int seed)
    {
        var grammar = new Draws(new Random(seed), attends: false);
        return grammar.Layer(seed);
    }

    /// <summary>One that may attend.</summary>
    public static RandomLayer DrawAttending(int seed) => new Draws(new Random(seed), attends: true).Layer(seed);

    private bool Attends => Dims.KeyHeads > 0;

    public override int Size => Apply.Size + (Stacked ? 1 : 0);

    public override IEnumerable<RandomSpec> Lesser()
    {
        if (Stacked) yield return this with { Stacked = false };
        foreach (var body in Apply.Lesser(Simplest)) yield return this with { Apply = body };
    }

    private static Expression? Simplest(string type) => type switch
    {
        Rows => Leaf(Rows, "x"),
        Rates => Of(Rates, "Sigmoid(x * R0)").Using(new Declared("R0", "Linear<D, H>")),
        Vec => Leaf(Vec, "A0").Using(new Declared("A0", "Vec<D>")),
        "tok:K" => Leaf(type, "Harmonic<K>()"),
        "tok:J" => Leaf(type, "Harmonic<J>()"),
        _ => null,
    };

    public override string Source
    {
        get
        {
            var keys = Attends ? "KeyHeads, KeyWidth, " : "";
            var type = $"L<Width, Heads, Feature, Five, Three, Hidden, Taps, {keys}LinearMemory<Feature>, Second<Feature, Hidden>>";
            var keyParameters = Attends ? "G, W, " : "";
            var parameters = Parameters(Apply.Uses.Append(new("A0", "Vec<D>")));
            return $$"""
                [Dim({{Dims.Feature}})] public readonly partial struct Feature : IDim;
                [Dim({{Dims.Heads}})] public readonly partial struct Heads : IDim;
                [Dim({{Dims.Heads * Dims.Feature}})] public readonly partial struct Width : IDim;
                [Dim({{Dims.Five}})] public readonly partial struct Five : IDim;
                [Dim({{Dims.Three}})] public readonly partial struct Three : IDim;
                [Dim({{Dims.Hidden}})] public readonly partial struct Hidden : IDim;
                [Dim({{Dims.Taps}})] public readonly partial struct Taps : IDim;
                [Dim({{Dims.Vocab}})] public readonly partial struct Vocab : IDim;
                [Dim(2)] public readonly partial struct Depth : IDim;
                {{(Attends ? $"[Dim({Dims.KeyHeads})] public readonly partial struct KeyHeads : IDim;\n[Dim({Dims.KeyHeads * Dims.Feature})] public readonly partial struct KeyWidth : IDim;" : "")}}
                [InnerModel]
                public readonly partial record struct Second<F, M>(Mat<F, M> U1, Vec<M> C1, Mat<M, F> U2, Vec<F> C2) : IInnerModel<Second<F, M>, F> where F : IDim where M : IDim
                {
                    public Vec<F> Predict(Vec<F> x) => x + Gelu(x * U1 + C1) * U2 + C2;
                    public Scalar Loss(Vec<F> key, Vec<F> value) => 0.5 * SquaredNorm(Predict(key) - value);
                }
                [Layer]
                public readonly partial record struct L<D, H, F, K, J, N, T, {{keyParameters}}MA, MB>({{parameters}}) : ILayer<L<D, H, F, K, J, N, T, {{keyParameters}}MA, MB>, D>
                    where D : IDim where H : IDim where F : IDim where K : IDim where J : IDim where N : IDim where T : IDim {{(Attends ? "where G : IDim where W : IDim " : "")}}where MA : IInnerModel<MA, F> where MB : IInnerModel<MB, F>
                {
                    public Seq<D> Apply(Seq<D> x) {{Apply}}
                }
                [Model(Trainable = true)]
                public sealed partial record class Lm(Embedding<Vocab, Width> EmbedTokens, {{(Stacked ? $"Stack<Depth, {type}, Width>" : type)}} Layers, RmsNorm<Width> Norm)
                {
                    public Logits<Vocab> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
                }
                """;
        }
    }

    /// <summary>The grammar, drawn from.</summary>
    private sealed class Draws(Random random, bool attends)
    {
        private readonly List<(string Type, int Index)> _locals = [];
        private readonly List<Expression> _body = [];
        private int _names;

        public RandomLayer Layer(int seed)
        {
            int[] features = [2, 4, 6, 8, 10];
            var sizes = new Sizes(1 + random.Next(3), features[random.Next(1, 5)], 1 + random.Next(7), 1 + random.Next(5), 3 + random.Next(14), 1 + random.Next(6), 7 + random.Next(20));
            if (attends)
            {
                int[] divisors = [.. Enumerable.Range(1, sizes.Heads).Where(k => sizes.Heads % k == 0)];
                sizes = sizes with { KeyHeads = divisors[random.Next(divisors.Length)] };
            }
            var count = random.Next(6);
            for (var i = 0; i < count; i++)
            {
                var type = random.Next(8) == 0 ? Vec : Rows;
                _body.Add(type == Rows ? RowsOf(3) : VecOf(2));
                _locals.Add((type, i));
            }
            var result = random.Next(3) == 0 ? RowsOf(3) : Expression.Of(Rows, "(x + {0})", RowsOf(3));
            return new(seed, new(_body, result), sizes, random.Next(2) == 0);
        }

        private string Name(string stem) => $"{stem}{_names++}";

        private Expression? LocalOf(string type)
        {
            var known = _locals.Where(l => l.Type == type).ToList();
            return known.Count == 0 ? null : Read(type, known[random.Next(known.Count)].Index);
        }

        private string Number() => (random.Next(4) switch { 0 => -0.7, 1 => 0.3, 2 => 1.3, _ => 0.9 }).ToString(System.Globalization.CultureInfo.InvariantCulture);

        private Declared Parameter(string stem, string type) => new(Name(stem), type);

        private Expression RowsOf(int depth)
        {
            if (depth <= 0 || random.Next(8) == 0) return random.Next(2) == 0 && LocalOf(Rows) is { } local ? local : Leaf(Rows, "x");
            if (attends && random.Next(4) == 0) return Attend(depth - 1);
            switch (random.Next(23))
            {
                case 0 or 1:
                    return Expression.Of(Rows, "({0} + {1})", RowsOf(depth - 1), RowsOf(depth - 1));
                case 2:
                    return Expression.Of(Rows, "({0} - {1})", RowsOf(depth - 1), RowsOf(depth - 1));
                case 3 or 4:
                    return Expression.Of(Rows, "({0} * {1})", Bounded(depth - 1), Bounded(depth - 1));
                case 5:
                    return Expression.Of(Rows, $"({Number()} * {{0}})", RowsOf(depth - 1));
                case 6:
                    return Expression.Of(Rows, "({0} + {1})", RowsOf(depth - 1), VecOf(1));
                case 7:
                    return Expression.Of(Rows, "({0} * {1})", RowsOf(depth - 1), VecOf(1));
                case 8:
                    return Expression.Of(Rows, "(-{0})", RowsOf(depth - 1));
                case 22:
                    return Expression.Of(Rows, random.Next(2) == 0 ? "Max({0}, {1})" : "Min({0}, {1})", RowsOf(depth - 1), RowsOf(depth - 1));
                case 9 or 10 or 11:
                    return Expression.Of(Rows, Curve(random, "{0}"), RowsOf(depth - 1));
                case 12 or 13:
                    var matrix = Parameter("W", "Linear<D, D>");
                    return Expression.Of(Rows, $"({{0}} * {matrix.Name})", RowsOf(depth - 1)).Using(matrix);
                case 14:
                    var (up, down) = (Parameter("Up", "Linear<D, N>"), Parameter("Down", "Linear<N, D>"));
                    return Expression.Of(Rows, $"({Curve(random, $"({{0}} * {up.Name})")} * {down.Name})", RowsOf(depth - 1)).Using(up, down);
                case 15:
                    return Expression.Of(Rows, $"{{0}}.Shift({1 + random.Next(4)})", RowsOf(depth - 1));
                case 16:
                    var convolution = Parameter("Conv", "CausalConvolution<D, T>");
                    return Expression.Of(Rows, $"{convolution.Name}.Apply({{0}})", RowsOf(depth - 1)).Using(convolution);
                case 17:
                    var norm = Parameter("Norm", "RmsNorm<D>");
                    return Expression.Of(Rows, $"{norm.Name}.Apply({{0}})", RowsOf(depth - 1)).Using(norm);
                case 18:
                    return Expression.Of(Rows, "{0}.LayerNorm({1}, {2})", RowsOf(depth - 1), VecOf(0), VecOf(0));
                case 19:
                    var mlp = Parameter("Mlp", "SwiGlu<D, N>");
                    return Expression.Of(Rows, $"{mlp.Name}.Apply({{0}})", RowsOf(depth - 1)).Using(mlp);
                default:
                    return Learn(depth - 1);
            }
        }

        /// <summary>A factor of a product of rows: what is bounded keeps products of products in range.</summary>
        private Expression Bounded(int depth) => random.Next(2) == 0 ? Expression.Of(Rows, "Tanh({0})", RowsOf(depth - 1)) : RowsOf(depth);

        private Expression Learn(int depth)
        {
            var inner = random.Next(2) == 0 ? "MA" : "MB";
            var batch = random.Next(2) == 0 ? "K" : "J";
            var memory = new Declared(Name("Memory"), "");
            memory = memory with { Declaration = $"[Key(\"{memory.Name.ToLowerInvariant()}\")] PerHead<H, {inner}>" };
            var turned = random.Next(3) == 0 ? $".RotatePairs<{batch}>(10000.0)" : "";
            return Expression.Of(Rows, $"{memory.Name}.Learn({{0}}.Heads<H, F>(){turned}, {{1}}.Heads<H, F>(){turned}, {{2}}.Heads<H, F>(), {{3}}, {{4}}).Join<D>()",
                Keyed(depth), Keyed(depth), Keyed(depth), RatesOf(), TokenRates(batch)).Using(memory);
        }

        private Expression Attend(int depth)
        {
            var (keys, values) = (Parameter("Keys", "Linear<D, W>"), Parameter("Values", "Linear<D, W>"));
            var turned = random.Next(5) switch { 0 => ".RotateHalves(10000.0)", 1 => ".RotatePairs(500.0)", 2 => ".RotateHalves(500.0, 3.0, 1.0, 4.0, 20.0)", _ => "" };
            var sinks = Parameter("Sinks", "Vec<H>");
            var hasSinks = random.Next(4) == 0;
            var window = (hasSinks ? $", {sinks.Name}" : "") + (random.Next(2) == 0 ? "" : $", window: {1 + random.Next(20)}") + random.Next(6) switch { 0 => ", scale: 0.3", 1 => ", cap: 1.5", 2 => ", scale: 2.0 / F.Size, cap: 0.8", _ => "" };
            var (queryNorm, keyNorm) = (Parameter("QueryNorm", "Vec<F>"), Parameter("KeyNorm", "Vec<F>"));
            var hasNorms = random.Next(3) == 0;
            string Normal(Declared norm) => hasNorms ? $".RmsNorm({norm.Name}, 0.01)" : "";
            var attended = Expression.Of(Rows, $"{{0}}.Heads<H, F>(){Normal(queryNorm)}{turned}.Attend(({{1}} * {keys.Name}).Heads<G, F>(){Normal(keyNorm)}{turned}, ({{2}} * {values.Name}).Heads<G, F>(){window}).Join<D>()",
                Keyed(depth), Keyed(depth), RowsOf(depth - 1)).Using(keys, values);
            if (hasSinks) attended = attended.Using(sinks);
            return hasNorms ? attended.Using(queryNorm, keyNorm) : attended;
        }

        private Expression Keyed(int depth) => random.Next(3) == 0 ? RowsOf(depth - 1) : Expression.Of(Rows, "{0}.LayerNorm({1}, {2})", RowsOf(depth - 1), VecOf(0), VecOf(0));

        private Expression RatesOf()
        {
            var (matrix, bias) = (Parameter("R", "Linear<D, H>"), Parameter("Bias", "Vec<H>"));
            return random.Next(5) switch
            {
                0 => Expression.Of(Rates, $"(0.2 / F.Size * Sigmoid({{0}} * {matrix.Name}))", RowsOf(1)).Using(matrix),
                1 => Expression.Of(Rates, $"(0.1 * Softplus({{0}} * {matrix.Name} + {bias.Name}))", RowsOf(1)).Using(matrix, bias),
                2 => Expression.Of(Rates, $"(0.0 * ({{0}} * {matrix.Name}) + {bias.Name})", Leaf(Rows, "x")).Using(matrix, bias),
                3 => Expression.Of(Rates, $"(0.2 * Sigmoid((x * {matrix.Name}).Shift(1)))").Using(matrix),
                _ => Expression.Of(Rates, $"(0.15 * Sigmoid(x * {matrix.Name}))").Using(matrix),
            };
        }

        private Expression TokenRates(string batch)
        {
            var places = Parameter("Places", $"Vec<{batch}>");
            return random.Next(4) switch
            {
                0 => Leaf("tok:" + batch, $"Harmonic<{batch}>()"),
                1 => Expression.Of("tok:" + batch, $"Softplus({places.Name})").Using(places),
                2 => Expression.Of("tok:" + batch, $"(0.5 * Harmonic<{batch}>() * Sigmoid({places.Name}))").Using(places),
                _ => Expression.Of("tok:" + batch, $"Softplus(Harmonic<{batch}>() + {places.Name})").Using(places),
            };
        }

        private Expression VecOf(int depth)
        {
            if (depth <= 0)
            {
                if (random.Next(4) == 0 && LocalOf(Vec) is { } local) return local;
                var vector = Parameter("A", "Vec<D>");
                return Leaf(Vec, vector.Name).Using(vector);
            }
            return random.Next(7) switch
            {
                0 => Expression.Of(Vec, "({0} + {1})", VecOf(depth - 1), VecOf(depth - 1)),
                1 => Expression.Of(Vec, "({0} * {1})", VecOf(depth - 1), VecOf(depth - 1)),
                2 => Expression.Of(Vec, Curve(random, "{0}"), VecOf(depth - 1)),
                3 => Expression.Of(Vec, "({0}.Dot({1}) * {2})", VecOf(depth - 1), VecOf(depth - 1), VecOf(depth - 1)),
                4 => Expression.Of(Vec, "{0}.LayerNorm({1}, {2})", VecOf(depth - 1), VecOf(0), VecOf(0)),
                5 => Expression.Of(Vec, $"({Number()} * {{0}})", VecOf(depth - 1)),
                _ => VecOf(0),
            };
        }
    }
}
