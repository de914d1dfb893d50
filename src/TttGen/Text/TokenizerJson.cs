using System.Text.Json;
using TttGen.Checkpoints;

namespace TttGen.Text;

/// <summary>
/// Hugging Face's tokenizer.json, of type BPE: over a byte-level alphabet (GPT-2, GPT-NeoX) or over text with U+2581 for a space (made from a SentencePiece
/// model). The steps before the model are named in the file; a step that is not known here, or an option that would change the ids, is refused by name, for
/// wrong ids would pass unnoticed.
/// </summary>
internal sealed class TokenizerJson
{
    private TokenizerJson(string name) => Name = name;

    /// <summary>The file, for errors.</summary>
    internal string Name { get; }

    /// <summary>Tokens of the model and their ids.</summary>
    internal Dictionary<string, int> Vocabulary { get; } = new(StringComparer.Ordinal);

    /// <summary>Pairs to merge, first first.</summary>
    internal List<(string Left, string Right)> Merges { get; } = [];

    /// <summary>Tokens beside the model's.</summary>
    internal List<AddedToken> Added { get; } = [];

    /// <summary>Ids are below this.</summary>
    internal int VocabularySize { get; private set; }

    /// <summary>What stands for a character that is not in the vocabulary.</summary>
    internal string? UnknownToken { get; private set; }

    /// <summary>Whether several such characters have one token together.</summary>
    internal bool FusesUnknown { get; private set; }

    /// <summary>Whether such a character is spelt in tokens of bytes.</summary>
    internal bool HasByteFallback { get; private set; }

    /// <summary>The token that stands before a text, where tokenizer_config.json tells.</summary>
    internal int? BeginToken { get; private set; }

    /// <summary>The token that ends a text, where tokenizer_config.json tells.</summary>
    internal int? EndToken { get; private set; }

    internal static Tokenizer Load(ReadOnlyMemory<byte> content, string directory, string name)
    {
        using JsonDocument document = JsonText.Parse(content, name);
        JsonElement root = document.RootElement;
        var definition = new TokenizerJson(name);
        definition.ReadModel(definition.Object(root, "model"));
        definition.ReadAdded(root);
        definition.ReadSpecial(Path.Combine(directory, "tokenizer_config.json"));
        return root.Steps("pre_tokenizer", "pretokenizers").Any(static step => step.Kind == "ByteLevel")
            ? new ByteLevelBpeTokenizer(definition, ByteLevelSteps.Read(root, definition))
            : new MetaspaceBpeTokenizer(definition, MetaspaceSteps.Read(root, definition));
    }

    /// <summary>An error about something that is known but not supported.</summary>
    internal TttException Refused(string found, string expected) => new($"{Name}: found {OneLine.Of(found)}, expected {expected}; this kind is not supported");

    /// <summary>The place in order of each merge, by the ids of what it joins.</summary>
    internal Dictionary<(int Left, int Right), int> Ranks()
    {
        var ranks = new Dictionary<(int, int), int>();
        foreach (var (left, right) in Merges) ranks.TryAdd((Vocabulary[left], Vocabulary[right]), ranks.Count);
        return ranks;
    }

    private void ReadModel(JsonElement model)
    {
        if (model.Kind != "BPE") throw Refused($"a model of type {model.Kind}", "BPE");
        foreach (string option in (ReadOnlySpan<string>)["dropout", "continuing_subword_prefix", "end_of_word_suffix", "ignore_merges"])
            if (model.IsSet(option)) throw Refused($"{option} {model.GetProperty(option).GetRawText()}", "none");
        UnknownToken = model.Text("unk_token");
        HasByteFallback = model.Flag("byte_fallback");
        FusesUnknown = model.Flag("fuse_unk");
        ReadVocabulary(model);
        ReadMerges(model);
    }

    private void ReadVocabulary(JsonElement model)
    {
        var ids = new HashSet<int>();
        foreach (JsonProperty entry in Object(model, "vocab").EnumerateObject())
        {
            if (entry.Name.Length == 0 || entry.Value.ValueKind != JsonValueKind.Number || !entry.Value.TryGetInt32(out int id) || id is < 0 or int.MaxValue || !ids.Add(id))
                throw new TttException($"{Name}: vocab: {OneLine.Of(entry.Name)}: expected an id of its own, found {OneLine.Of(entry.Value.GetRawText())}");
            Vocabulary.Add(entry.Name, id);
        }
    }

    private void ReadMerges(JsonElement model)
    {
        if (!model.TryGetProperty("merges", out JsonElement merges) || merges.ValueKind != JsonValueKind.Array)
            throw new TttException($"{Name}: merges: expected an array, found none");
        var seen = new HashSet<(string, string)>();
        foreach (JsonElement merge in merges.EnumerateArray())
        {
            // Older files have "a b", newer ones ["a", "b"].
            string[] pair = merge.ValueKind == JsonValueKind.String ? merge.GetString()!.Split(' ')
                : merge.ValueKind == JsonValueKind.Array ? [.. merge.EnumerateArray().Select(static part => part.ValueKind == JsonValueKind.String ? part.GetString()! : "")]
                : [];
            if (pair is not [{ Length: > 0 } left, { Length: > 0 } right]
                || !Vocabulary.ContainsKey(left) || !Vocabulary.ContainsKey(right) || !Vocabulary.ContainsKey(left + right))
                throw new TttException($"{Name}: merges: {OneLine.Of(merge.GetRawText())}: expected two tokens whose join is a token too; the file is damaged");
            if (!seen.Add((left, right))) throw new TttException($"{Name}: merges: {OneLine.Of(merge.GetRawText())}: expected each merge once, found it twice; the file is damaged");
            Merges.Add((left, right));
        }
    }

    private void ReadAdded(JsonElement root)
    {
        foreach (JsonElement token in root.Items("added_tokens"))
        {
            if (token.Text("content") is not { Length: > 0 } content
                || !token.TryGetProperty("id", out JsonElement number) || number.ValueKind != JsonValueKind.Number || !number.TryGetInt32(out int id) || id is < 0 or int.MaxValue)
                throw new TttException($"{Name}: added_tokens: {OneLine.Of(token.GetRawText())}: expected an object with content and id");
            foreach (string option in (ReadOnlySpan<string>)["lstrip", "rstrip", "single_word"])
                if (token.Flag(option)) throw Refused($"added token {content} with {option}", "none with it");
            Added.Add(new AddedToken(id, content, token.Flag("special")));
        }

        int tokens = Vocabulary.Count + Added.Count;
        VocabularySize = Vocabulary.Values.Concat(Added.Select(static token => token.Id)).DefaultIfEmpty(-1).Max() + 1;
        // A vocabulary's ids lie close together: a few that do not would otherwise cost a table of two thousand million rows.
        if (VocabularySize > 4L * tokens + 4096)
            throw new TttException($"{Name}: {tokens} tokens have ids up to {VocabularySize - 1}, expected them close together; the file is damaged");
    }

    private void ReadSpecial(string config)
    {
        if (!File.Exists(config)) return;
        using JsonDocument document = JsonText.Load(config, 16 << 20);
        BeginToken = IdOf("bos_token");
        EndToken = IdOf("eos_token");

        // Written "<s>" or { "content": "<s>", … }.
        int? IdOf(string name)
        {
            string? content = document.RootElement.Text(name) ?? (document.RootElement.TryGetProperty(name, out JsonElement token) ? token.Text("content") : null);
            return Added.FirstOrDefault(added => added.Content == content)?.Id ?? (content is not null && Vocabulary.TryGetValue(content, out int id) ? id : null);
        }
    }

    private JsonElement Object(JsonElement of, string name) => of.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.Object
        ? value
        : throw new TttException($"{Name}: {name}: expected an object, found none; this is not a Hugging Face tokenizer.json");
}
