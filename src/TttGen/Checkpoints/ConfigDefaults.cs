using System.Globalization;
using System.Text.Json;

namespace TttGen.Checkpoints;

/// <summary>
/// What a key means where config.json leaves it out: Hugging Face's writer drops values that equal its library's defaults (tie_word_embeddings among them), and those differ
/// from one architecture to another. Sizes have no default here, but those that follow from others: a config without them is not one of this format.
/// </summary>
internal static class ConfigDefaults
{
    private static readonly JsonElement OfTtt = JsonElement.Parse(
        """
        {
          "hidden_act": "silu", "rms_norm_eps": 1e-6, "rope_theta": 10000.0, "tie_word_embeddings": true,
          "use_gate": false, "share_qk": false, "pre_conv": false, "conv_kernel": 4,
          "ttt_layer_type": "linear", "ttt_base_lr": 1.0, "mini_batch_size": 16
        }
        """);

    private static readonly JsonElement OfLlama = JsonElement.Parse(
        """
        {
          "hidden_act": "silu", "rms_norm_eps": 1e-6, "rope_theta": 10000.0, "tie_word_embeddings": false, "attention_bias": false, "mlp_bias": false
        }
        """);

    private static readonly JsonElement OfMamba = JsonElement.Parse(
        """
        {
          "hidden_act": "silu", "layer_norm_epsilon": 1e-5, "state_size": 16, "conv_kernel": 4, "tie_word_embeddings": true, "use_bias": false, "use_conv_bias": true
        }
        """);

    /// <summary>The value of a key that a config leaves out.</summary>
    /// <param name="config">What else it says.</param>
    /// <param name="key">The key.</param>
    /// <param name="value">Its value.</param>
    internal static bool TryGet(CheckpointConfig config, string key, out JsonElement value)
    {
        if (IsOf(config, "mamba")) return OfMamba.TryGetProperty(key, out value) || Derived(config, key, out value);
        if (!IsLlama(config)) return OfTtt.TryGetProperty(key, out value);
        value = default;
        var derived = (key, config.Size("num_attention_heads"), config.Size("hidden_size")) switch
        {
            ("num_key_value_heads", > 0 and var heads, _) => heads,
            ("head_dim", > 0 and var heads, > 0 and var width) when width % heads == 0 => width / heads,
            _ => -1,
        };
        if (derived < 0) return OfLlama.TryGetProperty(key, out value);
        value = JsonElement.Parse(derived.ToString(CultureInfo.InvariantCulture));
        return true;
    }

    /// <summary>Whether it is the config of Hugging Face's Llama.</summary>
    internal static bool IsLlama(CheckpointConfig config) => IsOf(config, "llama");

    private static bool IsOf(CheckpointConfig config, string type) => config.Entries.Any(entry => entry.Key == "model_type" && entry.Json == $"\"{type}\"");

    /// <summary>Sizes of a Mamba that follow from others: its channels, and the rank of its rates.</summary>
    private static bool Derived(CheckpointConfig config, string key, out JsonElement value)
    {
        var size = (key, config.Size("hidden_size"), config.Has("expand") ? config.Size("expand") : 2) switch
        {
            ("intermediate_size", > 0 and var width, > 0 and var expand) => width * expand,
            ("time_step_rank", > 0 and var width, _) => (width + 15) / 16,
            _ => -1,
        };
        value = size < 0 ? default : JsonElement.Parse(size.ToString(CultureInfo.InvariantCulture));
        return size >= 0;
    }
}
