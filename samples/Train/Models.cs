using TttGen;
using TttGen.InnerModels;
using TttGen.Layers;

namespace Train;

[Dim(256)] public readonly partial struct Vocab : IDim;       // bytes
[Dim(128)] public readonly partial struct Width : IDim;
[Dim(2)] public readonly partial struct Depth : IDim;
[Dim(2)] public readonly partial struct Heads : IDim;
[Dim(64)] public readonly partial struct HeadDim : IDim;
[Dim(256)] public readonly partial struct InnerHidden : IDim; // of TTT-MLP: four times its head
[Dim(344)] public readonly partial struct Hidden : IDim;
[Dim(16)] public readonly partial struct MiniBatch : IDim;
[Dim(4)] public readonly partial struct Taps : IDim;

/// <summary>TTT-Linear in the Mamba backbone.</summary>
[Model(Trainable = true)]
public sealed partial record class LinearMamba(
    Embedding<Vocab, Width> EmbedTokens,
    Stack<Depth, MambaBlock<Width, Heads, HeadDim, MiniBatch, Taps, Hidden, LinearMemory<HeadDim>>, Width> Layers,
    RmsNorm<Width> Norm)
{
    /// <summary>Logits of the next byte after each of the given ones.</summary>
    public Logits<Vocab> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
}

/// <summary>TTT-Linear in the Transformer backbone.</summary>
[Model(Trainable = true)]
public sealed partial record class LinearTransformer(
    Embedding<Vocab, Width> EmbedTokens,
    Stack<Depth, TransformerBlock<Width, Heads, HeadDim, MiniBatch, Hidden, LinearMemory<HeadDim>>, Width> Layers,
    RmsNorm<Width> Norm)
{
    /// <summary>Logits of the next byte after each of the given ones.</summary>
    public Logits<Vocab> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
}

/// <summary>TTT-MLP in the Mamba backbone.</summary>
[Model(Trainable = true)]
public sealed partial record class MlpMamba(
    Embedding<Vocab, Width> EmbedTokens,
    Stack<Depth, MambaBlock<Width, Heads, HeadDim, MiniBatch, Taps, Hidden, MlpMemory<HeadDim, InnerHidden>>, Width> Layers,
    RmsNorm<Width> Norm)
{
    /// <summary>Logits of the next byte after each of the given ones.</summary>
    public Logits<Vocab> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
}

/// <summary>TTT-MLP in the Transformer backbone.</summary>
[Model(Trainable = true)]
public sealed partial record class MlpTransformer(
    Embedding<Vocab, Width> EmbedTokens,
    Stack<Depth, TransformerBlock<Width, Heads, HeadDim, MiniBatch, Hidden, MlpMemory<HeadDim, InnerHidden>>, Width> Layers,
    RmsNorm<Width> Norm)
{
    /// <summary>Logits of the next byte after each of the given ones.</summary>
    public Logits<Vocab> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
}
