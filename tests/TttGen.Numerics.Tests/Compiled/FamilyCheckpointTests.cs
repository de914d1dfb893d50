using System.Text.Json.Nodes;
using TttGen.Checkpoints;
using TttGen.Inference;
using TttGen.Numerics.Tests.Spec;
using TttGen.Runtime.Tests.Checkpoints;

namespace TttGen.Numerics.Tests.Compiled;

/// <summary>Directories of Llama's descendants: config.json as Hugging Face's library writes it, with its defaults left out, and what does not fit.</summary>
public sealed class FamilyCheckpointTests
{
    private static readonly Dictionary<string, string> Configs = new()
    {
        ["Qwen3ByTwenty"] = """
            {
              "architectures": ["Qwen3ForCausalLM"], "attention_bias": false, "attention_dropout": 0.0, "bos_token_id": 1, "eos_token_id": 2, "head_dim": 20, "hidden_act": "silu", "hidden_size": 30,
              "initializer_range": 0.02, "intermediate_size": 22, "max_position_embeddings": 40960, "max_window_layers": 28, "model_type": "qwen3", "num_attention_heads": 6, "num_hidden_layers": 2,
              "num_key_value_heads": 2, "rms_norm_eps": 1e-05, "rope_scaling": null, "rope_theta": 500, "sliding_window": null, "tie_word_embeddings": true, "torch_dtype": "bfloat16",
              "transformers_version": "4.51.0", "use_cache": true, "use_sliding_window": false, "vocab_size": 31
            }
            """,
        ["Qwen2ByTen"] = """
            {
              "architectures": ["Qwen2ForCausalLM"], "attention_dropout": 0.0, "bos_token_id": 1, "eos_token_id": 2, "hidden_act": "silu", "hidden_size": 30, "initializer_range": 0.02,
              "intermediate_size": 22, "max_position_embeddings": 32768, "max_window_layers": 24, "model_type": "qwen2", "num_attention_heads": 3, "num_hidden_layers": 2, "num_key_value_heads": 1,
              "rms_norm_eps": 1e-05, "rope_theta": 500.0, "sliding_window": 32768, "tie_word_embeddings": true, "torch_dtype": "bfloat16", "transformers_version": "4.37.0", "use_cache": true,
              "use_sliding_window": false, "vocab_size": 31
            }
            """,
        ["MistralByTwenty"] = """
            {
              "architectures": ["MistralForCausalLM"], "bos_token_id": 1, "eos_token_id": 2, "head_dim": 20, "hidden_act": "silu", "hidden_size": 30, "initializer_range": 0.02, "intermediate_size": 22,
              "max_position_embeddings": 32768, "model_type": "mistral", "num_attention_heads": 6, "num_hidden_layers": 2, "num_key_value_heads": 2, "rms_norm_eps": 1e-05, "rope_theta": 500.0,
              "sliding_window": 17, "tie_word_embeddings": false, "torch_dtype": "bfloat16", "transformers_version": "4.34.0", "use_cache": true, "vocab_size": 31
            }
            """,
    };

    public static TheoryData<string> Models => [.. Configs.Keys];

    [Theory]
    [MemberData(nameof(Models))]
    public void A_directory_as_Hugging_Face_writes_it_is_read(string name) => Agrees(name, _ => { });

    /// <summary>What the library's version 5 writes in place of rope_theta and rope_scaling.</summary>
    [Theory]
    [MemberData(nameof(Models))]
    public void Frequencies_may_be_said_by_rope_parameters(string name) => Agrees(name, config =>
    {
        config.Remove("rope_theta");
        config.Remove("rope_scaling");
        config["rope_parameters"] = new JsonObject { ["rope_theta"] = 500.0, ["rope_type"] = "default" };
    });

    [Theory]
    [InlineData("Qwen3ByTwenty", "head_dim", "15", "head_dim: expected 20, found 15")]
    [InlineData("Qwen3ByTwenty", "head_dim", "", "head_dim: expected 20, found 128")]
    [InlineData("Qwen3ByTwenty", "use_sliding_window", "true", "use_sliding_window: expected false, found true")]
    [InlineData("Qwen3ByTwenty", "attention_bias", "true", "attention_bias: expected false, found true")]
    [InlineData("Qwen3ByTwenty", "num_key_value_heads", "", "num_key_value_heads: expected 2, found 32")]
    [InlineData("Qwen3ByTwenty", "tie_word_embeddings", "", "tie_word_embeddings: expected true, found false")]
    [InlineData("Qwen3ByTwenty", "rope_scaling", """{"rope_type": "yarn", "factor": 4.0, "original_max_position_embeddings": 32768}""", "rope_scaling: expected null")]
    [InlineData("Qwen3ByTwenty", "rope_parameters", """{"rope_type": "yarn", "factor": 4.0, "rope_theta": 500}""", "rope_scaling: expected null")]
    [InlineData("Qwen3ByTwenty", "rope_parameters", """{"full_attention": {"rope_type": "default", "rope_theta": 500}}""", "rope_parameters: expected an object with rope_theta")]
    [InlineData("MistralByTwenty", "sliding_window", "null", "sliding_window: expected 17, found none")]
    [InlineData("MistralByTwenty", "sliding_window", "", "sliding_window: expected 17, found 4096")]
    [InlineData("MistralByTwenty", "num_key_value_heads", "", "num_key_value_heads: expected 2, found 8")]
    [InlineData("MistralByTwenty", "hidden_act", "\"gelu\"", "hidden_act: expected \"silu\", found \"gelu\"")]
    [InlineData("MistralByTwenty", "model_type", "\"mixtral\"", "model_type: expected \"mistral\", found \"mixtral\"")]
    [InlineData("Qwen2ByTen", "use_sliding_window", "true", "use_sliding_window: expected false, found true")]
    public void What_does_not_fit_is_named(string name, string key, string json, string expected)
    {
        using var directory = Directory(name, config =>
        {
            config.Remove(key);
            // of two that say the same, one
            if (key == "rope_parameters") config.Remove("rope_scaling");
            if (json.Length > 0) config[key] = JsonNode.Parse(json);
        });
        Assert.Contains(expected, Refusal(name, directory), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Qwen3ByTwenty", "MistralByTwenty", "model_type: expected \"qwen3\", found \"mistral\" (this directory holds a MistralForCausalLM)")]
    [InlineData("MistralByTwenty", "Qwen3ByTwenty", "model_type: expected \"mistral\", found \"qwen3\" (this directory holds a Qwen3ForCausalLM)")]
    [InlineData("AttendByTwenty", "Qwen2ByTen", "model_type: expected \"llama\", found \"qwen2\" (this directory holds a Qwen2ForCausalLM)")]
    public void A_directory_of_another_architecture_is_called_by_its_name(string model, string held, string expected)
    {
        using var directory = Directory(held, _ => { });
        Assert.Contains(expected, Refusal(model, directory), StringComparison.Ordinal);
    }

    private static string Refusal(string name, TemporaryDirectory directory)
    {
        var message = Assert.Throws<CheckpointException>(() => SmallModel.All[name].Definition.Load(directory.Root, new ModelOptions { Threads = 1 })).Message;
        Assert.DoesNotContain('\n', message);
        return message;
    }

    private static void Agrees(string name, Action<JsonObject> change)
    {
        using var directory = Directory(name, change);
        using var model = (CompiledModel)SmallModel.All[name].Definition.Load(directory.Root, new ModelOptions { Threads = 1 });
        int[] tokens = [.. Enumerable.Range(0, 50).Select(i => i * i % 31)];
        RelativeError.Within(2e-5, model.AllLogits(tokens), SmallModel.All[name].Oracle(tokens), "logits");
    }

    private static TemporaryDirectory Directory(string name, Action<JsonObject> change)
    {
        var directory = new TemporaryDirectory();
        SmallModel.All[name].Write(directory.Root);
        var config = JsonNode.Parse(Configs[name])!.AsObject();
        change(config);
        File.WriteAllText(directory["config.json"], config.ToJsonString());
        return directory;
    }
}
