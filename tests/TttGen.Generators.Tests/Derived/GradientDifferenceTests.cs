using TttGen.Compiler;
using TttGen.Compiler.Language;
using Xunit.Abstractions;

namespace TttGen.Generators.Tests.Derived;

/// <summary>Derived gradients against differences of the loss, in float64: of models that have no reference implementation's.</summary>
public sealed class GradientDifferenceTests(ITestOutputHelper output)
{
    private const double Bar = 1e-7;

    private static readonly Lazy<Dictionary<string, ModelSource>> Sources = new(() => ModelSources.Of(
        ["TttGen.TestModels/InnerModels.cs", "TttGen.TestModels/MemoryModels.cs", "TttGen.Numerics.Tests/AttentionModels.cs", "TttGen.Numerics.Tests/LlamaFamily.cs", "TttGen.Numerics.Tests/RecurrenceModels.cs"]));

    [Theory]
    [InlineData("AttendByTwenty")]
    [InlineData("Qwen3ByTwenty")]
    [InlineData("Qwen3ByNinetySix")]
    [InlineData("Qwen2ByTen")]
    [InlineData("MistralByTwenty")]
    [InlineData("CappedByTwenty")]
    [InlineData("SinksByTen")]
    [InlineData("SelectiveByThirty")]
    public void Every_gradient_is_the_slope_of_the_loss(string model)
    {
        var linked = Linker.Link(Sources.Value[model]);
        var random = new Random(9);
        int[] tokens = [.. Enumerable.Range(0, 21).Select(_ => random.Next(linked.Vocabulary))];
        var weights = linked.Parameters.SelectMany(p => Enumerable.Range(0, p.Layers).Select(layer => (Key: LinkedWeights.Key(p, layer), Parameter: p)))
            .ToDictionary(t => t.Key, t => Draw(t.Key, t.Parameter, random));
        var derived = new DerivedGradient(linked, key => weights[key], key => linked.Settings.Single(s => s.Key == key).Default);
        derived.Add(tokens, 1.0 / tokens.Length);
        var gradients = derived.Gradients.ToDictionary(g => g.Key, g => g.Value.ToArray());
        var worst = 0.0;
        foreach (var (key, numbers) in weights)
        {
            var gradient = gradients[key];
            var norm = Math.Sqrt(gradient.Sum(g => g * g));
            Assert.True(norm > 1e-6, $"{key} has no gradient");
            // along the gradient, and across it as far
            double[] direction = [.. gradient.Select(g => g / norm + Initialisation.Normal(random) / Math.Sqrt(gradient.Length))], kept = [.. numbers];
            // the error of differences is of fourth order
            var slope = (4 * Slope(1e-3) - Slope(2e-3)) / 3;
            var error = Math.Abs(slope - direction.Zip(gradient, (d, g) => d * g).Sum()) / norm;
            Assert.True(error <= Bar, $"{key}: differences {slope:E8}, the derived gradient by {error:E1} of its norm away");
            worst = Math.Max(worst, error);

            double Slope(double by) => (Loss(by) - Loss(-by)) / (2 * by);

            double Loss(double by)
            {
                for (var i = 0; i < numbers.Length; i++) numbers[i] = kept[i] + by * direction[i];
                var loss = derived.Loss(tokens, 1.0 / tokens.Length);
                kept.CopyTo(numbers, 0);
                return loss;
            }
        }
        output.WriteLine($"{weights.Count} tensors, the worst {worst:E1}");
    }

    private static double[] Draw(string key, LinkedParameter parameter, Random random)
    {
        var (mean, deviation) = parameter.Form == ParameterForm.Vector ? (Initialisation.VectorStart(key), 0.2) : (0, 1 / Math.Sqrt(parameter.Inner));
        return [.. Enumerable.Range(0, parameter.Shape.Aggregate(1, (count, size) => count * size)).Select(_ => mean + deviation * Initialisation.Normal(random))];
    }
}
