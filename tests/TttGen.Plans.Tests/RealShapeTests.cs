using TttGen.Cpu;
using TttGen.Gpu.Checking;
using TttGen.Gpu.Models;
using TttGen.Gpu.Results;
using TttGen.Inference;
using TttGen.Kernels.Tests.Devices;
using Xunit.Abstractions;

namespace TttGen.Plans.Tests;

/// <summary>Models of the paper's widths and heads against the CPU's, with the comparisons that a card's run makes.</summary>
public sealed class RealShapeTests(ITestOutputHelper output)
{
    private static readonly ModelDefinition[] Definitions = [LinearOf125M.Definition, MlpOf760M.Definition];

    public static TheoryData<string> Models => [.. Definitions.Select(definition => definition.Name)];

    [Theory, OnPocl(nameof(Models))]
    public void Numbers_are_those_of_the_CPU(AcceleratorKind kind, string name)
    {
        using var device = new IlgpuDevice(kind);
        var log = new ResultLog(path: null) { Listener = result => output.WriteLine(result.ToJson()) };
        var known = new KnownModel(name, Definitions.Single(definition => definition.Name == name));
        using var checkpoint = new RandomCheckpoint(known.Definition);
        new RandomChecker(known, device, log, WeightType.Float32).Run(checkpoint.Folder);
        device.Synchronize();
        Assert.Equal(11, log.Results.Count);
        Assert.All(log.Results.Cast<Check>(), check => Assert.True(check.Passed, check.ToJson()));
    }
}
