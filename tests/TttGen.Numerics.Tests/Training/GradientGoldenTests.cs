using TttGen.Numerics.Tests.Compiled;
using TttGen.Numerics.Tests.Spec;
using Xunit.Abstractions;

namespace TttGen.Numerics.Tests.Training;

/// <summary>Gradients of whole compiled models against the reference implementation's, in float32.</summary>
public sealed class GradientGoldenTests(ITestOutputHelper output)
{
    private const double Bar = 1e-4;

    public static TheoryData<string> Cases => [.. CompiledModels.OfGolden.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_loss_and_every_gradient_are_those_of_the_reference(string name)
    {
        using var golden = new GoldenBatch(name);
        var loss = golden.Model.Accumulate(golden.Whole, golden.Scale);
        Assert.Equal(golden.Sequences * (golden.Length - 1), loss.Targets);
        Assert.Equal(golden.Loss, loss.Nats * golden.Scale, 2e-5 * golden.Loss);
        var errors = golden.Model.Tensors.Select(t => (t.Key, Error: RelativeError.Of(Array.ConvertAll(golden.Model.ReadGradient(t.Key), x => (double)x), golden.Gradient(t.Key)))).OrderByDescending(e => e.Error).ToList();
        output.WriteLine($"{errors.Count} tensors, the worst: {errors[0].Key}: {errors[0].Error:E2}");
        Assert.True(errors.All(e => e.Error <= Bar), string.Join("\n", errors.Where(e => !(e.Error <= Bar)).Select(e => $"{e.Key}: {e.Error:E2}")));
    }
}
