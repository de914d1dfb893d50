using TttGen;
using TttGen.InnerModels;
using TttGen.Layers;
using static TttGen.Presets.Size125M;

namespace TttMlp125MSample;

/// <summary>The paper's 125m model with TTT-MLP for its memory. Its weights are random, for <c>bench</c>, unless --model names a checkpoint.</summary>
[Model]
public sealed partial record class TttMlp125M(
    Embedding<Vocab, Width> EmbedTokens,
    Stack<Depth, TransformerBlock<Width, Heads, HeadDim, MiniBatch, Hidden, MlpMemory<HeadDim, InnerHidden>>, Width> Layers,
    RmsNorm<Width> Norm)
{
    /// <summary>Logits of the next token after each of the given ones.</summary>
    public Logits<Vocab> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
}
