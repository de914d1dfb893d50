using System.Text.Json;

namespace TttGen.Checkpoints;

/// <summary>
/// What a key means where config.json leaves it out: Hugging Face's writer drops values that equal its library's defaults (tie_word_embeddings among them).
/// Sizes have no default here: a config without them is not one of this format.
/// </summary>
internal static class ConfigDefaults
{
    private static readonly JsonElement Values = JsonElement.Parse(
        """
        {
          "hidden_act": "silu", "rms_norm_eps": 1e-6, "rope_theta": 10000.0, "tie_word_embeddings": true,
          "use_gate": false, "share_qk": false, "pre_conv": false, "conv_kernel": 4,
          "ttt_layer_type": "linear", "ttt_base_lr": 1.0, "mini_batch_size": 16
        }
        """);

    internal static bool TryGet(string key, out JsonElement value) => Values.TryGetProperty(key, out value);
}
