using TttGen.Inference;
using TttGen.Numerics.Tests.Spec;

namespace TttGen.Numerics.Tests.Compiled;

/// <summary>The compiled model of each golden case.</summary>
internal static partial class CompiledModels
{
    public static IReadOnlyDictionary<string, ModelDefinition> OfGolden { get; } = WithCpuOnly(new()
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
    });

    /// <summary>Models that attend, and those with recurrences, have no kernels for CUDA yet: only tests of the CPU's code add them.</summary>
    static partial void AddAttention(Dictionary<string, ModelDefinition> models);

    /// <inheritdoc cref="AddAttention"/>
    static partial void AddRecurrences(Dictionary<string, ModelDefinition> models);

    private static Dictionary<string, ModelDefinition> WithCpuOnly(Dictionary<string, ModelDefinition> models)
    {
        AddAttention(models);
        AddRecurrences(models);
        return models;
    }

    public static CompiledModel Load(GoldenCase golden, string name, int threads = 2) =>
        (CompiledModel)OfGolden[name].Load(golden.Directory, new ModelOptions { Threads = threads });
}
