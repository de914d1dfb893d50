using System.Text.Json;

namespace TttGen.Text;

/// <summary>Before which stretches of text, between added tokens, a space is put.</summary>
internal enum SpacePrefix
{
    /// <summary>None.</summary>
    Never,

    /// <summary>That at the text's start, unless it begins with one.</summary>
    First,

    /// <summary>Each that does not begin with one.</summary>
    Always,

    /// <summary>Each, whatever it begins with (normalizer Prepend).</summary>
    Unconditional,
}

/// <summary>What a tokenizer.json that was made from a SentencePiece model does to text before its model and after.</summary>
/// <param name="Prefix">When a space is put before text.</param>
/// <param name="DropsSpace">Whether decoding takes it away again.</param>
internal sealed record MetaspaceSteps(SpacePrefix Prefix, bool DropsSpace)
{
    private const string Space = "\u2581";

    internal static MetaspaceSteps Read(JsonElement root, TokenizerJson definition)
    {
        List<JsonElement> normalizers = root.Steps("normalizer", "normalizers"), splits = root.Steps("pre_tokenizer", "pretokenizers");
        SpacePrefix prefix = (normalizers, splits) switch
        {
            ([var only], []) when IsReplace(only) => SpacePrefix.Never,
            ([var prepend, var replace], []) when prepend.Kind == "Prepend" && prepend.Text("prepend") == Space && IsReplace(replace) => SpacePrefix.Unconditional,
            ([], [var split]) when split.Kind == "Metaspace" && split.Text("replacement") == Space && !split.Flag("split", absent: true) => PrefixOf(split),
            _ => throw definition.Refused(
                $"normalizer {Kinds(normalizers)} and pre_tokenizer {Kinds(splits)}", "pre_tokenizer ByteLevel, Metaspace without split, or normalizers Prepend and Replace as Llama has them"),
        };

        if (!definition.HasByteFallback && !definition.FusesUnknown) throw definition.Refused("neither byte_fallback nor fuse_unk", "one of them");

        bool dropsSpace = false;
        foreach (JsonElement step in root.Steps("decoder", "decoders"))
        {
            dropsSpace |= step.Kind switch
            {
                "Replace" or "ByteFallback" or "Fuse" => false,
                "Strip" => step.Text("content") == " " && step.IsSet("start"),
                "Metaspace" => PrefixOf(step) != SpacePrefix.Never,
                _ => throw definition.Refused($"decoder {step.Kind}", "Replace, ByteFallback, Fuse, Strip or Metaspace"),
            };
        }

        return new MetaspaceSteps(prefix, dropsSpace);
    }

    private static bool IsReplace(JsonElement step) => step.Kind == "Replace" && step.Text("content") == Space
        && step.TryGetProperty("pattern", out JsonElement pattern) && pattern.Text("String") == " ";

    /// <summary>Older files say add_prefix_space instead.</summary>
    private static SpacePrefix PrefixOf(JsonElement step) => step.Text("prepend_scheme") switch
    {
        "first" => SpacePrefix.First,
        "never" => SpacePrefix.Never,
        null when !step.Flag("add_prefix_space", absent: true) => SpacePrefix.Never,
        _ => SpacePrefix.Always,
    };

    private static string Kinds(List<JsonElement> steps) => steps.Count == 0 ? "none" : string.Join(" and ", steps.Select(static step => step.Kind));
}
