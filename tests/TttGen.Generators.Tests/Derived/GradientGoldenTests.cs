using TttGen.Checkpoints;
using TttGen.Compiler;
using TttGen.Compiler.Language;
using Xunit.Abstractions;

namespace TttGen.Generators.Tests.Derived;

/// <summary>
/// What is derived, before any of it is scheduled, against the reference implementation's gradients in float64. Those are stored in float32, whose
/// rounding, about 3e-8 of a tensor's norm, is in every error here.
/// </summary>
public sealed class GradientGoldenTests(ITestOutputHelper output)
{
    private const double Bar = 1e-7;

    private static readonly Lazy<Dictionary<string, ModelSource>> Sources = new(() => ModelSources.Of(["TttGen.Numerics.Tests/Models.cs", "TttGen.Numerics.Tests/LlamaModels.cs", "TttGen.Numerics.Tests/MambaModels.cs"]));

    [Theory]
    [InlineData("linear-transformer", "LinearTransformer")]
    [InlineData("linear-transformer-ragged-50", "LinearTransformer")]
    [InlineData("linear-transformer-heads-of-96", "LinearTransformerHeadsOf96")]
    [InlineData("linear-mamba", "LinearMamba")]
    [InlineData("linear-mamba-heads-of-64", "LinearMambaHeadsOf64")]
    [InlineData("linear-mamba-stops-inside-a-mini-batch", "LinearMamba")]
    [InlineData("mlp-transformer", "MlpTransformer")]
    [InlineData("mlp-transformer-stops-inside-a-mini-batch", "MlpTransformer")]
    [InlineData("mlp-mamba", "MlpMamba")]
    [InlineData("mlp-mamba-ragged-21", "MlpMamba")]
    [InlineData("llama", "SmallLlama")]
    [InlineData("llama-grouped-query", "SmallLlamaOfTwoKeyHeads")]
    [InlineData("mamba", "SelectiveMamba")]
    public void The_loss_and_every_gradient_are_those_of_the_reference(string name, string model)
    {
        var directory = Path.Combine(AppContext.BaseDirectory, "golden", name);
        using var checkpoint = Checkpoint.Open(directory);
        using var ids = SafetensorsFile.Open(Path.Combine(directory, "case.safetensors"));
        using var reference = SafetensorsFile.Open(Path.Combine(directory, "gradients.safetensors"));
        var shape = ids.Tensors["input_ids"].Shape;
        var (sequences, length) = ((int)shape[0], (int)shape[1]);

        var linked = Linker.Link(Sources.Value[model]);
        var parameters = linked.Parameters.SelectMany(p => Enumerable.Range(0, p.Layers).Select(layer => new ParameterInfo(LinkedWeights.Key(p, layer), p.Shape))).ToDictionary(p => p.Key);
        checkpoint.Check([.. parameters.Values], model);
        var derived = new DerivedGradient(linked, key => Numbers(parameters[key].Shape.Select(size => (long)size), to => checkpoint.Read(key, 0, to)), key => checkpoint.Config.Double(key, linked.Settings.Single(s => s.Key == key).Default));
        var loss = 0.0;
        for (var s = 0; s < sequences; s++)
        {
            var tokens = new long[length];
            ids.ReadInt64("input_ids", s * length, tokens);
            loss += derived.Add([.. tokens.Select(t => (int)t)], 1.0 / (sequences * (length - 1)));
        }

        Assert.Equal(Reference("loss")[0], loss, Bar * loss);
        var whole = Whole(derived.Gradients);
        Assert.Equal(reference.Tensors.Keys.Where(k => k != "loss").Order(), whole.Keys.Select(k => "grad." + k).Order());
        var errors = whole.Select(g => (g.Key, Error: Error(g.Value, Reference("grad." + g.Key)))).OrderByDescending(e => e.Error).ToList();
        output.WriteLine($"{errors.Count} tensors, the worst: {errors[0].Key}: {errors[0].Error:E2}");
        Assert.True(errors.All(e => e.Error <= Bar), string.Join("\n", errors.Where(e => !(e.Error <= Bar)).Select(e => $"{e.Key}: {e.Error:E2}")));

        double[] Reference(string key) => Numbers(reference.Tensors[key].Shape, to => reference.Read(key, 0, to));
    }

    /// <summary>Tensors as a checkpoint has them: parameters that are pieces of one lie behind one another.</summary>
    private static Dictionary<string, double[]> Whole(Dictionary<string, double[]> parameters) =>
        parameters.OrderBy(p => p.Key, StringComparer.Ordinal).GroupBy(p => p.Key.Split('[')[0]).ToDictionary(g => g.Key, g => g.SelectMany(p => p.Value).ToArray());

    private static double[] Numbers(IEnumerable<long> shape, Action<float[]> read)
    {
        var numbers = new float[shape.Aggregate(1L, (count, size) => count * size)];
        read(numbers);
        return Array.ConvertAll(numbers, x => (double)x);
    }

    /// <summary>‖found − expected‖ / ‖expected‖</summary>
    private static double Error(double[] found, double[] expected)
    {
        Assert.Equal(expected.Length, found.Length);
        return Math.Sqrt(found.Zip(expected, (f, e) => (f - e) * (f - e)).Sum() / expected.Sum(e => e * e));
    }
}
