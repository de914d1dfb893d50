using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using TttGen.SpecFuzz.Checking;
using TttGen.SpecFuzz.Grammar;

namespace TttGen.SpecFuzz;

/// <summary>Every keyword, and every identifier that stands in generated code, as a parameter and as a local of a layer and of an inner model.</summary>
public sealed class NameTests
{
    // An inner model with a hundred weights takes minutes.
    private const int LayerParts = 8, MemoryParts = 24;

    /// <summary>What C# itself gives every record, the member that the generator gives it (TTT018), and what our template's methods are called.</summary>
    private static readonly HashSet<string> Impossible =
    [
        "_", "Apply", "Bind", "Clone", "Deconstruct", "EqualityContract", "Equals", "Finalize", "GetHashCode", "GetType", "Loss", "MemberwiseClone", "Predict", "PrintMembers", "ReferenceEquals",
        "ToString", "op_Equality", "op_Inequality",
    ];

    private static readonly string[] Unusual = ["größe", "变量", "Ωmega", "été", "ñ", "İ", "ı", "ſ", "x1", "__", "T0", "v128"];

    private static readonly Lazy<IReadOnlyList<string>> Names = new(() =>
        [.. Keywords().Concat(Generated()).Concat(Unusual).Where(n => !Impossible.Contains(n)).DistinctBy(Loose).Order(StringComparer.Ordinal)]);

    static NameTests() => CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;

    public static TheoryData<int> Layers => [.. Enumerable.Range(0, LayerParts)];

    /// <summary>A third of the names, or, with TTTGEN_SLOW_TESTS=1, all.</summary>
    public static TheoryData<int> Memories =>
        [.. Enumerable.Range(0, MemoryParts).Where(part => part % 3 == 0 || Environment.GetEnvironmentVariable("TTTGEN_SLOW_TESTS") == "1")];

    [Theory, MemberData(nameof(Layers))]
    public void Any_identifier_may_name_what_a_layer_has(int part) => Check($"""
        [Dim(6)] public readonly partial struct Width__ : IDim;
        [Dim(11)] public readonly partial struct Vocab__ : IDim;
        [Layer]
        public readonly partial record struct Layer__<D__>({Parameters(part, LayerParts, "D__")}) : ILayer<Layer__<D__>, D__> where D__ : IDim
        """ + $$"""
        {
            public Seq<D__> Apply(Seq<D__> rows__)
            {
        {{Locals(part, LayerParts, "rows__")}}
                return rows__ + 0.1 * ({{Sum(part, LayerParts)}});
            }
        }
        [Model(Trainable = true)]
        public sealed partial record class Lm__(Embedding<Vocab__, Width__> EmbedTokens, Layer__<Width__> Layer, RmsNorm<Width__> Norm)
        {
            public Logits<Vocab__> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layer.Apply(EmbedTokens.Lookup(tokens))));
        }
        """);

    [Theory, MemberData(nameof(Memories))]
    public void Any_identifier_may_name_what_an_inner_model_has(int part) => Check($"""
        [Dim(6)] public readonly partial struct Feature__ : IDim;
        [Dim(2)] public readonly partial struct Heads__ : IDim;
        [Dim(12)] public readonly partial struct Width__ : IDim;
        [Dim(3)] public readonly partial struct MiniBatch__ : IDim;
        [Dim(11)] public readonly partial struct Vocab__ : IDim;
        [InnerModel]
        public readonly partial record struct Memory__<F__>({Parameters(part, MemoryParts, "F__")}) : IInnerModel<Memory__<F__>, F__> where F__ : IDim
        """ + $$"""
        {
            public Vec<F__> Predict(Vec<F__> rows__)
            {
        {{Locals(part, MemoryParts, "rows__")}}
                return rows__ + 0.1 * ({{Sum(part, MemoryParts)}});
            }
            public Scalar Loss(Vec<F__> key__, Vec<F__> value__) => 0.5 * global::TttGen.Ops.SquaredNorm(Predict(key__) - value__);
        }
        [Model(Trainable = true)]
        public sealed partial record class Lm__(Embedding<Vocab__, Width__> EmbedTokens, TransformerBlock<Width__, Heads__, Feature__, MiniBatch__, Width__, Memory__<Feature__>> Layer, RmsNorm<Width__> Norm)
        {
            public Logits<Vocab__> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layer.Apply(EmbedTokens.Lookup(tokens))));
        }
        """);

    private static void Check(string source)
    {
        var outcome = Outcome.Of(SpecCase.Of("names", source));
        Assert.True(outcome.Verdict == Verdict.Right, outcome.Words);
    }

    private static string[] Part(int part, int of) => [.. Names.Value.Where((_, i) => i % of == part)];

    private static string Parameters(int part, int of, string dimension) => string.Join(", ", Part(part, of).Select(n => $"Vec<{dimension}> {Spelt(n)}"));

    // a local and the parameter that it is made of have names that differ: each name is both, in two of the specs
    private static string[] LocalNames(int part, int of) => Part((part + 1) % of, of);

    private static string Locals(int part, int of, string rows)
    {
        var (parameters, locals) = (Part(part, of), LocalNames(part, of));
        return string.Join("\n", locals.Select((local, i) => $"        var {Spelt(local)} = {rows} * {Spelt(parameters[i % parameters.Length])};"));
    }

    /// <summary>All locals, and what parameters no local is made of.</summary>
    private static string Sum(int part, int of)
    {
        var (parameters, locals) = (Part(part, of), LocalNames(part, of));
        return string.Join(" + ", locals.Select(Spelt).Concat(parameters.Skip(locals.Length).Select(p => $"rows__ * {Spelt(p)}")));
    }

    private static string Spelt(string name) => SyntaxFacts.GetKeywordKind(name) != SyntaxKind.None || SyntaxFacts.GetContextualKeywordKind(name) != SyntaxKind.None ? "@" + name : name;

    private static IEnumerable<string> Keywords() =>
        SyntaxFacts.GetReservedKeywordKinds().Concat(SyntaxFacts.GetContextualKeywordKinds()).Select(SyntaxFacts.GetText).Where(SyntaxFacts.IsValidIdentifier);

    /// <summary>Identifiers of the code that is generated for specs of all kinds, for the CPU and for a GPU.</summary>
    private static IEnumerable<string> Generated()
    {
        string[] sources = [RandomLayer.Draw(3).Source, RandomLayer.Draw(5).Source, RandomMemory.Draw(1).Source, RandomMemory.Draw(2).Source];
        return sources.SelectMany((source, i) => CompiledSpec.TextsOf(SpecCase.Of($"names {i}", source)))
            .SelectMany(text => CSharpSyntaxTree.ParseText(text).GetRoot().DescendantTokens()).Where(token => token.IsKind(SyntaxKind.IdentifierToken)).Select(token => token.ValueText);
    }

    /// <summary>Names that make one key in a checkpoint: two of them can't be in one record.</summary>
    private static string Loose(string name) => name.Replace("_", "", StringComparison.Ordinal).ToUpperInvariant();
}
