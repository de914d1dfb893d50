using TttGen.Kernels.Tests.Devices;
using Xunit.Abstractions;

namespace TttGen.Plans.Tests;

/// <summary>Models with the paper's inner models follow the executable spec, as OpenCL.</summary>
public sealed class PaperModelTests(ITestOutputHelper output)
{
    public static TheoryData<string> Models => ModelSets.OfThePaper;

    [Theory, OnPocl(nameof(Models), takesMinutes: true)]
    public void Logits_are_those_of_the_executable_spec_however_they_are_asked_for(AcceleratorKind kind, string name) => Check(kind, name, output);

    /// <summary>Lengths about one mini-batch, and a rest; batches of one, of few and of many rows a product.</summary>
    internal static void Check(AcceleratorKind kind, string name, ITestOutputHelper output)
    {
        using var model = new SpecComparison(name, kind, output);
        model.Prefill(50, 17, 15, 1);
        model.Decode(1, 35);
        model.Decode(3, 18);
        model.Decode(10, 3);
        model.ReadInPieces(40, 35, 20);
    }
}
