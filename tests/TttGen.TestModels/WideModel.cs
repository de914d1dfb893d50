using TttGen.InnerModels;
using TttGen.Layers;

namespace TttGen.Numerics.Tests;

/// <summary>The dimensions of a model whose matrices are worth a library of products.</summary>
public static partial class Wide
{
    [Dim(257)] public readonly partial struct Vocab : IDim;
    [Dim(256)] public readonly partial struct Width : IDim;
    [Dim(4)] public readonly partial struct Heads : IDim;
    [Dim(64)] public readonly partial struct HeadDim : IDim;
    [Dim(512)] public readonly partial struct Hidden : IDim;
    [Dim(16)] public readonly partial struct MiniBatch : IDim;
}

/// <summary>TTT-Linear, one layer.</summary>
[Model]
public sealed partial record class WideLinear(
    [Key("")] CausalLm<Wide.Vocab, Wide.Width, One, TransformerBlock<Wide.Width, Wide.Heads, Wide.HeadDim, Wide.MiniBatch, Wide.Hidden, LinearMemory<Wide.HeadDim>>> Lm);
