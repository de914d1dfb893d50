namespace TttGen.Presets;

/// <summary>
/// The dimensions of the paper's 760m model (arXiv 2407.04620): 24 blocks of 1536, 16 heads of 96.
/// A model is declared with them in a few lines, with either backbone and any memory:
/// <code>
/// using TttGen;
/// using TttGen.InnerModels;
/// using TttGen.Layers;
/// using static TttGen.Presets.Size760M;
///
/// [Model]
/// public sealed partial record class MyModel(
///     Embedding&lt;Vocab, Width&gt; EmbedTokens,
///     Stack&lt;Depth, TransformerBlock&lt;Width, Heads, HeadDim, MiniBatch, Hidden, LinearMemory&lt;HeadDim&gt;&gt;, Width&gt; Layers,
///     RmsNorm&lt;Width&gt; Norm)
/// {
///     public Logits&lt;Vocab&gt; Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
/// }
/// </code>
/// The paper's Transformer is Llama, <c>LlamaBlock&lt;Width, Width, Width, Heads, Heads, HeadDim, Hidden&gt;</c>. The Mamba backbone is <c>TttMambaBlock&lt;Width, Heads, HeadDim, MiniBatch, Taps, Hidden, …&gt;</c>; TTT-MLP is
/// <c>MlpMemory&lt;HeadDim, InnerHidden&gt;</c>; an untied head is a parameter <c>LmHead&lt;Width, Vocab&gt; Head</c> whose <c>Logits</c> stand for the embedding's.
/// </summary>
public static partial class Size760M
{
    /// <summary>Elements of a row: 1536.</summary>
    [Dim(1536)] public readonly partial struct Width : IDim;

    /// <summary>Heads: 16.</summary>
    [Dim(16)] public readonly partial struct Heads : IDim;

    /// <summary>Elements of one head: 96.</summary>
    [Dim(96)] public readonly partial struct HeadDim : IDim;

    /// <summary>The size of the feed-forward layer: 4096.</summary>
    [Dim(4096)] public readonly partial struct Hidden : IDim;

    /// <summary>The hidden size of TTT-MLP, four times a head: 384.</summary>
    [Dim(384)] public readonly partial struct InnerHidden : IDim;

    /// <summary>Blocks: 24.</summary>
    [Dim(24)] public readonly partial struct Depth : IDim;

    /// <summary>Tokens to choose from: 32000, the Llama tokenizer's.</summary>
    [Dim(32000)] public readonly partial struct Vocab : IDim;

    /// <summary>Tokens of a mini-batch: 16.</summary>
    [Dim(16)] public readonly partial struct MiniBatch : IDim;

    /// <summary>Tokens that a convolution sees: 4.</summary>
    [Dim(4)] public readonly partial struct Taps : IDim;
}
