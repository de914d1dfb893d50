using TttGen;
using TttGen.Layers;
using static TttGen.Presets.Size125M;

namespace Llama125MSample;

/// <summary>The paper's Transformer of 125m. Its weights are random, for <c>bench</c>, unless --model names a checkpoint.</summary>
[Model]
public sealed partial record class Llama125M(
    [Key("")] CausalLm<Vocab, Width, Depth, LlamaBlock<Width, Width, Width, Heads, Heads, HeadDim, Hidden>> Lm);
