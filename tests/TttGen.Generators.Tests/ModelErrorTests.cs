using Microsoft.CodeAnalysis;

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

    private static IReadOnlyList<Diagnostic> Compile(int width, int heads, int feature) =>
        Compilations.Run($$"""
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

            [Model]
            public sealed partial record class Tiny(
                Embedding<V, D> EmbedTokens, Stack<L, TransformerBlock<D, H, F, K, N, LinearMemory<F>>, D> Layers, RmsNorm<D> Norm)
            {
                public Logits<V> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
            }
            """).GetRunResult().Diagnostics;
}
