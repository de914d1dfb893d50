using TttGen.Kernels.Tests.Devices;
using TttGen.Numerics.Tests.Compiled;
using Xunit.Abstractions;

namespace TttGen.Plans.Tests;

/// <summary>
/// Models follow the executable spec on ILGPU's interpreter, where kernels are the C# that they are written in, threads are threads, and every index is
/// asserted: some tokens of each model, for it is slow.
/// </summary>
public sealed class ToyModelTests(ITestOutputHelper output)
{
    public static TheoryData<string> Models => [.. SmallModel.All.Keys];

    [Theory, OnCpu(nameof(Models))]
    public void Logits_are_those_of_the_executable_spec(AcceleratorKind kind, string name)
    {
        using var model = new SpecComparison(name, kind, output);
        model.Prefill(19);
        model.Decode(1, 7);
    }
}
