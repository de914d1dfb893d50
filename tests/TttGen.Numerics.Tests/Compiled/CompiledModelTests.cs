using TttGen.Numerics.Tests.Spec;

namespace TttGen.Numerics.Tests.Compiled;

/// <summary>Whole models with every inner model: generated code in float32 against the executable spec in float64.</summary>
public sealed class CompiledModelTests(Xunit.Abstractions.ITestOutputHelper output)
{
    private const double Bar = 2e-5;

    public static TheoryData<string> Models => [.. SmallModel.All.Keys];

    [Theory]
    [MemberData(nameof(Models))]
    public void Logits_are_those_of_the_executable_spec(string name)
    {
        var random = new Random(5);
        var small = SmallModel.All[name];
        using var model = small.Load();
        int[] tokens = [.. Enumerable.Range(0, 37).Select(_ => random.Next(model.Vocabulary))];
        var expected = small.Oracle(tokens);
        var prefilled = model.AllLogits(tokens);
        var decoded = model.DecodedLogits(tokens);
        output.WriteLine($"prefill: {RelativeError.Of(prefilled, expected):E1}");
        output.WriteLine($"decode: {RelativeError.Of(decoded, expected):E1}");
        RelativeError.Within(Bar, prefilled, expected, "logits of one call");
        RelativeError.Within(Bar, decoded, expected, "logits token by token");
    }
}
