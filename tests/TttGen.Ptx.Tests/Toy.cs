using TttGen.InnerModels;
using TttGen.Layers;

namespace TttGen.Ptx.Tests;

/// <summary>Two heads of 16.</summary>
[Dim(32)] public readonly partial struct ToyWidth : IDim;

/// <summary>Heads.</summary>
[Dim(2)] public readonly partial struct ToyHeads : IDim;

/// <summary>Elements of a head; also tokens of a mini-batch.</summary>
[Dim(16)] public readonly partial struct ToyHeadDim : IDim;

/// <summary>Taps of a convolution, and blocks.</summary>
[Dim(4)] public readonly partial struct ToyTaps : IDim;

/// <summary>The feed-forward layer.</summary>
[Dim(80)] public readonly partial struct ToyHidden : IDim;

/// <summary>Bytes.</summary>
[Dim(256)] public readonly partial struct ToyVocab : IDim;

/// <summary>A model whose kernels are short enough to be read as PTX.</summary>
[Model]
public sealed partial record class Toy(
    [Key("")] CausalLm<ToyVocab, ToyWidth, ToyTaps, TttMambaBlock<ToyWidth, ToyHeads, ToyHeadDim, ToyHeadDim, ToyTaps, ToyHidden, LinearMemory<ToyHeadDim>>> Lm);
