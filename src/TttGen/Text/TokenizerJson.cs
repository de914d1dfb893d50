using System.Text.Json;
using TttGen.Checkpoints;

namespace TttGen.Text;

/// <summary>
/// The parts of Hugging Face's tokenizer.json that byte-level BPE has. Its steps are named in the file; a step that is not known here, or an option that
/// would change the ids, is refused by name, for wrong ids would pass unnoticed.
/// </summary>
internal sealed class TokenizerJson
{
    private readonly string _name;

    private TokenizerJson(string name) => _name = name;

    /// <summary>Tokens of the model, in the byte-level alphabet, and their ids.</summary>
    internal Dictionary<string, int> Vocabulary { get; } = new(StringComparer.Ordinal);

    /// <summary>Pairs to merge, first first, each written <c>left right</c>.</summary>
    internal List<string> Merges { get; } = [];

    internal List<AddedToken> Added { get; } = [];

    internal int VocabularySize { get; private set; }

    /// <summary>
    /// Normalisation form C. It is the runtime's own, which with InvariantGlobalization leaves text as it is: text that is not in that form
    /// (few are) then gets other ids than the model was trained with, though it decodes to the same.
    /// </summary>
    internal bool ComposesCharacters { get; private set; }

    /// <summary>Whether a space is put before text that does not begin with one.</summary>
    internal bool PrefixesSpace { get; private set; }

    internal static Tokenizer Load(ReadOnlyMemory<byte> content, string directory, string name)
    {
        using JsonDocument document = JsonText.Parse(content, name);
        var definition = new TokenizerJson(name);
        definition.Read(document.RootElement);
        string config = Path.Combine(directory, "tokenizer_config.json");
        if (!File.Exists(config)) return new ByteLevelBpeTokenizer(definition, null, null);
        using JsonDocument special = JsonText.Load(config, content.Length + (16 << 20));
        return new ByteLevelBpeTokenizer(definition, SpecialToken(special.RootElement, "bos_token"), SpecialToken(special.RootElement, "eos_token"));
    }

    /// <summary>The id of a token by its text, an added one before one of the model.</summary>
    internal int? IdOf(string? token) => Added.FirstOrDefault(added => added.Content == token)?.Id
        ?? (token is not null && Vocabulary.TryGetValue(token, out int id) ? id : null);

    private void Read(JsonElement root)
    {
        JsonElement model = Object(root, "model");
        string kind = Text(model, "type") ?? "unknown";
        if (kind != "BPE") throw Refused($"a model of type {OneLine.Of(kind)}", "BPE");
        RefuseIfSet(model, "dropout", "continuing_subword_prefix", "end_of_word_suffix", "ignore_merges");
        if (Flag(model, "byte_fallback")) throw Refused("byte_fallback", "byte-level BPE", "use the tokenizer.model that it was made from");

        ReadNormalizer(root);
        ReadPreTokenizer(root);
        ReadVocabulary(model);
        ReadMerges(model);
        ReadAdded(root);
        VocabularySize = Vocabulary.Values.Concat(Added.Select(static token => token.Id)).Max() + 1;
        // A vocabulary's ids lie close together: a few that do not would otherwise cost a table of two thousand million rows.
        if (VocabularySize > 4 * (Vocabulary.Count + Added.Count) + 4096)
            throw new TttException($"{_name}: {Vocabulary.Count + Added.Count} tokens have ids up to {VocabularySize - 1}, expected them close together; the file is damaged");
    }

    private void ReadNormalizer(JsonElement root)
    {
        foreach (JsonElement step in Steps(root, "normalizer", "normalizers"))
        {
            string kind = Text(step, "type") ?? "unknown";
            if (kind != "NFC") throw Refused($"normalizer {OneLine.Of(kind)}", "none or NFC");
            ComposesCharacters = true;
        }
    }

    private void ReadPreTokenizer(JsonElement root)
    {
        List<JsonElement> steps = Steps(root, "pre_tokenizer", "pretokenizers");
        string found = steps.Count == 0 ? "no pre_tokenizer" : $"pre_tokenizer {OneLine.Of(string.Join(" and ", steps.Select(static step => Text(step, "type") ?? "unknown")))}";
        if (steps.Count != 1 || Text(steps[0], "type") != "ByteLevel") throw Refused(found, "ByteLevel alone");
        if (!Flag(steps[0], "use_regex", absent: true)) throw Refused("pre_tokenizer ByteLevel with use_regex false", "use_regex true");
        PrefixesSpace = Flag(steps[0], "add_prefix_space", absent: true);
    }

    private void ReadVocabulary(JsonElement model)
    {
        var ids = new HashSet<int>();
        foreach (JsonProperty entry in Object(model, "vocab").EnumerateObject())
        {
            if (entry.Value.ValueKind != JsonValueKind.Number || !entry.Value.TryGetInt32(out int id) || id < 0 || id == int.MaxValue || !ids.Add(id))
                throw new TttException($"{_name}: vocab: {OneLine.Of(entry.Name)}: expected an id of its own, found {OneLine.Of(entry.Value.GetRawText())}");
            Vocabulary.Add(entry.Name, id);
        }

        for (int value = 0; value < 256; value++)
            if (!Vocabulary.ContainsKey(ByteLevelAlphabet.Characters[value].ToString()))
                throw Refused($"a vocabulary without byte 0x{value:X2}", "byte-level BPE, which has every byte");
    }

    private void ReadMerges(JsonElement model)
    {
        if (!model.TryGetProperty("merges", out JsonElement merges) || merges.ValueKind != JsonValueKind.Array)
            throw new TttException($"{_name}: merges: expected an array, found none");
        foreach (JsonElement merge in merges.EnumerateArray())
        {
            // Older files have "a b", newer ones ["a", "b"].
            string[] pair = merge.ValueKind == JsonValueKind.String ? merge.GetString()!.Split(' ')
                : merge.ValueKind == JsonValueKind.Array ? [.. merge.EnumerateArray().Select(static part => part.ValueKind == JsonValueKind.String ? part.GetString()! : "")]
                : [];
            if (pair is not [{ Length: > 0 } left, { Length: > 0 } right]
                || !Vocabulary.ContainsKey(left) || !Vocabulary.ContainsKey(right) || !Vocabulary.ContainsKey(left + right))
                throw new TttException($"{_name}: merges: {OneLine.Of(merge.GetRawText())}: expected two tokens whose join is a token too; the file is damaged");
            Merges.Add($"{left} {right}");
        }
    }

    private void ReadAdded(JsonElement root)
    {
        if (!root.TryGetProperty("added_tokens", out JsonElement tokens) || tokens.ValueKind != JsonValueKind.Array) return;
        foreach (JsonElement token in tokens.EnumerateArray())
        {
            if (token.ValueKind != JsonValueKind.Object || Text(token, "content") is not { Length: > 0 } content
                || !token.TryGetProperty("id", out JsonElement number) || number.ValueKind != JsonValueKind.Number || !number.TryGetInt32(out int id) || id is < 0 or int.MaxValue)
                throw new TttException($"{_name}: added_tokens: {OneLine.Of(token.GetRawText())}: expected an object with content and id");
            foreach (string option in (ReadOnlySpan<string>)["lstrip", "rstrip", "single_word"])
                if (Flag(token, option)) throw Refused($"added token {OneLine.Of(content)} with {option}", "none with it");
            Added.Add(new AddedToken(id, content, Flag(token, "special")));
        }
    }

    /// <summary>A step, or the steps of a Sequence.</summary>
    private static List<JsonElement> Steps(JsonElement root, string name, string members)
    {
        if (!root.TryGetProperty(name, out JsonElement step) || step.ValueKind != JsonValueKind.Object) return [];
        return Text(step, "type") == "Sequence" && step.TryGetProperty(members, out JsonElement steps) && steps.ValueKind == JsonValueKind.Array
            ? [.. steps.EnumerateArray().Where(static member => member.ValueKind == JsonValueKind.Object)]
            : [step];
    }

    private void RefuseIfSet(JsonElement model, params ReadOnlySpan<string> options)
    {
        foreach (string option in options)
            if (model.TryGetProperty(option, out JsonElement value) && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.False) && value.GetRawText() is not ("\"\"" or "0" or "0.0"))
                throw Refused($"{option} {OneLine.Of(value.GetRawText())}", "none");
    }

    private JsonElement Object(JsonElement of, string name) => of.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Object
        ? value
        : throw new TttException($"{_name}: {name}: expected an object, found none; this is not a Hugging Face tokenizer.json");

    private static bool Flag(JsonElement of, string name, bool absent = false) =>
        of.TryGetProperty(name, out JsonElement value) ? value.ValueKind == JsonValueKind.True : absent;

    private static string? Text(JsonElement of, string name) =>
        of.ValueKind == JsonValueKind.Object && of.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <summary>Written "&lt;s&gt;" or { "content": "&lt;s&gt;", … }.</summary>
    private static string? SpecialToken(JsonElement config, string name) =>
        Text(config, name) ?? (config.TryGetProperty(name, out JsonElement token) ? Text(token, "content") : null);

    private TttException Refused(string found, string expected, string wayOut = "this kind is not supported") => new($"{_name}: found {found}, expected {expected}; {wayOut}");
}
