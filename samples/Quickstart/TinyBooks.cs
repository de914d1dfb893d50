using TttGen;
using TttGen.InnerModels;
using TttGen.Layers;

namespace Quickstart;

[Dim(256)] public readonly partial struct Vocab : IDim;       // bytes
[Dim(192)] public readonly partial struct Width : IDim;
[Dim(5)] public readonly partial struct Depth : IDim;
[Dim(3)] public readonly partial struct Heads : IDim;
[Dim(64)] public readonly partial struct HeadDim : IDim;
[Dim(512)] public readonly partial struct Hidden : IDim;
[Dim(16)] public readonly partial struct MiniBatch : IDim;
[Dim(4)] public readonly partial struct Taps : IDim;

/// <summary>
/// The model in the folder beside, which has read Moby Dick, the King James Bible and the State of the Union: TTT-Linear in the Mamba backbone, 2.3 million
/// parameters. Apply is its one part's: <see cref="CausalLm{V, D, N, B}"/> without a key of its own, as the checkpoint's keys begin with <c>model.</c>.
/// </summary>
[Model(Trainable = true)]
public sealed partial record class TinyBooks(
    [Key("")] CausalLm<Vocab, Width, Depth, TttMambaBlock<Width, Heads, HeadDim, MiniBatch, Taps, Hidden, LinearMemory<HeadDim>>> Lm);
