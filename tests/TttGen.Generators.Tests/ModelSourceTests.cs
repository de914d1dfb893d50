using Microsoft.CodeAnalysis;
using TttGen.Compiler;
using TttGen.Compiler.Language;

namespace TttGen.Generators.Tests;

/// <summary>What the compiler is given: everything that a model reaches, as text and sizes.</summary>
public sealed class ModelSourceTests
{
    [Fact]
    public void A_model_brings_every_spec_and_dimension_that_it_reaches_and_no_other()
    {
        var source = SourceOf(Compilations.Of(Samples.Library + "\n" + Samples.Model));
        Assert.Equal(("App", "Tiny", "public", "public partial record class Tiny"), (source.Namespace, source.Name, source.Accessibility, source.Declaration));
        Assert.Equal("App.Tiny", SpecText.Read(source.Root).Name);
        Assert.Equal(["Package.Narrow", "Package.Norm"], source.Specs.Select(s => SpecText.Read(s).Name));
        Assert.Equal([new("App.Depth", 3), new("App.Vocab", 32), new("App.Width", 8), new("Package.Sizes.Inner", 5)], source.Dimensions);
    }

    [Fact]
    public void A_model_is_trainable_where_it_says_so()
    {
        Assert.False(SourceOf(Compilations.Of(Samples.Library + "\n" + Samples.Model)).IsTrainable);
        Assert.True(SourceOf(Compilations.Of(Samples.Library + "\n" + Samples.Model.Replace("[Model]", "[Model(Trainable = true)]"))).IsTrainable);
    }

    [Fact]
    public void Specs_of_a_referenced_assembly_are_as_good_as_own_ones()
    {
        var together = SourceOf(Compilations.Of(Samples.Library + "\n" + Samples.Model));
        var apart = SourceOf(Compilations.Of(Samples.Model, Compilations.Library("Package", Samples.Library)));
        Assert.Equal(together, apart);
    }

    /// <summary>An editor references projects as source.</summary>
    [Fact]
    public void Specs_of_a_referenced_project_are_as_good_as_those_of_its_assembly()
    {
        var library = Compilations.Generated(Compilations.Of("Package", Samples.Library, [])).ToMetadataReference();
        Assert.Equal(SourceOf(Compilations.Of(Samples.Library + "\n" + Samples.Model)), SourceOf(Compilations.Of(Samples.Model, library)));
    }

    [Fact]
    public async Task The_analyzer_agrees_with_specs_of_a_referenced_assembly() =>
        Assert.Empty(await Compilations.Analyze(Compilations.Of(Samples.Model, Compilations.Library("Package", Samples.Library))));

    [Fact]
    public void A_memory_that_only_a_type_argument_names_is_reached()
    {
        const string source = """
            [Dim(2)] public readonly partial struct Heads : IDim;
            [Dim(4)] public readonly partial struct Feature : IDim;
            [Dim(9)] public readonly partial struct Period : IDim;

            [Layer]
            public readonly partial record struct Rotation<H, F>(Vec<H> Unused) where H : IDim where F : IDim
            {
                public Seq<Feature> Apply(Seq<Feature> x) => x.Heads<H, F>().RotatePairs<Period>(1e4).Join<Feature>();
            }

            [Layer]
            public readonly partial record struct Holder<T>([Key("")] T Inner, Vec<Feature> W) where T : ISpec<T>
            {
                public Seq<Feature> Apply(Seq<Feature> x) => x * W;
            }

            public static partial class Models
            {
                [Model]
                internal partial record struct Small(Embedding<Heads, Feature> Embed, Holder<Rotation<Heads, Feature>> Layer)
                {
                    public Logits<Heads> Apply(Tokens tokens) => Embed.Logits(Layer.Apply(Embed.Lookup(tokens)));
                }
            }
            """;
        var model = SourceOf(Compilations.Generated(Compilations.Of(source)));
        Assert.Equal(["Holder", "Rotation"], model.Specs.Select(s => SpecText.Read(s).Name));
        Assert.Equal(["Feature", "Heads", "Period"], model.Dimensions.Select(d => d.Name));
        Assert.Equal(["partial class Models"], model.ContainingTypes);
        Assert.Equal("internal partial record struct Small", model.Declaration);
    }

    [Fact]
    public async Task A_referenced_spec_without_text_is_an_error_on_the_model()
    {
        var library = Compilations.Plain("Package", WithoutGenerators);
        await Rejects("TTT040", "'Bare' of 'Package' carries no compiled text: build that project with TttGen's generators (it must import them as analyzers) and without errors", library);
    }

    [Fact]
    public async Task A_referenced_spec_of_another_version_is_an_error_on_the_model()
    {
        var library = Compilations.Plain("Package", WithoutGenerators.Replace("[Layer]", "[Layer, Lowered(\"tttgen-spec 0\\n\")]"));
        await Rejects("TTT041", "'Bare' of 'Package' was compiled by another version of TttGen: expected a text that starts with 'tttgen-spec 1', found 'tttgen-spec 0': build its assembly with this version of TttGen", library);
    }

    [Fact]
    public async Task A_referenced_spec_whose_parts_are_out_of_reach_is_an_error_on_the_model()
    {
        var text = "tttgen-spec 1\\nlayer Package.Bare\\nparameter W: TttGen.Vec<Elsewhere.Size> key \\\"w\\\"\\n";
        var library = Compilations.Plain("Package", WithoutGenerators.Replace("[Layer]", $"[Layer, Lowered(\"{text}\")]"));
        await Rejects("TTT042", "'Elsewhere.Size', which 'Package.Bare' names, is neither a spec nor a dimension that this compilation can see: reference its assembly", library);
    }

    [Fact]
    public async Task A_spec_that_contains_itself_is_an_error_on_the_model()
    {
        const string source = """
            [Layer] public partial record class Left(Right Next) { public Seq<Width> Apply(Seq<Width> x) => Next.Apply(x); }
            [Layer] public partial record class Right(Left Next) { public Seq<Width> Apply(Seq<Width> x) => Next.Apply(x); }
            """;
        var diagnostic = Assert.Single(await Compilations.Analyze(Compilations.Of(source + User.Replace("Package.Bare", "Left"))));
        Assert.Equal("TTT043", diagnostic.Id);
        Assert.Equal("'Left' contains itself (Left → Right → Left): it would have no end; repeat layers with Stack<Depth, Block, Width>", diagnostic.GetMessage());
    }

    [Fact]
    public async Task A_project_that_forbids_unsafe_code_is_told_so_once()
    {
        var compilation = Compilations.Of(Samples.Library + "\n" + Samples.Model);
        var diagnostic = Assert.Single(await Compilations.Analyze(compilation.WithOptions(compilation.Options.WithAllowUnsafe(false))));
        Assert.Equal("TTT044", diagnostic.Id);
    }

    [Fact]
    public void A_model_whose_layer_is_outside_the_language_is_not_compiled()
    {
        var result = Compilations.Run(Samples.Library.Replace("x.RmsNorm(Weight, Epsilon)", "x.Rows > 3 ? x : x.RmsNorm(Weight, Epsilon)") + "\n" + Samples.Model).GetRunResult();
        Assert.DoesNotContain(result.GeneratedTrees, t => t.FilePath.Contains("ModelGenerator"));
        Assert.Empty(result.Diagnostics);
    }

    private const string WithoutGenerators = """
        namespace Package
        {
            public readonly struct Size : IDim { static int IDim.Size => 4; }
            [Layer] public readonly record struct Bare(double W) : ISpec<Bare>
            {
                public Seq<D> Apply<D>(Seq<D> x) where D : IDim => x;
                public static Bare Bind(IParameterBinder binder) => default;
            }
        }
        """;

    private const string User = """

        [Dim(8)] public readonly partial struct Width : IDim;
        [Model]
        public partial record class Tiny(Embedding<Width, Width> Embed, Package.Bare Part)
        {
            public Logits<Width> Apply(Tokens tokens) => Embed.Logits(Part.Apply(Embed.Lookup(tokens)));
        }
        """;

    private static async Task Rejects(string id, string message, MetadataReference library)
    {
        var compilation = Compilations.Of(User, library);
        var diagnostic = Assert.Single(await Compilations.Analyze(compilation));
        Assert.Equal((id, message), (diagnostic.Id, diagnostic.GetMessage()));
        Assert.Equal("Tiny", diagnostic.Location.SourceTree!.ToString().Substring(diagnostic.Location.SourceSpan.Start, diagnostic.Location.SourceSpan.Length));
    }

    private static ModelSource SourceOf(Compilation compilation)
    {
        ModelSource? source = null;
        Compilations.Driver(new ModelGenerator(model =>
        {
            source = model;
            return new([], []);
        })).RunGenerators(compilation);
        return Assert.IsType<ModelSource>(source);
    }
}
