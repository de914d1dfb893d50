using TttGen.Checkpoints;
using TttGen.Inference;
using TttGen.Numerics.Tests.Spec;
using TttGen.Runtime.Tests.Checkpoints;

namespace TttGen.Numerics.Tests.Compiled;

/// <summary>Hugging Face directories of Mamba: defaults that its writer leaves out, tensors in pieces, what a directory of another kind is told.</summary>
public sealed class MambaCheckpointTests
{
    [Fact]
    public void What_is_saved_is_a_directory_of_the_same_tensors()
    {
        using var golden = new GoldenCase("mamba");
        using var saved = new TemporaryDirectory();
        using (var model = SelectiveMamba.Load(golden.Directory)) model.Save(saved.Root);
        using var before = Checkpoint.Open(golden.Directory);
        using var after = Checkpoint.Open(saved.Root);
        Assert.Equal(before.Tensors.Keys.Order(), after.Tensors.Keys.Order());
        foreach (var (key, tensor) in before.Tensors)
        {
            float[] expected = new float[tensor.Count], found = new float[tensor.Count];
            before.Read(key, 0, expected);
            after.Read(key, 0, found);
            Assert.Equal(tensor.Shape, after.Tensors[key].Shape);
            Assert.Equal(expected, found);
        }
        Assert.Contains("\"model_type\": \"mamba\"", File.ReadAllText(saved["config.json"]), StringComparison.Ordinal);
    }

    [Fact]
    public void What_its_writer_leaves_out_has_its_default()
    {
        using var directory = Copy();
        File.WriteAllText(directory["config.json"], """{"model_type": "mamba", "vocab_size": 97, "hidden_size": 48, "num_hidden_layers": 2}""");
        using var golden = new GoldenCase("mamba");
        using var model = SelectiveMamba.Load(directory.Root);
        RelativeError.Within(2e-5, model.AllLogits(golden.Tokens(0)), golden.Logits(0), "logits");
    }

    [Theory]
    [InlineData("\"state_size\": 16", "\"state_size\": 8", "state_size: expected 16, found 8")]
    [InlineData("\"intermediate_size\": 96", "\"intermediate_size\": 192", "intermediate_size: expected 96, found 192")]
    [InlineData("\"use_bias\": false", "\"use_bias\": true", "use_bias: expected false, found true")]
    [InlineData("\"model_type\": \"mamba\"", "\"model_type\": \"mamba2\"", "model_type: expected \"mamba\", found \"mamba2\"")]
    public void A_config_of_another_model_is_told_in_one_line(string said, string instead, string message)
    {
        using var directory = Copy();
        var config = File.ReadAllText(directory["config.json"]);
        Assert.Contains(said, config, StringComparison.Ordinal);
        File.WriteAllText(directory["config.json"], config.Replace(said, instead, StringComparison.Ordinal));
        Assert.Contains(message, Assert.Throws<CheckpointException>(() => SelectiveMamba.Load(directory.Root)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Fresh_weights_start_as_its_authors_do()
    {
        using var model = SelectiveMamba.Create(1);
        using var saved = new TemporaryDirectory();
        model.Save(saved.Root);
        using var checkpoint = Checkpoint.Open(saved.Root);
        float[] Of(string key)
        {
            var numbers = new float[checkpoint.Tensors[key].Count];
            checkpoint.Read(key, 0, numbers);
            return numbers;
        }

        Assert.Equal(Enumerable.Range(0, 96 * 16).Select(i => (float)Math.Log(i % 16 + 1)), Of("backbone.layers.1.mixer.A_log"));
        Assert.All(Of("backbone.layers.1.mixer.D"), number => Assert.Equal(1, number));
        var rates = Of("backbone.layers.1.mixer.dt_proj.bias").Select(b => Math.Log(1 + Math.Exp(b))).ToArray();
        Assert.InRange(rates.Min(), 0.00099, 0.01);
        Assert.InRange(rates.Max(), 0.03, 0.101);
    }

    private static TemporaryDirectory Copy()
    {
        var directory = new TemporaryDirectory();
        using var golden = new GoldenCase("mamba");
        foreach (var file in new[] { "config.json", "model.safetensors" }) File.Copy(Path.Combine(golden.Directory, file), directory[file]);
        return directory;
    }
}
