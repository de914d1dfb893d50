using TttGen.Checkpoints;
using TttGen.Inference;
using TttGen.Numerics.Tests.Spec;
using TttGen.Runtime.Tests.Checkpoints;

namespace TttGen.Numerics.Tests.Compiled;

/// <summary>Hugging Face directories of Llama: defaults that its writer leaves out, stretched frequencies, what a directory of another kind is told.</summary>
public sealed class LlamaCheckpointTests
{
    private const string Llama3 = """{"rope_type": "llama3", "factor": 8.0, "low_freq_factor": 1.0, "high_freq_factor": 4.0, "original_max_position_embeddings": 24}""";

    [Theory]
    [InlineData(Llama3, 8, 1, 4, 24)]
    [InlineData("""{"type": "linear", "factor": 2.5}""", 2.5, 1, 4, 0)]
    [InlineData("null", 1, 1, 4, 0)]
    public void Frequencies_are_stretched_as_the_config_says(string scaling, double factor, double low, double high, double length)
    {
        using var directory = Changed("\"rope_scaling\": " + scaling);
        using var golden = new GoldenCase("llama");
        using var model = SmallLlama.Load(directory.Root);
        var spec = golden.Load<SmallLlama>(new Dictionary<string, double>
        {
            ["rope_theta"] = 10000,
            ["rms_norm_eps"] = 1e-6,
            ["rope_scaling.factor"] = factor,
            ["rope_scaling.low_freq_factor"] = low,
            ["rope_scaling.high_freq_factor"] = high,
            ["rope_scaling.original_max_position_embeddings"] = length,
        }).Spec;
        RelativeError.Within(2e-5, model.AllLogits(golden.Tokens(0)), spec.Lm.Apply(new(golden.Tokens(0))).Items, "logits");
        if (factor != 1) Assert.True(RelativeError.Of(model.AllLogits(golden.Tokens(0)), golden.Logits(0)) > 1e-2, "nothing was stretched");
    }

    [Theory]
    [InlineData(Llama3, "llama3")]
    [InlineData("""{"rope_type": "linear", "factor": 2.5}""", "linear")]
    public void A_saved_model_says_how_its_frequencies_are_stretched(string scaling, string kind)
    {
        using var directory = Changed("\"rope_scaling\": " + scaling);
        using var saved = new TemporaryDirectory();
        using (var model = SmallLlama.Load(directory.Root)) model.Save(saved.Root);
        Assert.Contains($"\"rope_type\":\"{kind}\"", File.ReadAllText(saved["config.json"]), StringComparison.Ordinal);
        using var golden = new GoldenCase("llama");
        using var before = SmallLlama.Load(directory.Root);
        using var after = SmallLlama.Load(saved.Root);
        Assert.Equal(before.AllLogits(golden.Tokens(0)), after.AllLogits(golden.Tokens(0)));
    }

    [Theory]
    [InlineData("\"rope_scaling\": {\"rope_type\": \"yarn\", \"factor\": 4.0}", "rope_scaling: expected rope_type linear or llama3, found yarn")]
    [InlineData("\"rope_scaling\": {\"rope_type\": \"llama3\", \"factor\": 8.0}", "original_max_position_embeddings: expected the length")]
    [InlineData("\"rope_scaling\": {\"rope_type\": \"linear\", \"factor\": 8.0, \"original_max_position_embeddings\": 5}", "expected none where rope_type is linear, found 5")]
    [InlineData("\"rope_scaling\": {\"rope_type\": \"linear\", \"factor\": 0.0}", "rope_scaling.factor: expected a number above 0, found 0")]
    [InlineData("\"rope_scaling\": {\"rope_type\": \"llama3\", \"factor\": 8.0, \"low_freq_factor\": 4.0, \"high_freq_factor\": 4.0, \"original_max_position_embeddings\": 5}", "expected a low_freq_factor below its high_freq_factor")]
    [InlineData("\"rope_scaling\": {\"rope_type\": \"llama3\", \"factor\": 8.0, \"original_max_position_embeddings\": -5}", "original_max_position_embeddings: expected a number of 0 or more, found -5")]
    [InlineData("\"rope_scaling\": 3", "expected null or an object, found 3")]
    [InlineData("\"attention_bias\": true", "attention_bias: expected false, found true")]
    [InlineData("\"num_key_value_heads\": 2", "num_key_value_heads: expected 4, found 2")]
    [InlineData("\"head_dim\": 32", "head_dim: expected 16, found 32")]
    [InlineData("\"model_type\": \"mamba\"", "model_type: expected \"llama\", found \"mamba\"")]
    [InlineData("\"tie_word_embeddings\": null", "tie_word_embeddings: expected true, found false")]
    public void What_does_not_fit_is_named(string entry, string expected)
    {
        using var directory = Changed(entry);
        var message = Assert.Throws<CheckpointException>(() => SmallLlama.Load(directory.Root)).Message;
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    /// <summary>What Hugging Face's writer leaves out: as many key heads as query heads, heads of width / heads.</summary>
    [Fact]
    public void Sizes_that_follow_from_others_may_be_left_out()
    {
        using var directory = Changed("\"num_key_value_heads\": null");
        using var model = SmallLlama.Load(directory.Root);
        Assert.Equal("SmallLlama", model.Definition.Name);
    }

    [Fact]
    public void Stretched_frequencies_are_refused_by_a_model_that_does_not_stretch_them()
    {
        using var directory = new TemporaryDirectory();
        SmallModel.All["WindowBySix"].Write(directory.Root);
        Put(directory, "\"rope_scaling\": " + Llama3);
        Assert.Contains("rope_scaling: expected null", Assert.Throws<CheckpointException>(() => WindowBySix.Load(directory.Root)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_directory_of_another_architecture_is_called_by_its_name()
    {
        using var golden = new GoldenCase("llama");
        var message = Assert.Throws<CheckpointException>(() => LinearTransformer.Load(golden.Directory)).Message;
        Assert.Contains("model_type: expected \"ttt\", found \"llama\" (this directory holds a LlamaForCausalLM)", message, StringComparison.Ordinal);
    }

    private static TemporaryDirectory Changed(string entry)
    {
        using var golden = new GoldenCase("llama");
        var directory = new TemporaryDirectory();
        foreach (var file in new[] { "config.json", "model.safetensors" }) File.Copy(Path.Combine(golden.Directory, file), directory[file]);
        Put(directory, entry);
        return directory;
    }

    /// <summary>Gives a key another value.</summary>
    private static void Put(TemporaryDirectory directory, string entry)
    {
        var key = entry[..entry.IndexOf(':', StringComparison.Ordinal)];
        var lines = File.ReadAllLines(directory["config.json"]).Where(line => !line.Contains(key, StringComparison.Ordinal)).ToList();
        lines.Insert(1, "  " + entry + ",");
        File.WriteAllLines(directory["config.json"], lines);
    }
}
