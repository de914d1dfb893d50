using TttGen;
using TttGen.InnerModels;
using TttGen.Layers;
using static TttGen.Presets.Size125M;

namespace TttMlp125MSample;

/// <summary>The paper's 125m model with TTT-MLP for its memory. Its weights are random, for <c>bench</c>, unless --model names a checkpoint.</summary>
[Model]
public sealed partial record class TttMlp125M(
    [Key("")] CausalLm<Vocab, Width, Depth, TransformerBlock<Width, Heads, HeadDim, MiniBatch, Hidden, MlpMemory<HeadDim, InnerHidden>>> Lm);
