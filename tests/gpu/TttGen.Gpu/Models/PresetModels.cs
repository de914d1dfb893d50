using TttGen.InnerModels;
using TttGen.Layers;
using TttGen.Presets;

namespace TttGen.Gpu.Models;

/// <summary>TTT-Linear of the paper's 125m size.</summary>
[Model]
public sealed partial record class Linear125M(
    [Key("")] CausalLm<Size125M.Vocab, Size125M.Width, Size125M.Depth,
        TransformerBlock<Size125M.Width, Size125M.Heads, Size125M.HeadDim, Size125M.MiniBatch, Size125M.Hidden, LinearMemory<Size125M.HeadDim>>> Lm);

/// <summary>TTT-MLP of the paper's 125m size.</summary>
[Model]
public sealed partial record class Mlp125M(
    [Key("")] CausalLm<Size125M.Vocab, Size125M.Width, Size125M.Depth,
        TransformerBlock<Size125M.Width, Size125M.Heads, Size125M.HeadDim, Size125M.MiniBatch, Size125M.Hidden, MlpMemory<Size125M.HeadDim, Size125M.InnerHidden>>> Lm);

/// <summary>TTT-Linear of the paper's 1b size.</summary>
[Model]
public sealed partial record class Linear1B(
    [Key("")] CausalLm<Size1B.Vocab, Size1B.Width, Size1B.Depth,
        TransformerBlock<Size1B.Width, Size1B.Heads, Size1B.HeadDim, Size1B.MiniBatch, Size1B.Hidden, LinearMemory<Size1B.HeadDim>>> Lm);

/// <summary>TTT-MLP of the paper's 1b size.</summary>
[Model]
public sealed partial record class Mlp1B(
    [Key("")] CausalLm<Size1B.Vocab, Size1B.Width, Size1B.Depth,
        TransformerBlock<Size1B.Width, Size1B.Heads, Size1B.HeadDim, Size1B.MiniBatch, Size1B.Hidden, MlpMemory<Size1B.HeadDim, Size1B.InnerHidden>>> Lm);
