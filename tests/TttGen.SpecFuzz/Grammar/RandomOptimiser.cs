using static TttGen.SpecFuzz.Grammar.Expression;

namespace TttGen.SpecFuzz.Grammar;

/// <summary>A random inner optimiser that moves a random inner model: each part after a token, and after a mini-batch, as a linear expression of the parts.</summary>
internal sealed record RandomOptimiser(int Seed, RandomMemory Memory, IReadOnlyList<Expression> After, IReadOnlyList<Expression> Closed, int Inputs) : RandomSpec(Seed)
{
    private const string Linear = "linear", Share = "share";

    private static readonly string[] Names = ["W", "S", "R"], Given = ["a", "b", "c"];

    public static RandomOptimiser Draw(int seed) => new Draws(new Random(seed)).Optimiser(seed);

    public override int Size => Memory.Size + After.Concat(Closed).Sum(e => e.Size);

    public override IEnumerable<RandomSpec> Lesser()
    {
        if (Closed.Count > 0) yield return this with { Closed = [] };
        for (var q = 0; q < After.Count; q++)
            foreach (var lesser in After[q].Lesser(type => Leaf(type, type == Share ? "0.5" : "0.1 * W")))
                yield return this with { After = [.. After.Take(q), lesser, .. After.Skip(q + 1)] };
        foreach (var lesser in Memory.Lesser()) yield return this with { Memory = (RandomMemory)lesser };
    }

    public override string Source
    {
        get
        {
            var gates = Enumerable.Range(0, Inputs).ToList();
            var close = Closed.Count == 0 ? "" : $"\n    public Rule Close() => new({string.Join(", ", Closed)});";
            return $$"""
                {{Memory.Declarations}}
                [InnerOptimiser]
                public readonly partial record struct Rule({{string.Join(", ", After.Select((_, q) => "Scalar " + Names[q]))}}) : IInnerOptimiser<Rule>
                {
                    public Rule Step(Scalar gradient, {{string.Join(", ", gates.Select(k => "Scalar " + Given[k]))}}) => new({{string.Join(", ", After)}});{{close}}
                }
                [Layer]
                public readonly partial record struct Moved<D, H, F, K, M>(Linear<D, D> Q, Linear<D, D> Key, Linear<D, D> Value, Linear<D, D> O, PerHead<H, M> Memory,
                    {{string.Join(", ", gates.Select(k => $"Linear<D, H> Gate{k}, Vec<H> Bias{k}"))}})
                    : ILayer<Moved<D, H, F, K, M>, D> where D : IDim where H : IDim where F : IDim where K : IDim where M : IInnerModel<M, F>
                {
                    public Seq<D> Apply(Seq<D> x) => x + Memory.Learn<F, K, Rule>((x * Q).Heads<H, F>(), (x * Key).Heads<H, F>(), (x * Value).Heads<H, F>(),
                        {{string.Join(", ", gates.Select(k => $"{(k == 0 ? "0.1 * " : "")}Sigmoid(x * Gate{k} + Bias{k})"))}}).Join<D>() * O;
                }
                [Model(Trainable = true)]
                public sealed partial record class Lm(Embedding<Vocab, Width> EmbedTokens, Stack<Depth, Moved<Width, Heads, Feature, MiniBatch, Memory<Feature, Hidden>>, Width> Layers, RmsNorm<Width> Norm)
                {
                    public Logits<Vocab> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
                }
                """;
        }
    }

    /// <summary>The grammar, drawn from.</summary>
    private sealed class Draws(Random random)
    {
        private int _parts, _inputs;

        public RandomOptimiser Optimiser(int seed)
        {
            (_parts, _inputs) = (1 + random.Next(3), 1 + random.Next(3));
            // the weight keeps most of itself, and parts shrink: what grows by itself shows nothing
            List<Expression> after = [Expression.Of(Linear, "{0} * W - {1} * gradient + 0.2 * {2}", Kept(), Rate(), Sum(2, least: 1))];
            for (var q = 1; q < _parts; q++) after.Add(Expression.Of(Linear, $"0.6 * ({{0}} * {Names[q]} + {{1}} * gradient) + 0.2 * {{2}}", Coefficient(2), Rate(), Sum(2)));
            IReadOnlyList<Expression> closed = random.Next(3) > 0 ? [] : [Leaf(Linear, "W"), .. Enumerable.Range(1, _parts - 1).Select(_ => random.Next(3) == 0 ? Leaf(Linear, "0") : Constant())];
            return new(seed, RandomMemory.Draw(seed), after, closed, _inputs);
        }

        private Expression Kept() => random.Next(3) switch
        {
            0 => Leaf(Share, "1"),
            1 => Leaf(Share, $"(1 - 0.3 * {Input()})"),
            _ => Leaf(Share, "0.9"),
        };

        private Expression Rate() => random.Next(3) switch
        {
            0 => Leaf(Share, "a"),
            1 => Leaf(Share, $"(a * {Input()})"),
            _ => Leaf(Share, "(0.5 * a)"),
        };

        private Expression Coefficient(int depth) => depth == 0 ? Leaf(Share, Input()) : random.Next(6) switch
        {
            0 => Expression.Of(Share, "({0} * {1})", Coefficient(depth - 1), Coefficient(depth - 1)),
            1 => Expression.Of(Share, "(1 - {0})", Coefficient(depth - 1)),
            2 => Leaf(Share, "0.7"),
            3 => Expression.Of(Share, "(0.5 * {0} + 0.2)", Coefficient(depth - 1)),
            _ => Leaf(Share, Input()),
        };

        /// <param name="depth">Of the expression.</param>
        /// <param name="least">Parts before this one have no share in it.</param>
        private Expression Sum(int depth, int least = 0) => depth == 0 ? Leaf(Linear, Part(least)) : random.Next(5) switch
        {
            0 => Expression.Of(Linear, "({0} + {1})", Sum(depth - 1, least), Sum(depth - 1, least)),
            1 => Expression.Of(Linear, "({0} - {1})", Sum(depth - 1, least), Sum(depth - 1, least)),
            2 => Expression.Of(Linear, "(-{0})", Sum(depth - 1, least)),
            _ => Expression.Of(Linear, "({0} * {1})", Coefficient(1), Sum(depth - 1, least)),
        };

        private string Part(int least) => random.Next(4) == 0 || random.Next(_parts) is var part && part < least ? "(0.1 * gradient)" : Names[part];

        private Expression Constant() => Expression.Of(Linear, $"(0.5 * {{0}} - 0.1 * {Names[random.Next(_parts)]})", Leaf(Linear, Names[random.Next(_parts)]));

        private string Input() => Given[random.Next(_inputs)];
    }
}
