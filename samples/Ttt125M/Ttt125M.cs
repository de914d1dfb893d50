using TttGen;
using TttGen.InnerModels;
using TttGen.Layers;
using static TttGen.Presets.Size125M;

namespace Ttt125MSample;

/// <summary>The paper's 125m model: TTT-Linear in the Transformer backbone. Its weights are random, for <c>bench</c>, unless --model names a checkpoint.</summary>
[Model]
public sealed partial record class Ttt125M(
    [Key("")] CausalLm<Vocab, Width, Depth, TransformerBlock<Width, Heads, HeadDim, MiniBatch, Hidden, LinearMemory<HeadDim>>> Lm);
