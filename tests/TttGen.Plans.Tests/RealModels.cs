using TttGen.InnerModels;
using TttGen.Layers;
using TttGen.Numerics.Tests;
using TttGen.Presets;

namespace TttGen.Plans.Tests;

/// <summary>TTT-Linear of the 125m size, twelve heads of 64: one block of it.</summary>
[Model]
public sealed partial record class LinearOf125M(
    Embedding<Size125M.Vocab, Size125M.Width> EmbedTokens,
    Stack<One, TransformerBlock<Size125M.Width, Size125M.Heads, Size125M.HeadDim, Size125M.MiniBatch, Size125M.Hidden, LinearMemory<Size125M.HeadDim>>, Size125M.Width> Layers,
    RmsNorm<Size125M.Width> Norm)
{
    public Logits<Size125M.Vocab> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
}

/// <summary>TTT-MLP of the 760m size, sixteen heads of 96, whose states are more than shared memory holds: one block of the Mamba backbone.</summary>
[Model]
public sealed partial record class MlpOf760M(
    Embedding<Heads64.Vocab, Size760M.Width> EmbedTokens,
    Stack<One, MambaBlock<Size760M.Width, Size760M.Heads, Size760M.HeadDim, Size760M.MiniBatch, Size760M.Taps, Size760M.Hidden, MlpMemory<Size760M.HeadDim, Size760M.InnerHidden>>, Size760M.Width> Layers,
    RmsNorm<Size760M.Width> Norm)
{
    public Logits<Heads64.Vocab> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
}
