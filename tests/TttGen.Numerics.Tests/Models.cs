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

/// <summary>The dimensions of the golden case with heads of 64.</summary>
public static partial class Heads64
{
    [Dim(256)] public readonly partial struct Vocab : IDim;
    [Dim(192)] public readonly partial struct Width : IDim;
    [Dim(3)] public readonly partial struct Heads : IDim;
    [Dim(64)] public readonly partial struct HeadDim : IDim;
    [Dim(512)] public readonly partial struct Hidden : IDim;
    [Dim(2)] public readonly partial struct Depth : IDim;
    [Dim(16)] public readonly partial struct MiniBatch : IDim;
    [Dim(4)] public readonly partial struct Taps : IDim;
}

/// <summary>The dimensions of the golden case with heads of 96.</summary>
public static partial class Heads96
{
    [Dim(64)] public readonly partial struct Vocab : IDim;
    [Dim(192)] public readonly partial struct Width : IDim;
    [Dim(2)] public readonly partial struct Heads : IDim;
    [Dim(96)] public readonly partial struct HeadDim : IDim;
    [Dim(256)] public readonly partial struct Hidden : IDim;
    [Dim(1)] public readonly partial struct Depth : IDim;
    [Dim(8)] public readonly partial struct MiniBatch : IDim;
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

/// <summary>TTT-Linear in the Mamba backbone.</summary>
[Model(Trainable = true)]
public sealed partial record class LinearMamba(
    Embedding<Small.Vocab, Small.Width> EmbedTokens,
    Stack<Small.Depth, TttMambaBlock<Small.Width, Small.Heads, Small.HeadDim, Small.MiniBatch, Small.Taps, Small.Hidden, LinearMemory<Small.HeadDim>>, Small.Width> Layers,
    RmsNorm<Small.Width> Norm)
{
    public Logits<Small.Vocab> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
}

/// <summary>TTT-MLP in the Transformer backbone.</summary>
[Model(Trainable = true)]
public sealed partial record class MlpTransformer(
    Embedding<Small.Vocab, Small.Width> EmbedTokens,
    Stack<Small.Depth, TransformerBlock<Small.Width, Small.Heads, Small.HeadDim, Small.MiniBatch, Small.Hidden, MlpMemory<Small.HeadDim, Small.InnerHidden>>, Small.Width> Layers,
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

/// <summary>TTT-Linear in the Mamba backbone, heads of 64.</summary>
[Model(Trainable = true)]
public sealed partial record class LinearMambaHeadsOf64(
    Embedding<Heads64.Vocab, Heads64.Width> EmbedTokens,
    Stack<Heads64.Depth, TttMambaBlock<Heads64.Width, Heads64.Heads, Heads64.HeadDim, Heads64.MiniBatch, Heads64.Taps, Heads64.Hidden, LinearMemory<Heads64.HeadDim>>, Heads64.Width> Layers,
    RmsNorm<Heads64.Width> Norm)
{
    public Logits<Heads64.Vocab> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
}

/// <summary>TTT-Linear in the Transformer backbone, heads of 96, mini-batches of 8.</summary>
[Model(Trainable = true)]
public sealed partial record class LinearTransformerHeadsOf96(
    Embedding<Heads96.Vocab, Heads96.Width> EmbedTokens,
    Stack<Heads96.Depth, TransformerBlock<Heads96.Width, Heads96.Heads, Heads96.HeadDim, Heads96.MiniBatch, Heads96.Hidden, LinearMemory<Heads96.HeadDim>>, Heads96.Width> Layers,
    RmsNorm<Heads96.Width> Norm)
{
    public Logits<Heads96.Vocab> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
}

/// <summary>An output head of its own; no golden case has one.</summary>
[Model(Trainable = true)]
public sealed partial record class UntiedLinearTransformer(
    [Key("")] UntiedCausalLm<Small.Vocab, Small.Width, Small.Depth,
        TransformerBlock<Small.Width, Small.Heads, Small.HeadDim, Small.MiniBatch, Small.Hidden, LinearMemory<Small.HeadDim>>> Lm);
