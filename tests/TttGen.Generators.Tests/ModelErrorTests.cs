using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace TttGen.Generators.Tests;

/// <summary>Models whose sizes don't fit together: what the C# compiler can't see, this one says.</summary>
public sealed class ModelErrorTests
{
    [Fact]
    public void A_model_whose_sizes_fit_compiles() => Assert.Empty(Compile(width: 32, heads: 4, feature: 8));

    [Fact]
    public void Heads_that_do_not_divide_the_width_are_named_with_their_sizes()
    {
        var error = Assert.Single(Compile(width: 32, heads: 3, feature: 8));
        Assert.Equal(("TTT132", DiagnosticSeverity.Error), (error.Id, error.Severity));
        Assert.Contains("H × F = 3 × 8 = 24 columns were expected, found D = 32", error.GetMessage());
    }

    [Fact]
    public void A_rotation_of_an_odd_head_is_refused()
    {
        var error = Assert.Single(Compile(width: 27, heads: 3, feature: 9));
        Assert.Equal(("TTT134", DiagnosticSeverity.Error), (error.Id, error.Severity));
        Assert.Contains("found F = 9", error.GetMessage());
    }

    [Theory]
    [InlineData("", "=> EmbedTokens.Logits(EmbedTokens.Lookup(tokens))")]
    [InlineData("", "=> EmbedTokens.Logits(EmbedTokens.Lookup(tokens) + EmbedTokens.Lookup(tokens))")]
    [InlineData("RmsNorm<D> Norm", "=> EmbedTokens.Logits(Norm.Apply(EmbedTokens.Lookup(tokens)) + EmbedTokens.Lookup(tokens))")]
    [InlineData("SwiGlu<D, N> Mlp", "=> EmbedTokens.Logits(Mlp.Apply(EmbedTokens.Lookup(tokens)) + EmbedTokens.Lookup(tokens))")]
    [InlineData("SwiGlu<D, N> Mlp, SwiGlu<D, N> Mlp2", "=> EmbedTokens.Logits(Mlp2.Apply(Mlp.Apply(EmbedTokens.Lookup(tokens))) + EmbedTokens.Lookup(tokens))")]
    [InlineData("SwiGlu<D, N> Mlp, RmsNorm<D> Norm", "=> EmbedTokens.Logits(Norm.Apply(Mlp.Apply(EmbedTokens.Lookup(tokens)) + EmbedTokens.Lookup(tokens)))")]
    [InlineData("TransformerBlock<D, H, F, K, N, LinearMemory<F>> Block", "=> EmbedTokens.Logits(Block.Apply(EmbedTokens.Lookup(tokens)) + EmbedTokens.Lookup(tokens))")]
    [InlineData("TransformerBlock<D, H, F, K, N, LinearMemory<F>> Block", "{ var x = EmbedTokens.Lookup(tokens); return EmbedTokens.Logits(Block.Apply(x) + x); }")]
    [InlineData("TttLayer<D, H, F, K, LinearMemory<F>> Block", "{ var x = EmbedTokens.Lookup(tokens); return EmbedTokens.Logits(Block.Apply(x) + x); }")]
    [InlineData("TttLayer<D, H, F, K, LinearMemory<F>> Block, LmHead<D, V> Head", "{ var x = EmbedTokens.Lookup(tokens); return Head.Logits(Block.Apply(x) + x); }")]
    [InlineData("Linear<D, D> Proj", "{ var x = EmbedTokens.Lookup(tokens); return EmbedTokens.Logits(x * Proj + x); }")]
    [InlineData("Linear<D, D> Proj", "{ var x = EmbedTokens.Lookup(tokens); return EmbedTokens.Logits(Silu(x * Proj) + x); }")]
    [InlineData("Linear<D, D> Proj", "{ var x = EmbedTokens.Lookup(tokens); return EmbedTokens.Logits(x * Proj); }")]
    [InlineData(Stacked, "{ var x = EmbedTokens.Lookup(tokens); return EmbedTokens.Logits(Layers.Apply(x) + x); }")]
    [InlineData(Stacked, "{ var x = EmbedTokens.Lookup(tokens); return EmbedTokens.Logits(Norm.Apply(Layers.Apply(x) + x)); }")]
    [InlineData(Stacked, "=> EmbedTokens.Logits(Layers.Apply(EmbedTokens.Lookup(tokens)))")]
    public void A_head_reads_what_it_likes(string parameters, string body)
    {
        if (body.StartsWith('=')) body += ";";
        var source = Source(32, 4, 8, parameters, body);
        Assert.Empty(Compilations.Complaints(source));
        Assert.Contains(Compilations.Run(source).GetRunResult().Results.SelectMany(r => r.GeneratedSources), s => s.HintName == "App.Tiny.Prefill.g.cs");
    }

    [Fact]
    public void Of_what_is_made_before_a_stack_only_looked_up_rows_are_read_after_it()
    {
        var source = Source(32, 4, 8, Stacked, "{ var x = EmbedTokens.Lookup(tokens); var y = Norm.Apply(x); return EmbedTokens.Logits(Layers.Apply(x) + y); }");
        var error = Assert.Single(Compilations.Run(source).GetRunResult().Diagnostics);
        Assert.Equal(("TTT136", DiagnosticSeverity.Error), (error.Id, error.Severity));
        Assert.Contains("App.Tiny: y is made before a Stack and read after it", error.GetMessage());
    }

    private const string Stacked = "Stack<L, TransformerBlock<D, H, F, K, N, LinearMemory<F>>, D> Layers, RmsNorm<D> Norm";

    private static IReadOnlyList<Diagnostic> Compile(int width, int heads, int feature) =>
        Compilations.Run(Source(width, heads, feature, Stacked, "=> EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));")).GetRunResult().Diagnostics;

    private static CSharpCompilation Source(int width, int heads, int feature, string parameters, string body) =>
        Compilations.Of($$"""
            using TttGen.InnerModels;
            using TttGen.Layers;
            namespace App;

            [Dim(11)] public readonly partial struct V : IDim;
            [Dim({{width}})] public readonly partial struct D : IDim;
            [Dim({{heads}})] public readonly partial struct H : IDim;
            [Dim({{feature}})] public readonly partial struct F : IDim;
            [Dim(5)] public readonly partial struct K : IDim;
            [Dim(24)] public readonly partial struct N : IDim;
            [Dim(2)] public readonly partial struct L : IDim;

            [Model(Trainable = true)]
            public sealed partial record class Tiny(
                Embedding<V, D> EmbedTokens{{(parameters.Length > 0 ? ", " : "")}}{{parameters}})
            {
                public Logits<V> Apply(Tokens tokens) {{body}}
            }
            """);
}
