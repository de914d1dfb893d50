using TttGen.InnerModels;
using TttGen.Layers;
using TttGen.Presets;

namespace TttGen.Gpu.Models;

/// <summary>TTT-Linear of the paper's 125m size.</summary>
[Model]
public sealed partial record class Linear125M(
    Embedding<Size125M.Vocab, Size125M.Width> EmbedTokens,
    Stack<Size125M.Depth, TransformerBlock<Size125M.Width, Size125M.Heads, Size125M.HeadDim, Size125M.MiniBatch, Size125M.Hidden, LinearMemory<Size125M.HeadDim>>, Size125M.Width> Layers,
    RmsNorm<Size125M.Width> Norm)
{
    /// <summary>Logits of the next token after each of the given ones.</summary>
    public Logits<Size125M.Vocab> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
}

/// <summary>TTT-MLP of the paper's 125m size.</summary>
[Model]
public sealed partial record class Mlp125M(
    Embedding<Size125M.Vocab, Size125M.Width> EmbedTokens,
    Stack<Size125M.Depth, TransformerBlock<Size125M.Width, Size125M.Heads, Size125M.HeadDim, Size125M.MiniBatch, Size125M.Hidden, MlpMemory<Size125M.HeadDim, Size125M.InnerHidden>>, Size125M.Width> Layers,
    RmsNorm<Size125M.Width> Norm)
{
    /// <summary>Logits of the next token after each of the given ones.</summary>
    public Logits<Size125M.Vocab> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
}

/// <summary>TTT-Linear of the paper's 1b size.</summary>
[Model]
public sealed partial record class Linear1B(
    Embedding<Size1B.Vocab, Size1B.Width> EmbedTokens,
    Stack<Size1B.Depth, TransformerBlock<Size1B.Width, Size1B.Heads, Size1B.HeadDim, Size1B.MiniBatch, Size1B.Hidden, LinearMemory<Size1B.HeadDim>>, Size1B.Width> Layers,
    RmsNorm<Size1B.Width> Norm)
{
    /// <summary>Logits of the next token after each of the given ones.</summary>
    public Logits<Size1B.Vocab> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
}

/// <summary>TTT-MLP of the paper's 1b size.</summary>
[Model]
public sealed partial record class Mlp1B(
    Embedding<Size1B.Vocab, Size1B.Width> EmbedTokens,
    Stack<Size1B.Depth, TransformerBlock<Size1B.Width, Size1B.Heads, Size1B.HeadDim, Size1B.MiniBatch, Size1B.Hidden, MlpMemory<Size1B.HeadDim, Size1B.InnerHidden>>, Size1B.Width> Layers,
    RmsNorm<Size1B.Width> Norm)
{
    /// <summary>Logits of the next token after each of the given ones.</summary>
    public Logits<Size1B.Vocab> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
}
