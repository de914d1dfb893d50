using System.Globalization;
using System.Text.Json;
using TttGen.Inference;

namespace TttGen.Checkpoints;

/// <summary>
/// What a key means where config.json leaves it out: Hugging Face's writer drops values that equal its library's defaults (tie_word_embeddings among them), and those differ
/// from one architecture to another. Sizes have no default here, but those that follow from others: a config without them is not one of this format. A model_type that is not
/// among these has no defaults.
/// </summary>
internal static class ConfigDefaults
{
    private const string Mamba = "mamba";

    private static readonly Dictionary<string, JsonElement> OfArchitecture = new(StringComparer.Ordinal)
    {
        [CheckpointConfig.Ttt] = JsonElement.Parse(
            """
            {
              "hidden_act": "silu", "rms_norm_eps": 1e-6, "rope_theta": 10000.0, "tie_word_embeddings": true,
              "use_gate": false, "share_qk": false, "pre_conv": false, "conv_kernel": 4,
              "ttt_layer_type": "linear", "ttt_base_lr": 1.0, "mini_batch_size": 16
            }
            """),
        ["llama"] = JsonElement.Parse(
            """
            {
              "hidden_act": "silu", "rms_norm_eps": 1e-6, "rope_theta": 10000.0, "tie_word_embeddings": false, "attention_bias": false, "mlp_bias": false
            }
            """),
        ["mistral"] = JsonElement.Parse(
            """
            {
              "hidden_act": "silu", "rms_norm_eps": 1e-6, "rope_theta": 10000.0, "tie_word_embeddings": false, "num_key_value_heads": 8, "sliding_window": 4096
            }
            """),
        ["qwen2"] = JsonElement.Parse(
            """
            {
              "hidden_act": "silu", "rms_norm_eps": 1e-6, "rope_theta": 10000.0, "tie_word_embeddings": false, "num_key_value_heads": 32, "use_sliding_window": false, "sliding_window": 4096,
              "max_window_layers": 28
            }
            """),
        ["qwen3"] = JsonElement.Parse(
            """
            {
              "hidden_act": "silu", "rms_norm_eps": 1e-6, "rope_theta": 10000.0, "tie_word_embeddings": false, "num_key_value_heads": 32, "head_dim": 128, "attention_bias": false,
              "use_sliding_window": false, "sliding_window": 4096, "max_window_layers": 28
            }
            """),
        [Mamba] = JsonElement.Parse(
            """
            {
              "hidden_act": "silu", "layer_norm_epsilon": 1e-5, "state_size": 16, "conv_kernel": 4, "tie_word_embeddings": true, "use_bias": false, "use_conv_bias": true
            }
            """),
    };

    /// <summary>Windows that no tensor tells of: what a spec means by saying nothing of the key.</summary>
    private static readonly Dictionary<string, ConfigEntry> Unsaid = new(StringComparer.Ordinal)
    {
        ["mistral"] = new("sliding_window", "null"),
        ["qwen2"] = new("use_sliding_window", "false"),
        ["qwen3"] = new("use_sliding_window", "false"),
    };

    /// <summary>The value of a key that a config leaves out.</summary>
    /// <param name="config">What else it says.</param>
    /// <param name="key">The key, which is missing or null.</param>
    /// <param name="value">Its value.</param>
    internal static bool TryGet(CheckpointConfig config, string key, out JsonElement value)
    {
        value = default;
        if (!OfArchitecture.TryGetValue(config.ModelType, out JsonElement defaults)) return false;
        bool isNull = config.Entries.Any(entry => entry.Key == key);
        if (!isNull && defaults.TryGetProperty(key, out value)) return true;
        if (Derived(config, key) is { } derived)
        {
            value = JsonElement.Parse(derived.ToString(CultureInfo.InvariantCulture));
            return true;
        }
        // a window of null is none
        return key != "sliding_window" && defaults.TryGetProperty(key, out value);
    }

    /// <summary>What a config says beyond what a spec speaks of, though no tensor would tell: the key and the value that the spec means; null: nothing.</summary>
    /// <param name="config">The config.</param>
    /// <param name="expected">What the spec fixes.</param>
    internal static ConfigEntry? UnsaidOf(CheckpointConfig config, IEnumerable<ConfigEntry> expected) =>
        Unsaid.TryGetValue(config.ModelType, out ConfigEntry? entry) && expected.All(e => e.Key != entry.Key) ? entry : null;

    /// <summary>Whether it is the config of a Transformer of Hugging Face's library that is known here.</summary>
    internal static bool Attends(CheckpointConfig config) => config.ModelType is not (CheckpointConfig.Ttt or Mamba) && OfArchitecture.ContainsKey(config.ModelType);

    /// <summary>Sizes that follow from others.</summary>
    private static long? Derived(CheckpointConfig config, string key) => config.ModelType switch
    {
        CheckpointConfig.Ttt => null,
        Mamba => OfMamba(config, key),
        _ => OfAttention(config, key),
    };

    private static long? OfMamba(CheckpointConfig config, string key) => (key, config.Size("hidden_size"), config.Has("expand") ? config.Size("expand") : 2) switch
    {
        ("intermediate_size", > 0 and var width, > 0 and var expand) => width * expand,
        ("time_step_rank", > 0 and var width, _) => (width + 15) / 16,
        _ => null,
    };

    private static long? OfAttention(CheckpointConfig config, string key) => (key, config.Size("num_attention_heads"), config.Size("hidden_size")) switch
    {
        ("num_key_value_heads", > 0 and var heads, _) => heads,
        ("head_dim", > 0 and var heads, > 0 and var width) when width % heads == 0 => width / heads,
        _ => null,
    };
}
