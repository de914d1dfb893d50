using TttGen;
using TttGen.InnerModels;
using TttGen.Layers;
using static TttGen.Presets.Size125M;

namespace Ttt125MSample;

/// <summary>The paper's 125m model: TTT-Linear in the Transformer backbone. Its weights are random, for <c>bench</c>, unless --model names a checkpoint.</summary>
[Model]
public sealed partial record class Ttt125M(
    Embedding<Vocab, Width> EmbedTokens,
    Stack<Depth, TransformerBlock<Width, Heads, HeadDim, MiniBatch, Hidden, LinearMemory<HeadDim>>, Width> Layers,
    RmsNorm<Width> Norm)
{
    /// <summary>Logits of the next token after each of the given ones.</summary>
    public Logits<Vocab> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
}
