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
}
