using TttGen.Inference;

namespace TttGen.Numerics.Tests.Compiled;

/// <content>Golden cases of models with recurrences.</content>
internal static partial class CompiledModels
{
    static partial void AddRecurrences(Dictionary<string, ModelDefinition> models) => models["mamba"] = SelectiveMamba.Definition;
}

/// <content>Small models with recurrences.</content>
internal abstract partial class SmallModel
{
    static partial void AddRecurrences(List<SmallModel> models) => models.AddRange(
    [
        Of<SelectiveByThirty>((model, tokens) => model.Apply(tokens).Items),
        Of<SelectiveByTwoHundred>((model, tokens) => model.Apply(tokens).Items),
        Of<RecurrentByTwelve>((model, tokens) => model.Apply(tokens).Items),
        Of<RecurrentByNinetySix>((model, tokens) => model.Apply(tokens).Items),
    ]);
}
