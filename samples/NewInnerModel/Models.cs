using TttGen;
using TttGen.Layers;

namespace NewInnerModel;

[Dim(256)] public readonly partial struct Vocab : IDim;
[Dim(256)] public readonly partial struct Width : IDim;
[Dim(2)] public readonly partial struct Depth : IDim;
[Dim(4)] public readonly partial struct Heads : IDim;
[Dim(64)] public readonly partial struct HeadDim : IDim;
[Dim(128)] public readonly partial struct InnerHidden : IDim;
[Dim(704)] public readonly partial struct Hidden : IDim;
[Dim(16)] public readonly partial struct MiniBatch : IDim;

/// <summary>A small language model over the gated memory.</summary>
[Model]
public sealed partial record class SwiGluModel(
    [Key("")] CausalLm<Vocab, Width, Depth, TransformerBlock<Width, Heads, HeadDim, MiniBatch, Hidden, SwiGluMemory<HeadDim, InnerHidden>>> Lm);

/// <summary>The same over the deeper memory.</summary>
[Model]
public sealed partial record class ThreeLayerModel(
    [Key("")] CausalLm<Vocab, Width, Depth, TransformerBlock<Width, Heads, HeadDim, MiniBatch, Hidden, ThreeLayerMemory<HeadDim, InnerHidden>>> Lm);
