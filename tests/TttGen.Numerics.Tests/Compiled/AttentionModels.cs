using TttGen.Inference;

namespace TttGen.Numerics.Tests.Compiled;

/// <content>Golden cases of models that attend.</content>
internal static partial class CompiledModels
{
    static partial void AddAttention(Dictionary<string, ModelDefinition> models)
    {
        models["llama"] = SmallLlama.Definition;
        models["llama-grouped-query"] = SmallLlamaOfTwoKeyHeads.Definition;
    }
}

/// <content>Small models that attend.</content>
internal abstract partial class SmallModel
{
    static partial void AddAttention(List<SmallModel> models) => models.AddRange(
    [
        Of<AttendByTwenty>((model, tokens) => model.Apply(tokens).Items),
        Of<AttendByNinetySix>((model, tokens) => model.Apply(tokens).Items),
        Of<WindowBySix>((model, tokens) => model.Apply(tokens).Items),
        Of<HybridByTen>((model, tokens) => model.Apply(tokens).Items),
        Of<Qwen3ByTwenty>((model, tokens) => model.Apply(tokens).Items),
        Of<Qwen3ByNinetySix>((model, tokens) => model.Apply(tokens).Items),
        Of<Qwen2ByTen>((model, tokens) => model.Apply(tokens).Items),
        Of<MistralByTwenty>((model, tokens) => model.Apply(tokens).Items),
        Of<CappedByTwenty>((model, tokens) => model.Apply(tokens).Items),
        Of<SinksByTen>((model, tokens) => model.Apply(tokens).Items),
    ]);
}
