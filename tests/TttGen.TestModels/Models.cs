using TttGen.InnerModels;
using TttGen.Layers;

namespace TttGen.Numerics.Tests;

/// <summary>The dimensions of most golden cases.</summary>
public static partial class Small
{
    [Dim(97)] public readonly partial struct Vocab : IDim;
    [Dim(64)] public readonly partial struct Width : IDim;
    [Dim(4)] public readonly partial struct Heads : IDim;
    [Dim(16)] public readonly partial struct HeadDim : IDim;
    [Dim(176)] public readonly partial struct Hidden : IDim;
    [Dim(64)] public readonly partial struct InnerHidden : IDim;
    [Dim(2)] public readonly partial struct Depth : IDim;
    [Dim(16)] public readonly partial struct MiniBatch : IDim;
    [Dim(4)] public readonly partial struct Taps : IDim;
}

/// <summary>TTT-Linear in the Transformer backbone.</summary>
[Model(Trainable = true)]
public sealed partial record class LinearTransformer(
    Embedding<Small.Vocab, Small.Width> EmbedTokens,
    Stack<Small.Depth, TransformerBlock<Small.Width, Small.Heads, Small.HeadDim, Small.MiniBatch, Small.Hidden, LinearMemory<Small.HeadDim>>, Small.Width> Layers,
    RmsNorm<Small.Width> Norm)
{
    public Logits<Small.Vocab> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
}

/// <summary>TTT-MLP in the Mamba backbone.</summary>
[Model(Trainable = true)]
public sealed partial record class MlpMamba(
    Embedding<Small.Vocab, Small.Width> EmbedTokens,
    Stack<Small.Depth, TttMambaBlock<Small.Width, Small.Heads, Small.HeadDim, Small.MiniBatch, Small.Taps, Small.Hidden, MlpMemory<Small.HeadDim, Small.InnerHidden>>, Small.Width> Layers,
    RmsNorm<Small.Width> Norm)
{
    public Logits<Small.Vocab> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
}
