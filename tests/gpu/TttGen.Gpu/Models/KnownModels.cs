using TttGen.Inference;
using TttGen.Numerics.Tests;

namespace TttGen.Gpu.Models;

/// <summary>A model of this program.</summary>
/// <param name="Name">On the command line and in tables.</param>
/// <param name="Definition">What was compiled.</param>
/// <param name="Goldens">The reference's cases of it.</param>
internal sealed record KnownModel(string Name, ModelDefinition Definition, params IReadOnlyList<string> Goldens)
{
    /// <summary>A folder with a checkpoint that the reference trained, and a text that it did not learn from; null: there is none.</summary>
    public string? Text { get; init; }

    /// <summary>By name.</summary>
    /// <exception cref="TttException">There is none of that name.</exception>
    public static KnownModel Named(string name) => KnownModels.All.FirstOrDefault(model => model.Name == name)
        ?? throw new TttException($"{name}: expected one of {string.Join(", ", KnownModels.All.Select(model => model.Name))}");
}

/// <summary>All models of this program.</summary>
internal static class KnownModels
{
    /// <summary>Those that the reference computed, the paper's, and those of odd shapes, in this order.</summary>
    public static IReadOnlyList<KnownModel> All { get; } =
    [
        new("linear-transformer", LinearTransformer.Definition, "linear-transformer", "linear-transformer-ragged-50"),
        new("mlp-mamba", MlpMamba.Definition, "mlp-mamba", "mlp-mamba-ragged-21"),
#if !TTTGEN_GPU_TWO
        new("linear-transformer-96", LinearTransformerHeadsOf96.Definition, "linear-transformer-heads-of-96"),
        new("linear-mamba", LinearMamba.Definition, "linear-mamba", "linear-mamba-stops-inside-a-mini-batch"),
        new("linear-mamba-64", LinearMambaHeadsOf64.Definition, "linear-mamba-heads-of-64"),
        new("mlp-transformer", MlpTransformer.Definition, "mlp-transformer", "mlp-transformer-stops-inside-a-mini-batch"),
        new("untied", UntiedLinearTransformer.Definition),
#endif
#if TTTGEN_GPU_ALL
        new("tiny-books", TinyBooks.Definition) { Text = "tiny-books" },
        new("linear-125m", Linear125M.Definition),
        new("mlp-125m", Mlp125M.Definition),
        new("linear-1b", Linear1B.Definition),
        new("mlp-1b", Mlp1B.Definition),
        .. new[]
        {
            LinearBySix.Definition, LinearByTen.Definition, LinearBySixteen.Definition, LinearByNinetySix.Definition, MlpBySix.Definition, MlpByTen.Definition, MlpBySixteen.Definition,
            MlpByNinetySix.Definition, SwiGluBySix.Definition, SwiGluByTen.Definition, ThreeLayerBySix.Definition, ThreeLayerBySixteen.Definition, LowRankBySixteen.Definition,
            LowRankByNinetySix.Definition, DeltaByTen.Definition, DeltaByTenOnline.Definition, ScaledBySix.Definition, ScaledBySixteen.Definition, TiedBySix.Definition, TiedByTen.Definition,
            GainByTen.Definition, SquashedBySix.Definition, MambaByTen.Definition, MambaBySix.Definition, MixedMemories.Definition,
        }.Select(definition => new KnownModel(definition.Name, definition)),
#endif
    ];
}
