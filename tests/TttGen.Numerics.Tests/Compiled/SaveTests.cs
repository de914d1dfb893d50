using TttGen.Checkpoints;
using TttGen.Cpu;
using TttGen.Inference;
using TttGen.Numerics.Tests.Spec;
using TttGen.Runtime.Tests.Checkpoints;

namespace TttGen.Numerics.Tests.Compiled;

/// <summary>Models saved and loaded again, and weights of fewer bits.</summary>
public sealed class SaveTests(Xunit.Abstractions.ITestOutputHelper output)
{
    public static TheoryData<string> Models => ["linear-transformer", "linear-mamba", "mlp-transformer", "mlp-mamba", "linear-transformer-heads-of-96"];

    [Theory]
    [MemberData(nameof(Models))]
    public void A_saved_model_is_the_one_that_was_loaded(string name)
    {
        using var golden = new GoldenCase(name);
        using var directory = new TemporaryDirectory();
        using var model = Load(name, golden.Directory, WeightType.Float32);
        model.Save(directory.Root);
        using (var written = Checkpoint.Open(directory.Root))
        using (var original = Checkpoint.Open(golden.Directory))
        {
            Assert.Equal(original.Tensors.Keys.Order(), written.Tensors.Keys.Order());
            foreach (var (key, tensor) in original.Tensors) Assert.Equal(Read(original, key), Read(written, key));
        }
        using var again = Load(name, directory.Root, WeightType.Float32);
        Assert.Equal(model.AllLogits(golden.Tokens(0)), again.AllLogits(golden.Tokens(0)));
    }

    /// <summary>What was rounded is saved, and rounding it again changes nothing.</summary>
    [Theory]
    [MemberData(nameof(Models))]
    public void A_model_of_bfloat16_is_rounded_once(string name)
    {
        using var golden = new GoldenCase(name);
        using var first = new TemporaryDirectory();
        using var second = new TemporaryDirectory();
        using var model = Load(name, golden.Directory, WeightType.BFloat16);
        model.Save(first.Root);
        using var again = Load(name, first.Root, WeightType.BFloat16);
        again.Save(second.Root);
        Assert.Equal(File.ReadAllBytes(first[Checkpoint.WeightsFile]), File.ReadAllBytes(second[Checkpoint.WeightsFile]));
        using var third = Load(name, second.Root, WeightType.BFloat16);
        Assert.Equal(again.AllLogits(golden.Tokens(0)), third.AllLogits(golden.Tokens(0)));
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Weights_of_fewer_bits_stay_close(string name)
    {
        using var golden = new GoldenCase(name);
        foreach (var (type, bar) in new[] { (WeightType.BFloat16, 0.02), (WeightType.Int8, 0.06) })
        {
            using var model = Load(name, golden.Directory, type);
            using var exact = Load(name, golden.Directory, WeightType.Float32);
            Assert.True(model.WeightBytes < exact.WeightBytes);
            var error = RelativeError.Of(model.AllLogits(golden.Tokens(0)), exact.AllLogits(golden.Tokens(0)));
            output.WriteLine($"{type}: {error:E1}");
            Assert.InRange(error, 1e-5, bar);
        }
    }

    /// <summary>Settings of config.json too: they change what is computed.</summary>
    [Fact]
    public void Settings_are_saved_with_the_weights()
    {
        var small = SmallModel.All["MlpByTen"];
        int[] tokens = [.. Enumerable.Range(0, 31)];
        using var directory = new TemporaryDirectory();
        using var model = small.Load();
        model.Save(directory.Root);
        using var again = (CompiledModel)MlpByTen.Definition.Load(directory.Root, new ModelOptions());
        Assert.Equal(model.AllLogits(tokens), again.AllLogits(tokens));
    }

    private static CompiledModel Load(string name, string directory, WeightType type) =>
        (CompiledModel)CompiledModels.OfGolden[name].Load(directory, new ModelOptions { Threads = 1, Weights = type });

    private static float[] Read(Checkpoint checkpoint, string key)
    {
        var numbers = new float[checkpoint.Tensors[key].Shape.Aggregate(1L, (count, axis) => count * axis)];
        checkpoint.Read(key, 0, numbers);
        return numbers;
    }
}
