using TttGen.InnerModels;
using TttGen.Layers;

namespace TttGen.Numerics.Tests;

/// <summary>Dimensions of a small model that the reference code trained on books.</summary>
public static partial class Books
{
    [Dim(256)] public readonly partial struct Vocab : IDim;
    [Dim(192)] public readonly partial struct Width : IDim;
    [Dim(4)] public readonly partial struct Depth : IDim;
    [Dim(3)] public readonly partial struct Heads : IDim;
    [Dim(64)] public readonly partial struct HeadDim : IDim;
    [Dim(512)] public readonly partial struct Hidden : IDim;
    [Dim(16)] public readonly partial struct MiniBatch : IDim;
    [Dim(4)] public readonly partial struct Taps : IDim;
}

/// <summary>TTT-Linear in the Mamba backbone, 1.9 million parameters.</summary>
[Model]
public sealed partial record class TinyBooks(
    [Key("")] CausalLm<Books.Vocab, Books.Width, Books.Depth, TttMambaBlock<Books.Width, Books.Heads, Books.HeadDim, Books.MiniBatch, Books.Taps, Books.Hidden, LinearMemory<Books.HeadDim>>> Lm);
