using TttGen.Inference;
using TttGen.Numerics.Tests.Spec;

namespace TttGen.Numerics.Tests.Compiled;

/// <summary>The compiled model of each golden case.</summary>
internal static class CompiledModels
{
    public static IReadOnlyDictionary<string, ModelDefinition> OfGolden { get; } = new Dictionary<string, ModelDefinition>
    {
        ["linear-transformer"] = LinearTransformer.Definition,
        ["linear-transformer-ragged-50"] = LinearTransformer.Definition,
        ["linear-transformer-heads-of-96"] = LinearTransformerHeadsOf96.Definition,
        ["linear-mamba"] = LinearMamba.Definition,
        ["linear-mamba-heads-of-64"] = LinearMambaHeadsOf64.Definition,
        ["linear-mamba-stops-inside-a-mini-batch"] = LinearMamba.Definition,
        ["mlp-transformer"] = MlpTransformer.Definition,
        ["mlp-transformer-stops-inside-a-mini-batch"] = MlpTransformer.Definition,
        ["mlp-mamba"] = MlpMamba.Definition,
        ["mlp-mamba-ragged-21"] = MlpMamba.Definition,
    };

    public static CompiledModel Load(GoldenCase golden, string name, int threads = 2) =>
        (CompiledModel)OfGolden[name].Load(golden.Directory, new ModelOptions { Threads = threads });
}
