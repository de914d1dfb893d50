using TttGen.Inference;
using TttGen.Kernels.Tests.Devices;
using TttGen.Numerics.Tests.Compiled;
using TttGen.Numerics.Tests.Spec;

namespace TttGen.Plans.Tests;

/// <summary>Whole models on a device, every kernel of the plan: against the executable spec in float64, for every inner model.</summary>
public sealed class DeviceModelTests(Xunit.Abstractions.ITestOutputHelper output)
{
    private const double Bar = 2e-5;

    public static TheoryData<AcceleratorKind, string> Models
    {
        get
        {
            var data = new TheoryData<AcceleratorKind, string>();
            foreach (var kind in TestAccelerator.Here.Where(kind => kind == AcceleratorKind.Cpu))
                foreach (var name in SmallModel.All.Keys) data.Add(kind, name);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Logits_are_those_of_the_executable_spec(AcceleratorKind kind, string name)
    {
        var random = new Random(5);
        var small = SmallModel.All[name];
        using var device = new IlgpuDevice(kind);
        using var model = small.LoadAnywhere(new ModelOptions { Device = device });
        int[] tokens = [.. Enumerable.Range(0, 37).Select(_ => random.Next(model.Vocabulary))];
        var expected = small.Oracle(tokens);
        var prefilled = model.AllLogits(tokens);
        var few = tokens[..(kind == AcceleratorKind.Cpu ? 9 : 37)];
        var decoded = model.DecodedLogits(few);
        output.WriteLine($"prefill: {RelativeError.Of(prefilled, expected):E1}");
        output.WriteLine($"decode: {RelativeError.Of(decoded, expected[..decoded.Length]):E1}");
        RelativeError.Within(Bar, prefilled, expected, "logits of one call");
        RelativeError.Within(Bar, decoded, expected[..decoded.Length], "logits token by token");
        device.Synchronize();
    }
}
