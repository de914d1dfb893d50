namespace TttGen.Generators.Tests;

/// <summary>Whatever is not in the language is rejected on its own node, with what to write instead.</summary>
public sealed class BodyDiagnosticsTests
{
    /// <summary>The record's members stand in place of BODY.</summary>
    private const string Source = """
        [Dim(4)] readonly partial struct Width : IDim;
        [Layer] partial record struct Norm<D>(Vec<D> Weight, [Config("e", 1e-6)] double Epsilon) where D : IDim
        {
            public Seq<D> Apply(Seq<D> x) => x.RmsNorm(Weight, Epsilon);
            public static Seq<D> operator +(Norm<D> norm, Seq<D> x) => x;
        }
        readonly struct Unsized : IDim { public static int Size => 4; }
        static class Other
        {
            public static readonly double Number = 1;
            public static double Variable;
            public static Seq<D> Twice<D>(Seq<D> x) where D : IDim => x + x;
        }
        [Layer] partial record struct Spec<D>(Vec<D> W, Norm<D> Norm, [Config("k", 1.0)] double Setting) where D : IDim
        {
            BODY
        }
        """;

    [Theory]
    [InlineData("TTT020", "[|for (var i = 0; i < 3; i++) x += x;|] return x;")]
    [InlineData("TTT020", "[|foreach (var r in new[] { 1 }) x += x;|] return x;")]
    [InlineData("TTT020", "[|while (x.Rows > 3) x += x;|] return x;")]
    [InlineData("TTT020", "[|do x += x; while (x.Rows > 3);|] return x;")]
    [InlineData("TTT021", "[|if (x.Rows > 3) return x;|] return x;")]
    [InlineData("TTT021", "return [|x.Rows > 3 ? x : x * W|];")]
    [InlineData("TTT021", "return [|x.Rows switch { 1 => x, _ => x * W }|];")]
    [InlineData("TTT021", "[|switch (x.Rows) { default: return x; }|]")]
    [InlineData("TTT021", "var a = [|1.0 < Setting|]; return x;")]
    [InlineData("TTT021", "var a = [|x is { }|]; return x;")]
    [InlineData("TTT021", "return ([|(double?)Setting ?? 1.0|]) * x;")]
    [InlineData("TTT022", "System.Func<int> f = [|() => 1|]; return x;")]
    [InlineData("TTT022", "System.Func<Seq<D>, Seq<D>> f = [|Norm.Apply|]; return x;")]
    [InlineData("TTT022", "[|Seq<D> Local(Seq<D> y) => y;|] return x;")]
    [InlineData("TTT023", "[|try { x += x; } finally { }|] return x;")]
    [InlineData("TTT023", "[|throw new System.Exception();|]")]
    [InlineData("TTT023", "[|lock (new object()) x += x;|] return x;")]
    [InlineData("TTT023", "[|using var s = new System.IO.MemoryStream();|] return x;")]
    [InlineData("TTT024", "return [|Other.Twice(x)|];")]
    [InlineData("TTT024", "return [|System.Math.Sqrt(Setting)|] * x;")]
    [InlineData("TTT024", "var a = [|W.ToString()|]; return x;")]
    [InlineData("TTT024", "return [|Norm + x|];")]
    [InlineData("TTT025", "[|Setting|] = 3; return x;")]
    [InlineData("TTT025", "[|W|] += W; return x;")]
    [InlineData("TTT025", "[|Other.Variable|] = 1; return x;")]
    [InlineData("TTT026", "[|Norm.Apply(x);|] return x;")]
    [InlineData("TTT026", "var n = 1; [|n++;|] return n * x;")]
    [InlineData("TTT026", "[|{ x += x; }|] return x;")]
    [InlineData("TTT026", "var a = x; var b = x; [|(a, b) = (b, a);|] return a;")]
    [InlineData("TTT026", "return x; [|return x;|]")]
    [InlineData("TTT027", "var a = [|new Seq<D>([])|]; return x;")]
    [InlineData("TTT027", "var a = [|new double[1]|]; return x;")]
    [InlineData("TTT027", "var a = [|(x, x)|]; return x;")]
    [InlineData("TTT027", "var a = [|this|]; return x;")]
    [InlineData("TTT027", "var a = [|Norm with { Epsilon = 1 }|]; return x;")]
    [InlineData("TTT027", "var a = x; var b = [|a = x|]; return b;")]
    [InlineData("TTT027", "var a = [|(int)Setting|]; return x;")]
    [InlineData("TTT027", "var a = [|\"text\"|]; return x;")]
    [InlineData("TTT027", "var a = [|default(Seq<D>)|]; return x;")]
    [InlineData("TTT028", "return x * [|Norm.Weight|];")]
    [InlineData("TTT028", "return [|Other.Number|] * x;")]
    [InlineData("TTT028", "return [|x.Rows|] * x;")]
    [InlineData("TTT029", "return [|Apply(x)|];")]
    [InlineData("TTT029", "return Inner(x); } private Seq<D> Inner(Seq<D> y) { return [|Inner(y)|];")]
    [InlineData("TTT030", "return [|1 / D.Size|] * x;")]
    [InlineData("TTT031", "return 1.0 / [|Width.Size|] * x;")]
    [InlineData("TTT032", "Seq<D> [|y|]; y = x; return y;")]
    [InlineData("TTT011", "return [|x.Heads<D, Unsized>()|].Join<D>();")]
    public async Task What_is_not_in_the_language_is_pointed_at(string id, string body)
    {
        var marked = Marked.Parse(Source.Replace("BODY", $"public Seq<D> Apply(Seq<D> x) {{ {body} }}"));
        var diagnostic = Assert.Single(await Compilations.Analyze(Compilations.Of(marked.Source)));
        Assert.Equal(id, diagnostic.Id);
        Assert.Equal(marked.Span, marked.Source.Substring(diagnostic.Location.SourceSpan.Start - Compilations.Usings.Length, diagnostic.Location.SourceSpan.Length));
        Assert.Equal(marked.Start, diagnostic.Location.SourceSpan.Start - Compilations.Usings.Length);
    }

    [Theory]
    [InlineData("x.Missing()")]
    [InlineData("x * Missing")]
    [InlineData("W * x")]
    [InlineData("Missing(x)")]
    [InlineData("x.RmsNorm(W)")]
    [InlineData("Norm.Apply(W)")]
    public async Task What_the_compiler_itself_rejects_is_left_to_it(string expression)
    {
        var compilation = Compilations.Of(Source.Replace("BODY", $"public Seq<D> Apply(Seq<D> x) => {expression};"));
        Assert.NotEmpty(compilation.GetDiagnostics().Where(d => d.Id is "CS1061" or "CS0103" or "CS0019" or "CS7036" or "CS1503"));
        Assert.Empty(await Compilations.Analyze(compilation));
    }

    [Fact]
    public async Task Every_rejected_construct_of_a_method_is_reported()
    {
        var diagnostics = await Compilations.Analyze(Compilations.Of(Source.Replace("BODY", "public Seq<D> Apply(Seq<D> x) { while (true) { } if (true) { } return System.Math.PI * Other.Twice(x); }")));
        Assert.Equal(["TTT020", "TTT021", "TTT024"], diagnostics.Select(d => d.Id));
    }

    [Fact]
    public async Task Methods_that_no_spec_can_call_are_free()
    {
        const string body = """
            public Seq<D> Apply(Seq<D> x) => x;
            public override string ToString() { for (; ; ) { } }
            public static Seq<D> Make() => throw new System.Exception();
            private int Unused() => W.GetHashCode() > 3 ? 1 : 2;
            """;
        Assert.Empty(await Compilations.Analyze(Compilations.Of(Source.Replace("BODY", body))));
    }
}
