namespace TttGen.Checkpoints;

/// <summary>A size of the paper (TTT.md, Outer loop).</summary>
/// <param name="Name">125m, 350m, 760m or 1b.</param>
/// <param name="Layers">num_hidden_layers.</param>
/// <param name="Width">hidden_size.</param>
/// <param name="Heads">num_attention_heads.</param>
/// <param name="Hidden">intermediate_size.</param>
public sealed record Preset(string Name, int Layers, int Width, int Heads, int Hidden)
{
    /// <summary>The four sizes.</summary>
    public static IReadOnlyList<Preset> All { get; } =
    [
        new("125m", 12, 768, 12, 2048),
        new("350m", 24, 1024, 16, 2736),
        new("760m", 24, 1536, 16, 4096),
        new("1b", 24, 2048, 32, 5504),
    ];

    /// <summary>The preset with just these sizes, if there is one.</summary>
    public static Preset? LooksLike(long layers, long width, long heads, long hidden) =>
        All.FirstOrDefault(preset => (preset.Layers, preset.Width, preset.Heads, preset.Hidden) == (layers, width, heads, hidden));

    /// <summary>The preset that a TTT checkpoint's tensors have the sizes of, if there is one.</summary>
    internal static Preset? LooksLike(IReadOnlyDictionary<string, TensorEntry> tensors)
    {
        const string First = "model.layers.0.";
        long layers = 0;
        while (tensors.ContainsKey($"model.layers.{layers}.seq_norm.weight")) layers++;
        return LooksLike(layers, Size("model.norm.weight", 0), Size(First + "seq_modeling_block.ttt_norm_weight", 0), Size(First + "mlp.up_proj.weight", 0));

        long Size(string key, int axis) => tensors.TryGetValue(key, out TensorEntry? tensor) && tensor.Shape.Count > axis ? tensor.Shape[axis] : -1;
    }

    /// <summary>The end of an error about sizes.</summary>
    internal static string Advice(Preset? preset) => preset is null
        ? "its sizes are of no known preset: declare a model with its sizes, or load another checkpoint"
        : $"this checkpoint looks like preset {preset.Name}: load it with that preset's model";
}
