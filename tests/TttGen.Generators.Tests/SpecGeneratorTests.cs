namespace TttGen.Generators.Tests;

public sealed class SpecGeneratorTests
{
    /// <summary>A memory with every attribute that a weight can have.</summary>
    private const string Memory = """
        namespace App.Memories;

        /// <summary>A memory.</summary>
        /// <typeparam name="F">Features.</typeparam>
        /// <param name="W1">Fast.</param>
        /// <param name="B1">Fast.</param>
        /// <param name="Scale">Slow.</param>
        /// <param name="Shift">Slow, one for all heads.</param>
        [InnerModel, Config("ttt_layer_type", "linear")]
        public readonly partial record struct LinearMemory<F>(
            Mat<F, F> W1, [Key("b1", UnitAxis = 1)] Vec<F> B1,
            [Slow] Vec<F> Scale, [Slow, Shared] Vec<F> Shift)
            : IInnerModel<LinearMemory<F>, F> where F : IDim
        {
            /// <inheritdoc/>
            public Vec<F> Predict(Vec<F> x) => x + (x * W1 + B1).LayerNorm(Scale, Shift);

            /// <inheritdoc/>
            public Scalar Loss(Vec<F> key, Vec<F> value) => 0.5f * SquaredNorm(Predict(key) - value);
        }
        """;

    /// <summary>Layers and a model with every type that a parameter can have.</summary>
    private const string Model = """
        namespace App
        {
            [Dim(32)] public readonly partial struct Vocab : IDim;
            [Dim(8)] public readonly partial struct Width : IDim;
            [Dim(2)] public readonly partial struct Heads : IDim;
            [Dim(4)] public readonly partial struct HeadDim : IDim;
            [Dim(16)] public readonly partial struct MiniBatch : IDim;
            [Dim(3)] public readonly partial struct Depth : IDim;

            [InnerModel]
            public readonly partial record struct DeltaMemory<F>(Mat<F, F> W) : IInnerModel<DeltaMemory<F>, F> where F : IDim
            {
                public Vec<F> Predict(Vec<F> x) => x * W;
                public Scalar Loss(Vec<F> key, Vec<F> value) => 0.5 * SquaredNorm(Predict(key) - value);
            }

            [Layer]
            public sealed partial record class Norm<[Config("hidden_size")] D>(Vec<D> Weight, [Config("rms_norm_eps", 1e-6)] double Epsilon) where D : IDim
            {
                public Seq<D> Apply(Seq<D> x) => x.RmsNorm(Weight, Epsilon);
            }

            [Layer, Config("use_gate", false)]
            internal partial record struct Block(
                Norm<Width> Norm, Linear<Width, Heads> Rate, [Key("o", UnitAxis = 0)] Linear<Width, Width> OProj, Vec<MiniBatch> TokenIdx,
                [Key("")] PerHead<Heads, DeltaMemory<HeadDim>> Memory, [Config("ttt_base_lr", 1)] double BaseRate) : ILayer<Block, Width>
            {
                public Seq<Width> Apply(Seq<Width> x)
                {
                    var heads = Norm.Apply(x).Heads<Heads, HeadDim>().RotatePairs<MiniBatch>(theta: 1e4);
                    var answer = Memory.Learn(heads, heads, value: heads, rate: BaseRate * Sigmoid(x * Rate), tokenRate: Relu(Harmonic<MiniBatch>() + TokenIdx));
                    x += answer.Join<Width>() * OProj;
                    return x;
                }
            }

            [Model]
            internal sealed partial record class Tiny(Embedding<Vocab, Width> EmbedTokens, Stack<Depth, Block, Width> Layers, Norm<Width> Norm, LmHead<Width, Vocab> Head)
            {
                public Logits<Vocab> Apply(Tokens tokens) => Head.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
            }
        }
        """;

    /// <summary>A model that says nothing of its own.</summary>
    private const string OnePart = """
        using TttGen.Layers;

        namespace App;

        [Dim(32)] public readonly partial struct Vocab : IDim;
        [Dim(8)] public readonly partial struct Width : IDim;
        [Dim(12)] public readonly partial struct Hidden : IDim;
        [Dim(3)] public readonly partial struct Depth : IDim;

        /// <summary>A model.</summary>
        /// <param name="class">All of it.</param>
        [Model]
        public sealed partial record class Whole([Key("")] CausalLm<Vocab, Width, Depth, SwiGlu<Width, Hidden>> @class);
        """;

    private const string Nested = """
        namespace App;

        [Dim(2)] public readonly partial struct Two : IDim;

        public partial class Outer<T> where T : IDim
        {
            protected partial record struct Middle
            {
                [Layer]
                public partial record struct Inner<D>(Vec<D> A, Vec<T> B, Vec<Two> C) where D : IDim
                {
                    public Seq<D> Apply(Seq<D> x) => x * A;
                }
            }
        }
        """;

    [Fact]
    public Task An_inner_model_gets_its_bind_and_its_text() => Verifier.Verify(Compilations.Run(Memory));

    [Fact]
    public Task Layers_and_models_get_their_bind_and_their_text() => Verifier.Verify(Compilations.Driver(new SpecGenerator()).RunGenerators(Compilations.Of(Model)));

    [Fact]
    public Task A_model_of_one_part_gets_that_parts_apply() => Verifier.Verify(Compilations.Driver(new SpecGenerator()).RunGenerators(Compilations.Of(OnePart)));

    [Fact]
    public Task A_spec_may_stand_inside_generic_types() => Verifier.Verify(Compilations.Driver(new SpecGenerator()).RunGenerators(Compilations.Of(Nested)));

    [Theory]
    [InlineData(Memory)]
    [InlineData(Model)]
    [InlineData(OnePart)]
    [InlineData(Nested)]
    public void What_is_generated_for_specs_compiles_without_warnings(string source) =>
        Assert.Empty(Compilations.Complaints(Compilations.Of(source)));

    [Theory]
    [InlineData(Memory)]
    [InlineData(Model)]
    [InlineData(OnePart)]
    [InlineData(Nested)]
    public async Task The_analyzer_has_nothing_to_say_of_them(string source) => Assert.Empty(await Compilations.Analyze(Compilations.Of(source)));

    [Fact]
    public void A_documented_public_spec_has_no_undocumented_generated_member() =>
        Assert.Empty(Compilations.Complaints(Compilations.Documented(Memory)));

    [Fact]
    public void Specs_of_one_name_and_different_arity_do_not_clash()
    {
        const string source = """
            [Dim(2)] readonly partial struct Two : IDim;
            [Layer] readonly partial record struct Same(Vec<Two> A) { public Seq<Two> Apply(Seq<Two> x) => x * A; }
            [Layer] readonly partial record struct Same<D>(Vec<D> A) where D : IDim { public Seq<D> Apply(Seq<D> x) => x * A; }
            """;
        Assert.Empty(Compilations.Complaints(Compilations.Of(source)));
    }

    /// <summary>All files but those that hold the record's own text, for the CPU, for a device and for training.</summary>
    [Fact]
    public void A_model_of_one_part_is_the_code_of_the_model_written_out()
    {
        const string around = """
            using TttGen.InnerModels;
            using TttGen.Layers;
            namespace App;
            [Dim(32)] public readonly partial struct Vocab : IDim;
            [Dim(8)] public readonly partial struct Width : IDim;
            [Dim(2)] public readonly partial struct Heads : IDim;
            [Dim(4)] public readonly partial struct HeadDim : IDim;
            [Dim(12)] public readonly partial struct Hidden : IDim;
            [Dim(5)] public readonly partial struct MiniBatch : IDim;
            [Dim(3)] public readonly partial struct Depth : IDim;
            """;
        const string block = "TransformerBlock<Width, Heads, HeadDim, MiniBatch, Hidden, LinearMemory<HeadDim>>";
        var part = Files($"[Model(Trainable = true)] public partial record class Lm([Key(\"\")] CausalLm<Vocab, Width, Depth, {block}> Whole);");
        Assert.Equal(part, Files($$"""
            [Model(Trainable = true)] public partial record class Lm(Embedding<Vocab, Width> EmbedTokens, Stack<Depth, {{block}}, Width> Layers, RmsNorm<Width> Norm)
            {
                public Logits<Vocab> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
            }
            """));
        Assert.Contains("App.Lm.Kernels.g.cs", part.Keys);

        static Dictionary<string, string> Files(string model) => Compilations.DriverForKernels().RunGenerators(Compilations.Of(around + "\n" + model, Compilations.ForKernels)).GetRunResult()
            .Results.SelectMany(r => r.GeneratedSources).Where(f => !f.HintName.EndsWith("Bind.g.cs", StringComparison.Ordinal) && !f.HintName.EndsWith("Lowered.g.cs", StringComparison.Ordinal))
            .ToDictionary(f => f.HintName, f => f.SourceText.ToString());
    }
}
