using TttGen;
using TttGen.InnerModels;
using TttGen.Layers;

namespace TttGen.Benchmarks.Training;

[Dim(256)] public readonly partial struct Width : IDim;
[Dim(4)] public readonly partial struct Heads : IDim;
[Dim(64)] public readonly partial struct HeadDim : IDim;
[Dim(256)] public readonly partial struct Wide : IDim;
[Dim(16)] public readonly partial struct MiniBatch : IDim;
[Dim(688)] public readonly partial struct Hidden : IDim;
[Dim(4)] public readonly partial struct Depth : IDim;
[Dim(256)] public readonly partial struct Bytes : IDim;
[Dim(32000)] public readonly partial struct Pieces : IDim;

/// <summary>4 layers of 256, a vocabulary of bytes.</summary>
[Model(Trainable = true)]
public sealed partial record class LinearBytes(
    Embedding<Bytes, Width> EmbedTokens,
    Stack<Depth, TransformerBlock<Width, Heads, HeadDim, MiniBatch, Hidden, LinearMemory<HeadDim>>, Width> Layers,
    RmsNorm<Width> Norm)
{
    public Logits<Bytes> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
}

/// <summary>The same with a vocabulary of 32 000.</summary>
[Model(Trainable = true)]
public sealed partial record class LinearPieces(
    Embedding<Pieces, Width> EmbedTokens,
    Stack<Depth, TransformerBlock<Width, Heads, HeadDim, MiniBatch, Hidden, LinearMemory<HeadDim>>, Width> Layers,
    RmsNorm<Width> Norm)
{
    public Logits<Pieces> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
}

/// <summary>The same with MLPs that learn.</summary>
[Model(Trainable = true)]
public sealed partial record class MlpBytes(
    Embedding<Bytes, Width> EmbedTokens,
    Stack<Depth, TransformerBlock<Width, Heads, HeadDim, MiniBatch, Hidden, MlpMemory<HeadDim, Wide>>, Width> Layers,
    RmsNorm<Width> Norm)
{
    public Logits<Bytes> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
}
