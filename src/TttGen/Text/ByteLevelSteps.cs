using System.Text.Json;

namespace TttGen.Text;

/// <summary>What a byte-level tokenizer.json does to text before its model.</summary>
/// <param name="ComposesCharacters">
/// Normalisation form C. It is the runtime's own, which with InvariantGlobalization leaves text as it is: text that is not in that form (few are) then gets
/// other ids than the model was trained with, though it decodes to the same.
/// </param>
/// <param name="PrefixesSpace">Whether a space is put before text that does not begin with one.</param>
internal sealed record ByteLevelSteps(bool ComposesCharacters, bool PrefixesSpace)
{
    internal static ByteLevelSteps Read(JsonElement root, TokenizerJson definition)
    {
        List<JsonElement> normalizers = root.Steps("normalizer", "normalizers"), steps = root.Steps("pre_tokenizer", "pretokenizers");
        foreach (JsonElement step in normalizers)
            if (step.Kind != "NFC") throw definition.Refused($"normalizer {step.Kind}", "none or NFC");
        if (steps.Count != 1) throw definition.Refused($"pre_tokenizer {string.Join(" and ", steps.Select(static step => step.Kind))}", "ByteLevel alone");
        if (!steps[0].Flag("use_regex", absent: true)) throw definition.Refused("pre_tokenizer ByteLevel with use_regex false", "use_regex true");
        if (definition.HasByteFallback) throw definition.Refused("byte_fallback with pre_tokenizer ByteLevel", "one of them");
        for (int value = 0; value < 256; value++)
            if (!definition.Vocabulary.ContainsKey(ByteLevelAlphabet.Characters[value].ToString()))
                throw definition.Refused($"a vocabulary without byte 0x{value:X2}", "byte-level BPE, which has every byte");
        return new ByteLevelSteps(normalizers.Count > 0, steps[0].Flag("add_prefix_space", absent: true));
    }
}
