using TttGen.Kernels.Tests.Devices;
using Xunit.Abstractions;

namespace TttGen.Plans.Tests;

/// <summary>
/// Whole models follow the executable spec as OpenCL, kernels as ILGPU's code generation makes them. PoCL 3.1 gets some scans wrong when it optimises, and takes many
/// minutes when it doesn't: those that are not here are <see cref="InterpretedModelTests"/>' (TestAccelerator says more).
/// </summary>
public sealed class OpenClModelTests(ITestOutputHelper output)
{
    /// <summary>One of the paper's inner models each, one with factors, and the other backbone.</summary>
    public static TheoryData<string> Models => ["LinearBySix", "MlpBySix", "LowRankBySixteen", "MambaBySix"];

    /// <summary>The others.</summary>
    public static TheoryData<string> OtherModels =>
    [
        "LinearByTen", "LinearBySixteen", "LinearByNinetySix", "SwiGluBySix", "ThreeLayerBySixteen", "LowRankByNinetySix", "DeltaByTenOnline", "ScaledBySix",
        "ScaledBySixteen", "TiedByTen", "GainByTen", "SquashedBySix", "SkippedStack", "MixedMemories", "OneLayer", "UntiedLinearTransformer",
    ];

    [Theory, OnPocl(nameof(Models)), OnPocl(nameof(OtherModels), takesMinutes: true)]
    public void Logits_are_those_of_the_executable_spec_however_they_are_asked_for(AcceleratorKind kind, string name)
    {
        // Lengths about one mini-batch, and a rest; batches of one, of few and of many rows a product.
        using var model = new SpecComparison(name, kind, output);
        model.Prefill(50, 17, 15, 1);
        model.Decode(1, 35);
        model.Decode(3, 18);
        model.Decode(10, 3);
        model.ReadInPieces(40, 35, 20);
    }
}
