namespace TttGen.Presets;

/// <summary>
/// The dimensions of Mamba 790m as its authors published it (arXiv 2312.00752, state-spaces/mamba-790m-hf): 48 blocks of 1536, 3072 channels of 16 places.
/// <code>
/// using TttGen;
/// using TttGen.Layers;
/// using static TttGen.Presets.Mamba790M;
///
/// [Model]
/// public sealed partial record class MyModel([Key("/backbone")] MambaLm&lt;Vocab, Width, Depth, MambaBlock&lt;Width, Channels, Places, Rank, Taps&gt;&gt; Lm);
/// </code>
/// </summary>
public static partial class Mamba790M
{
    /// <summary>Elements of a row: 1536.</summary>
    [Dim(1536)] public readonly partial struct Width : IDim;

    /// <summary>Channels of the scan: 3072.</summary>
    [Dim(3072)] public readonly partial struct Channels : IDim;

    /// <summary>Places of a channel: 16.</summary>
    [Dim(16)] public readonly partial struct Places : IDim;

    /// <summary>The rank of the rates: 96.</summary>
    [Dim(96)] public readonly partial struct Rank : IDim;

    /// <summary>Blocks: 48.</summary>
    [Dim(48)] public readonly partial struct Depth : IDim;

    /// <summary>Tokens to choose from: 50280, the GPT-NeoX tokenizer's, rounded up to a multiple of 8.</summary>
    [Dim(50280)] public readonly partial struct Vocab : IDim;

    /// <summary>Tokens that the convolution sees: 4.</summary>
    [Dim(4)] public readonly partial struct Taps : IDim;
}
