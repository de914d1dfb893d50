namespace TttGen.Generators.Tests;

/// <summary>Editors run generators on half-written code all the time.</summary>
public sealed class RobustnessTests
{
    [Fact]
    public async Task No_half_written_source_crashes_a_generator_or_the_analyzer()
    {
        var source = Samples.Library + "\n" + Samples.Model;
        for (var length = 0; length < source.Length; length += 37) await Try(source[..length]);
    }

    [Fact]
    public async Task No_source_with_a_word_missing_crashes_a_generator_or_the_analyzer()
    {
        var words = (Samples.Library + "\n" + Samples.Model).Split(' ');
        for (var missing = 0; missing < words.Length; missing += 5) await Try(string.Join(' ', words.Where((_, i) => i != missing)));
    }

    [Theory]
    [InlineData("[Dim] partial struct A : IDim;")]
    [InlineData("[Dim(\"four\")] partial struct A : IDim;")]
    [InlineData("[Dim(4)] partial struct A : IDim; [Dim(4)] partial struct A;")]
    [InlineData("[Layer] partial record struct; [Model] partial record class")]
    [InlineData("[Layer, Layer] partial record struct A(); [Layer] partial record struct A;")]
    [InlineData("[Layer] partial record struct A(Vec<> W, Missing M, A a, , [Key(Missing)] double, [Config] double D) { public Seq<> Apply( => ; }")]
    [InlineData("[Layer] partial record struct A<T>([Key(null)] Vec<T> W, [Config(null, null)] double D) { public Seq<T> Apply(Seq<T> x) => x.Apply(this, Apply, D => D); }")]
    [InlineData("[Model] partial record class A(A Inner) { public Logits<IDim> Apply(Tokens t) => Inner.Apply(t); }")]
    [InlineData("[InnerModel] partial interface I { } [Layer] enum E { } [Model] delegate void D(); [Dim(1)] class C;")]
    [InlineData("partial class Outer<T> { [Model] partial record class A(Embedding<T, T> E) { public Logits<T> Apply(Tokens t) => E.Logits(E.Lookup(t)); } }")]
    public Task No_nonsense_crashes_a_generator_or_the_analyzer(string source) => Try(source);

    private static async Task Try(string source)
    {
        var compilation = Compilations.Of(source);
        var driver = Compilations.Driver().RunGenerators(compilation);
        Assert.All(driver.GetRunResult().Results, result => Assert.True(result.Exception is null, $"{result.Exception}\n{source}"));
        Assert.All(driver.GetRunResult().Diagnostics, d => Assert.True(d.Id != "TTT049", $"{d}\n{source}"));
        Assert.DoesNotContain(await Compilations.Analyze(compilation), d => d.Id == "AD0001");
    }
}
