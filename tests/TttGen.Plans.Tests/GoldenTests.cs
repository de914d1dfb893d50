using TttGen.Gpu.Checking;
using TttGen.Gpu.Models;
using TttGen.Gpu.Results;
using TttGen.Kernels.Tests.Devices;
using Xunit.Abstractions;

namespace TttGen.Plans.Tests;

/// <summary>Every golden case through the whole plan, with the comparisons that a card's run makes: one call, token by token, the loss, inner states.</summary>
public sealed class GoldenTests(ITestOutputHelper output)
{
    public static TheoryData<string> Models => [.. KnownModels.All.Where(model => model.Goldens.Count > 0).Select(model => model.Name)];

    [Theory, OnPocl(nameof(Models), takesMinutes: true)]
    public void Tensors_are_those_of_the_reference(AcceleratorKind kind, string name)
    {
        using var device = new IlgpuDevice(kind);
        var log = new ResultLog(path: null) { Listener = result => output.WriteLine(result.ToJson()) };
        var known = KnownModel.Named(name);
        new GoldenChecker(known, device, log, Path.Combine(AppContext.BaseDirectory, "golden")).Run();
        device.Synchronize();
        Assert.True(log.Results.Count >= 3 * known.Goldens.Count);
        Assert.All(log.Results.Cast<Check>(), check => Assert.True(check.Passed, check.ToJson()));
    }
}
