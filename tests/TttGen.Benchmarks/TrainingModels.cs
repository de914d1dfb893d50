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
    [Key("")] CausalLm<Bytes, Width, Depth, TransformerBlock<Width, Heads, HeadDim, MiniBatch, Hidden, LinearMemory<HeadDim>>> Lm);

/// <summary>The same with a vocabulary of 32 000.</summary>
[Model(Trainable = true)]
public sealed partial record class LinearPieces(
    [Key("")] CausalLm<Pieces, Width, Depth, TransformerBlock<Width, Heads, HeadDim, MiniBatch, Hidden, LinearMemory<HeadDim>>> Lm);

/// <summary>The same with MLPs that learn.</summary>
[Model(Trainable = true)]
public sealed partial record class MlpBytes(
    [Key("")] CausalLm<Bytes, Width, Depth, TransformerBlock<Width, Heads, HeadDim, MiniBatch, Hidden, MlpMemory<HeadDim, Wide>>> Lm);
