namespace TttGen.Generators.Tests;

/// <summary>What is wrong with a declaration is said on the very word, with what to write instead.</summary>
public sealed class DeclarationDiagnosticsTests
{
    /// <summary>Dimensions and a memory that the cases use.</summary>
    private const string Around = """

        [Dim(4)] readonly partial struct Width : IDim;
        readonly struct Unsized : IDim { public static int Size => 4; }
        """;

    [Theory]
    [InlineData("TTT001", "[Dim(4)] readonly struct [|A|] : IDim;", "'A' must be partial: the generator writes its other part")]
    [InlineData("TTT001", "class [|Outer|] { [Dim(4)] internal readonly partial struct A : IDim; }", "'Outer' must be partial: the generator writes its other part")]
    [InlineData("TTT001", "[Layer] readonly record struct [|A|](Vec<Width> W) { public Seq<Width> Apply(Seq<Width> x) => x * W; }", "'A' must be partial: the generator writes its other part")]
    [InlineData("TTT002", "[Layer] partial class [|A|] { public Seq<Width> Apply(Seq<Width> x) => x; }", "'A' must be a record whose weights stand in parentheses after its name: write 'readonly partial record struct A(…)'")]
    [InlineData("TTT002", "[Layer] partial record struct [|A|] { public Seq<Width> Apply(Seq<Width> x) => x; }", "'A' must be a record whose weights stand in parentheses after its name: write 'readonly partial record struct A(…)'")]
    [InlineData("TTT003", "[Dim(4)] readonly partial struct [|A|];", "'A' has [Dim] but not ': IDim'; a generator does not see its own output, so write ': IDim' here")]
    [InlineData("TTT004", "[Dim(0)] readonly partial struct [|A|] : IDim;", "[Dim(0)] on 'A': the size must be at least 1")]
    [InlineData("TTT005", "[Dim(4)] readonly partial struct [|A|]<T> : IDim;", "'A' must have no type parameters, and neither may the types around it: its name stands for one size")]
    [InlineData("TTT006", "[InnerModel] partial record struct [|A|]<F>(Mat<F, F> W) where F : IDim { public Vec<F> Predict(Vec<F> x) => x * W; public Scalar Loss(Vec<F> key, Vec<F> value) => Sum(Predict(key) - value); }",
        "'A' has [InnerModel] but does not implement IInnerModel: write ': IInnerModel<A<F>, F>' here, the second argument being the size of its keys")]
    [InlineData("TTT007", "[Layer] partial record struct [|A|](Vec<Width> W);", "'A' has no method 'Seq<D> Apply(Seq<D> x)', which a layer needs")]
    [InlineData("TTT007", "[Model] partial record struct A(Vec<Width> W) { public Seq<Width> [|Apply|](Seq<Width> x) => x * W; }", "'A' has no method 'Logits<V> Apply(Tokens tokens)', which a model needs")]
    [InlineData("TTT007", "[Model] partial record struct [|A|](TttGen.Layers.RmsNorm<Width> Norm);", "'A' has no method 'Logits<V> Apply(Tokens tokens)', which a model needs")]
    [InlineData("TTT007", "[Model] partial record struct [|A|](TttGen.Layers.RmsNorm<Width> Norm, Vec<Width> W);", "'A' has no method 'Logits<V> Apply(Tokens tokens)', which a model needs")]
    [InlineData("TTT045", "[Recurrence] partial record struct [|A|](Scalar S) { public A Step(Scalar value) => new(value); public Scalar Read() => S; }",
        "'A' has [Recurrence] but does not implement IRecurrence: write ': IRecurrence<A>' here")]
    [InlineData("TTT007", "[Recurrence] partial record struct [|A|](Scalar S) : IRecurrence<A> { public A Step(Scalar value) => new(value); }", "'A' has no method 'Scalar Read()', which a recurrence needs")]
    [InlineData("TTT010", "[Recurrence] partial record struct A(Vec<Width> [|S|]) : IRecurrence<A> { public A Step(Scalar value) => new(S); public Scalar Read() => 0; }",
        "'S' of type 'Vec<Width>' can't be a parameter of a recurrence: it may be Scalar; what the layer gives for each token is a parameter of Step")]
    [InlineData("TTT017", "[Recurrence] partial record struct A(Scalar S) : IRecurrence<A> { public A Step(Scalar value) => new(value); public Vec<Width> [|Read|](Vec<Width> x) => x; }",
        "'Read' is returning a 'Vec<Width>' and not a Scalar: a method of a spec has one form, takes values and returns one")]
    [InlineData("TTT008", "[Layer, Model] partial record struct [|A|](Embedding<Width, Width> W) { public Logits<Width> Apply(Tokens tokens) => W.Logits(W.Lookup(tokens)); }", "'A' has more than one of [InnerModel], [InnerOptimiser], [Recurrence], [Layer] and [Model]: keep one")]
    [InlineData("TTT009", "[Model] partial record struct [|A|]<D>(Embedding<Width, D> W) where D : IDim { public Logits<Width> Apply(Tokens tokens) => W.Logits(W.Lookup(tokens)); }",
        "[Model] 'A' must have no type parameters, and neither may the types around it: give its parts the dimensions that they have")]
    [InlineData("TTT010", "[Layer] partial record struct A(string [|Name|]) { public Seq<Width> Apply(Seq<Width> x) => x; }",
        "'Name' of type 'string' can't be a parameter of a layer: it may be Vec, Mat, Linear, Embedding, LmHead, Stack, PerHead, a record with [Layer] or [InnerModel], or a double with [Config]")]
    [InlineData("TTT010", "[InnerModel] partial record struct A(Linear<Width, Width> [|W|]) : IInnerModel<A, Width> { public Vec<Width> Predict(Vec<Width> x) => x; public Scalar Loss(Vec<Width> key, Vec<Width> value) => Sum(key); }",
        "'W' of type 'Linear<Width, Width>' can't be a parameter of an inner model: it may be Vec, Mat, another [InnerModel], or a double with [Config]")]
    [InlineData("TTT011", "[Layer] partial record struct A(Vec<Unsized> [|W|]) { public Seq<Width> Apply(Seq<Width> x) => x; }",
        "'Unsized' has no [Dim], so its size isn't known to the compiler: declare '[Dim(…)] readonly partial struct Unsized : IDim' or use a type parameter")]
    [InlineData("TTT012", "[Layer] partial record struct A([[|Slow|]] Vec<Width> W) { public Seq<Width> Apply(Seq<Width> x) => x * W; }", "[Slow] on 'W' has no meaning: it is for Vec and Mat parameters of an [InnerModel]; remove it")]
    [InlineData("TTT012", "[Layer] partial record struct A([property: [|Shared|]] Vec<Width> W) { public Seq<Width> Apply(Seq<Width> x) => x * W; }", "[Shared] on 'W' has no meaning: it is for Vec and Mat parameters of an [InnerModel]; remove it")]
    [InlineData("TTT013", "[Layer] partial record struct A(double [|RopeTheta|]) { public Seq<Width> Apply(Seq<Width> x) => RopeTheta * x; }",
        "The setting 'RopeTheta' must say where its value comes from: write '[Config(\"rope_theta\", 1.0)] double RopeTheta' with its default, or make it a const of the record")]
    [InlineData("TTT014", "[Layer] partial record struct A<[Config(\"k\", true)] [|D|]>(Vec<D> W) where D : IDim { public Seq<D> Apply(Seq<D> x) => x * W; }", "[Config] on 'D': a type parameter's size is the value; write [Config(\"key\")]")]
    [InlineData("TTT014", "[Layer, Config(\"k\")] partial record struct [|A|](Vec<Width> W) { public Seq<Width> Apply(Seq<Width> x) => x * W; }", "[Config] on 'A': a spec's constant has a value; write [Config(\"key\", value)]")]
    [InlineData("TTT015", "[Layer] partial record class A(Vec<Width> W) { private int [|_count|] = 0; public Seq<Width> Apply(Seq<Width> x) => x * W; public int Count => _count; }", "'_count' would be state beside the record's parameters: make it a parameter, a const or a private method")]
    [InlineData("TTT015", "[Layer] partial record class A(Vec<Width> W) { public int [|Count|] { get; set; } public Seq<Width> Apply(Seq<Width> x) => x * W; }", "'Count' would be state beside the record's parameters: make it a parameter, a const or a private method")]
    [InlineData("TTT015", "[Layer] partial record class A(Vec<Width> W) { public Vec<Width> [|W|] { get; } = W + W; public Seq<Width> Apply(Seq<Width> x) => x * W; }", "'W' would be state beside the record's parameters: make it a parameter, a const or a private method")]
    [InlineData("TTT015", "record class Base(int Count); [Layer] partial record class [|A|](Vec<Width> W) : Base(1) { public Seq<Width> Apply(Seq<Width> x) => x * W; }", "'Base' would be state beside the record's parameters: make it a parameter, a const or a private method")]
    [InlineData("TTT016", "[Layer] partial record class A(Vec<Width> Weight, [Key(\"weight\")] Vec<Width> [|Other|]) { public Seq<Width> Apply(Seq<Width> x) => x * Weight; }", "'Other' has the checkpoint key 'weight', as 'Weight' has: give one of them another with [Key(\"…\")]")]
    [InlineData("TTT017", "[Layer] partial record class A(Vec<Width> W) { public Seq<Width> [|Apply|](Seq<Width> x, string how) => x * W; }", "'Apply' is taking a 'string': a method of a spec has one form, takes values and returns one")]
    [InlineData("TTT017", "[Layer] partial record class A(Vec<Width> W) { public Seq<Width> Apply(Seq<Width> x) => Scale(x); private Seq<D> [|Scale|]<D>(Seq<D> x) where D : IDim => x; }", "'Scale' is generic: a method of a spec has one form, takes values and returns one")]
    [InlineData("TTT017", "[Layer] partial record class A(Vec<Width> W) { public Seq<Width> Apply(Seq<Width> x) => Scale(x); private Seq<Width> [|Scale|](in Seq<Width> x) => x; }", "'Scale' is taking a reference: a method of a spec has one form, takes values and returns one")]
    public async Task A_declaration_outside_the_language_is_pointed_at(string id, string source, string message)
    {
        var marked = Marked.Parse(source);
        var compilation = Compilations.Of(marked.Source + Around);
        var diagnostic = Assert.Single(await Compilations.Analyze(compilation));
        Assert.Equal(id, diagnostic.Id);
        Assert.Equal(message, diagnostic.GetMessage());
        Assert.Equal(marked.Span, diagnostic.Location.SourceTree!.ToString()[diagnostic.Location.SourceSpan.Start..diagnostic.Location.SourceSpan.End]);
        Assert.Equal(marked.Start, diagnostic.Location.SourceSpan.Start - Compilations.Usings.Length);
    }

    [Fact]
    public async Task An_overloaded_method_is_pointed_at_wherever_it_stands()
    {
        var diagnostics = await Compilations.Analyze(Compilations.Of(
            "[Layer] partial record class A(Vec<Width> W) { public Seq<Width> Apply(Seq<Width> x) => x * W; public Seq<Width> Apply(Seq<Width> x, double y) => y * x; }" + Around));
        Assert.All(diagnostics, d => Assert.Equal("'Apply' is overloaded: a method of a spec has one form, takes values and returns one", d.GetMessage()));
        Assert.Equal(2, diagnostics.Count);
    }
}
