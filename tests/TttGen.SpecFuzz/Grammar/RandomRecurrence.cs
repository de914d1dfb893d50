using static TttGen.SpecFuzz.Grammar.Expression;

namespace TttGen.SpecFuzz.Grammar;

/// <summary>A random recurrence in a layer: each part after a token, and what is read of them, by any functions; inputs of every kind.</summary>
internal sealed record RandomRecurrence(int Seed, IReadOnlyList<Expression> After, Expression Answer, IReadOnlyList<RandomRecurrence.Given> Inputs, RandomRecurrence.Sizes Dims, bool Stacked) : RandomSpec(Seed)
{
    /// <summary>Sizes of the dimensions; one place: a recurrence of channels alone.</summary>
    internal sealed record Sizes(int Width, int Places, int Vocab);

    /// <summary>What the layer gives: a parameter of the record, and how it stands in the call. Those that are read belong to Read, the others to Step.</summary>
    internal sealed record Given(string Name, string Declaration, string Argument, bool IsRead);

    private const string Number = "number";

    private static readonly string[] Names = ["A", "B", "C"];

    public static RandomRecurrence Draw(int seed) => new Draws(new Random(seed)).Recurrence(seed);

    public override int Size => After.Append(Answer).Sum(e => e.Size) + Inputs.Count + (Stacked ? 1 : 0);

    public override IEnumerable<RandomSpec> Lesser()
    {
        if (Stacked) yield return this with { Stacked = false };
        for (var q = 0; q < After.Count; q++)
            foreach (var lesser in After[q].Lesser(_ => Leaf(Number, "value")))
                yield return this with { After = [.. After.Take(q), lesser, .. After.Skip(q + 1)] };
        foreach (var lesser in Answer.Lesser(_ => Leaf(Number, "A"))) yield return this with { Answer = lesser };
    }

    public override string Source
    {
        get
        {
            var step = string.Concat(Inputs.Where(i => !i.IsRead).Select(i => ", Scalar " + i.Name));
            var read = string.Join(", ", Inputs.Where(i => i.IsRead).Select(i => "Scalar " + i.Name));
            var parameters = string.Concat(Inputs.Where(i => i.Declaration.Length > 0).Select(i => ", " + i.Declaration));
            var type = "Recurrent<Width, Places>";
            return $$"""
                [Dim({{Dims.Width}})] public readonly partial struct Width : IDim;
                [Dim({{Dims.Places}})] public readonly partial struct Places : IDim;
                [Dim({{Dims.Vocab}})] public readonly partial struct Vocab : IDim;
                [Dim(2)] public readonly partial struct Depth : IDim;
                [Recurrence]
                public readonly partial record struct Rule({{string.Join(", ", After.Select((_, q) => "Scalar " + Names[q]))}}) : IRecurrence<Rule>
                {
                    public Rule Step(Scalar value{{step}}) => new({{string.Join(", ", After)}});
                    public Scalar Read({{read}}) => {{Answer}};
                }
                [Layer]
                public readonly partial record struct Recurrent<D, N>(RmsNorm<D> Norm, Linear<D, D> O{{parameters}}) : ILayer<Recurrent<D, N>, D> where D : IDim where N : IDim
                {
                    public Seq<D> Apply(Seq<D> x)
                    {
                        var rows = Norm.Apply(x);
                        return x + rows.Scan<Rule{{(Dims.Places > 1 ? ", N" : "")}}>({{string.Join(", ", Inputs.OrderBy(i => i.IsRead).Select(i => i.Argument))}}) * O;
                    }
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
    private sealed class Draws(Random random)
    {
        private readonly List<Given> _inputs = [];
        private int _parts;

        public RandomRecurrence Recurrence(int seed)
        {
            int[] widths = [3, 8, 12, 16, 20, 33];
            var dims = new Sizes(widths[random.Next(widths.Length)], random.Next(3) == 0 ? 1 : 2 + random.Next(6), 7 + random.Next(20));
            // a size of both would be told by a name alone
            if (dims.Places == dims.Width) dims = dims with { Places = 1 };
            _parts = 1 + random.Next(3);
            var count = random.Next(5);
            for (var k = 0; k < count; k++) _inputs.Add(Input(k, dims.Places));
            // what grows by itself shows nothing: a part keeps less than all of itself, and gets what is bounded
            List<Expression> after = [];
            for (var q = 0; q < _parts; q++)
                after.Add(random.Next(6) == 0 ? Leaf(Number, random.Next(2) == 0 ? "value" : Names[random.Next(_parts)])
                    : Expression.Of(Number, $"({{0}} * {Names[random.Next(4) == 0 ? random.Next(_parts) : q]} + 0.5 * Tanh({{1}}))", Kept(), Any(3, isRead: false)));
            return new(seed, after, Any(2, isRead: true), _inputs, dims, random.Next(2) == 0);
        }

        private Given Input(int k, int places)
        {
            var (name, isRead) = ($"u{k}", random.Next(3) == 0);
            return random.Next(places > 1 ? 7 : 5) switch
            {
                0 => new(name, $"Vec<D> V{k}", $"V{k}", isRead),
                1 => new(name, "", random.Next(2) == 0 ? "0.3" : "-1.25", isRead),
                2 => new(name, $"[Config(\"number_{k}\", 0.6)] double Number{k}", $"Number{k}", isRead),
                3 or 4 => new(name, $"Linear<D, D> W{k}", random.Next(2) == 0 ? $"rows * W{k}" : $"Sigmoid(rows * W{k})", isRead),
                5 => new(name, $"Mat<D, N> M{k}", $"M{k}", isRead),
                _ => new(name, $"Linear<D, N> P{k}", $"rows * P{k}", isRead),
            };
        }

        private Expression Kept() => random.Next(4) switch
        {
            0 => Leaf(Number, "0.8"),
            1 => Expression.Of(Number, "Sigmoid({0})", Any(1, isRead: false)),
            2 => Expression.Of(Number, "Exp(-Softplus({0}))", Any(1, isRead: false)),
            _ => Expression.Of(Number, "(1 / (1.2 + Square({0})))", Any(1, isRead: false)),
        };

        private Expression Any(int depth, bool isRead)
        {
            if (depth == 0 || random.Next(6) == 0) return Leaf(Number, Read(isRead));
            return random.Next(8) switch
            {
                0 or 1 => Expression.Of(Number, "({0} + {1})", Any(depth - 1, isRead), Any(depth - 1, isRead)),
                2 => Expression.Of(Number, "({0} - {1})", Any(depth - 1, isRead), Any(depth - 1, isRead)),
                3 or 4 => Expression.Of(Number, "({0} * {1})", Any(depth - 1, isRead), Any(depth - 1, isRead)),
                5 => Expression.Of(Number, "(-{0})", Any(depth - 1, isRead)),
                6 => Expression.Of(Number, "(0.7 * {0})", Any(depth - 1, isRead)),
                _ => Expression.Of(Number, CurveOfNumbers("{0}"), Any(depth - 1, isRead)),
            };
        }

        private string CurveOfNumbers(string of)
        {
            while (true)
                if (Curve(random, of) is var curve && !curve.StartsWith("L2Norm", StringComparison.Ordinal)) return curve;
        }

        private string Read(bool isRead)
        {
            string[] all = [.. Names.Take(_parts), .. isRead ? [] : new[] { "value" }, .. _inputs.Where(i => i.IsRead == isRead).Select(i => i.Name)];
            return all[random.Next(all.Length)];
        }
    }
}
