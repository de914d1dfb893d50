using TttGen.Kernels.Tests.Devices;
using Xunit.Abstractions;

namespace TttGen.Plans.Tests;

/// <summary>Whole models follow the executable spec on ILGPU's interpreter: those that PoCL gets wrong (<see cref="OpenClModelTests"/>). It wakes a thread some hundred thousand times a second.</summary>
public sealed class InterpretedModelTests(ITestOutputHelper output)
{
    public static TheoryData<string> Models => ["TiedBySix", "DeltaByTen", "MambaByTen", "ThreeLayerBySix", "MlpByTen", "MlpBySixteen"];

    [Theory, Slow(nameof(Models))]
    public void Logits_are_those_of_the_executable_spec(string name)
    {
        using var model = new SpecComparison(name, AcceleratorKind.Ascending, output);
        model.Prefill(50);
        model.Decode(1, 2);
    }

    /// <summary>Heads of 96 and matrices of 96 × 384.</summary>
    [SlowFact]
    public void So_they_are_where_a_state_is_larger_than_shared_memory()
    {
        using var model = new SpecComparison("MlpByNinetySix", AcceleratorKind.Ascending, output);
        model.Prefill(17);
        model.Decode(1, 2);
    }
}
