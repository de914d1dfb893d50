using TttGen.InnerModels;
using TttGen.Layers;

namespace TttGen.Ownership.Tests;

[Dim(256)] public readonly partial struct Vocab : IDim;
[Dim(32)] public readonly partial struct Width : IDim;
[Dim(2)] public readonly partial struct Heads : IDim;
[Dim(16)] public readonly partial struct HeadDim : IDim;
[Dim(64)] public readonly partial struct Hidden : IDim;
[Dim(2)] public readonly partial struct Depth : IDim;
[Dim(16)] public readonly partial struct MiniBatch : IDim;

/// <summary>TTT-Linear at its smallest.</summary>
[Model(Trainable = true)]
public sealed partial record class TinyModel(
    [Key("")] CausalLm<Vocab, Width, Depth, TransformerBlock<Width, Heads, HeadDim, MiniBatch, Hidden, LinearMemory<HeadDim>>> Lm);
