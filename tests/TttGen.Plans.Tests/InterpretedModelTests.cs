using TttGen.Kernels.Tests.Devices;
using Xunit.Abstractions;

namespace TttGen.Plans.Tests;

/// <summary>Whole models follow the executable spec on ILGPU's interpreter: those that PoCL gets wrong (<see cref="OpenClModelTests"/>). It wakes a thread some hundred thousand times a second.</summary>
public sealed class InterpretedModelTests(ITestOutputHelper output)
{
    /// <summary>Each, and so many tokens: several mini-batches, or one and a token where heads of 96 are slow.</summary>
    public static TheoryData<string, int> Models => new()
    {
        { "TiedBySix", 50 }, { "DeltaByTen", 50 }, { "MambaByTen", 50 }, { "ThreeLayerBySix", 50 }, { "MlpByTen", 50 }, { "MlpBySixteen", 50 }, { "MlpByNinetySix", 17 },
        // under an optimiser, all of them
        { "TitansBySix", 50 }, { "TitansMlpByTen", 17 }, { "TitansSwiGluByTen", 17 }, { "TitansDeltaByNinetySix", 17 }, { "TitansSquashedBySix", 17 },
    };

    /// <summary>One that PoCL gets wrong in calls of a few rows only.</summary>
    public static TheoryData<string> InPieces => ["SwiGluByTen"];

    [Theory, TakesMinutes(nameof(Models))]
    public void Logits_are_those_of_the_executable_spec(string name, int tokens)
    {
        using var model = new SpecComparison(name, AcceleratorKind.Ascending, output);
        model.Prefill(tokens);
        model.Decode(1, 2);
    }

    [Theory, TakesMinutes(nameof(InPieces))]
    public void Calls_of_any_length_are_those_of_the_executable_spec(string name)
    {
        using var model = new SpecComparison(name, AcceleratorKind.Ascending, output);
        model.Prefill(50);
        model.Decode(3, 2);
        model.ReadInPieces(40, 35, 20);
    }
}
