namespace TttGen.Checkpoints;

/// <summary>What a checkpoint that does not fit looks like: the end of the error, so that the user knows which model to load it with.</summary>
/// <param name="Size">The preset whose sizes it has, if there is one.</param>
/// <param name="Kind">Inner model and backbone, or Llama, where they can be told.</param>
internal sealed record Likeness(Preset? Size, string? Kind)
{
    /// <summary>What it is and the way out.</summary>
    internal string Advice => Size is null
        ? "its sizes are of no known preset: declare a model with its sizes, or load another checkpoint"
        : $"this checkpoint looks like preset {Size.Name}{(Kind is null ? "" : $" ({Kind})")}: load it with that preset's model";

    /// <summary>By the shapes and names of its tensors.</summary>
    internal static Likeness Of(IReadOnlyDictionary<string, TensorEntry> tensors)
    {
        const string Layer = "model.layers.0.", Block = Layer + "seq_modeling_block.", Attention = Layer + "self_attn.";
        long layers = 0;
        if (tensors.ContainsKey(Attention + "q_proj.weight"))
        {
            while (tensors.ContainsKey($"model.layers.{layers}.self_attn.q_proj.weight")) layers++;
            // no shape tells the heads
            Preset? attending = Preset.All.FirstOrDefault(preset => (preset.Layers, preset.Width, preset.Hidden) == (layers, Axis("model.norm.weight"), Axis(Layer + "mlp.up_proj.weight")));
            return new Likeness(attending, tensors.ContainsKey(Attention + "q_norm.weight") || tensors.ContainsKey(Attention + "q_proj.bias") ? null : Llama);
        }
        while (tensors.ContainsKey($"model.layers.{layers}.seq_norm.weight")) layers++;
        Preset? size = Preset.LooksLike(layers, Axis("model.norm.weight"), Axis(Block + "ttt_norm_weight"), Axis(Layer + "mlp.up_proj.weight"));
        return new Likeness(size, tensors.ContainsKey(Block + "W1") ? Describe(tensors.ContainsKey(Block + "W2"), tensors.ContainsKey(Block + "conv_q.weight")) : null);

        long Axis(string key) => tensors.TryGetValue(key, out TensorEntry? tensor) && tensor.Shape.Count > 0 ? tensor.Shape[0] : -1;
    }

    /// <summary>By what its config.json says.</summary>
    internal static Likeness Of(CheckpointConfig config)
    {
        string[] entries = [.. config.Entries.Select(static entry => $"{entry.Key}={entry.Json}")];
        return new Likeness(config.LooksLike, entries.Contains("model_type=\"ttt\"") ? Describe(entries.Contains("ttt_layer_type=\"mlp\""), entries.Contains("share_qk=true")) : entries.Contains("model_type=\"llama\"") ? Llama : null);
    }

    private const string Llama = "Llama";

    private static string Describe(bool isMlp, bool sharesQk) => $"{(isMlp ? "TTT-MLP" : "TTT-Linear")}, {(sharesQk ? "Mamba" : "Transformer")} backbone";
}
