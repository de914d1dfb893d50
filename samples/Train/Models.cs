using TttGen;
using TttGen.InnerModels;
using TttGen.Layers;

namespace Train;

[Dim(256)] public readonly partial struct Vocab : IDim;       // bytes
[Dim(128)] public readonly partial struct Width : IDim;
[Dim(2)] public readonly partial struct Depth : IDim;
[Dim(1)] public readonly partial struct Once : IDim;         // of the hybrid: two layers in one block
[Dim(2)] public readonly partial struct Heads : IDim;
[Dim(64)] public readonly partial struct HeadDim : IDim;
[Dim(256)] public readonly partial struct InnerHidden : IDim; // of TTT-MLP: four times its head
[Dim(344)] public readonly partial struct Hidden : IDim;
[Dim(16)] public readonly partial struct MiniBatch : IDim;
[Dim(4)] public readonly partial struct Taps : IDim;
[Dim(4)] public readonly partial struct Blocks : IDim;        // of Mamba: two of them for one with a feed-forward layer
[Dim(256)] public readonly partial struct Channels : IDim;
[Dim(16)] public readonly partial struct Places : IDim;
[Dim(8)] public readonly partial struct Rank : IDim;

/// <summary>TTT-Linear in the Mamba backbone.</summary>
[Model(Trainable = true)]
public sealed partial record class LinearMamba(
    [Key("")] CausalLm<Vocab, Width, Depth, TttMambaBlock<Width, Heads, HeadDim, MiniBatch, Taps, Hidden, LinearMemory<HeadDim>>> Lm);

/// <summary>TTT-Linear in the Transformer backbone.</summary>
[Model(Trainable = true)]
public sealed partial record class LinearTransformer(
    [Key("")] CausalLm<Vocab, Width, Depth, TransformerBlock<Width, Heads, HeadDim, MiniBatch, Hidden, LinearMemory<HeadDim>>> Lm);

/// <summary>TTT-MLP in the Mamba backbone.</summary>
[Model(Trainable = true)]
public sealed partial record class MlpMamba(
    [Key("")] CausalLm<Vocab, Width, Depth, TttMambaBlock<Width, Heads, HeadDim, MiniBatch, Taps, Hidden, MlpMemory<HeadDim, InnerHidden>>> Lm);

/// <summary>TTT-MLP in the Transformer backbone.</summary>
[Model(Trainable = true)]
public sealed partial record class MlpTransformer(
    [Key("")] CausalLm<Vocab, Width, Depth, TransformerBlock<Width, Heads, HeadDim, MiniBatch, Hidden, MlpMemory<HeadDim, InnerHidden>>> Lm);

/// <summary>The paper's Transformer.</summary>
[Model(Trainable = true)]
public sealed partial record class Llama(
    [Key("")] CausalLm<Vocab, Width, Depth, LlamaBlock<Width, Width, Width, Heads, Heads, HeadDim, Hidden>> Lm);

/// <summary>Mamba.</summary>
[Model(Trainable = true)]
public sealed partial record class Mamba(
    [Key("/backbone")] MambaLm<Vocab, Width, Blocks, MambaBlock<Width, Channels, Places, Rank, Taps>> Lm);

/// <summary>A layer of TTT-MLP, then one of attention.</summary>
[Model(Trainable = true)]
public sealed partial record class Hybrid(
    [Key("")] CausalLm<Vocab, Width, Once, Sequential<Width,
        TransformerBlock<Width, Heads, HeadDim, MiniBatch, Hidden, MlpMemory<HeadDim, InnerHidden>>,
        LlamaBlock<Width, Width, Width, Heads, Heads, HeadDim, Hidden>>> Lm);
