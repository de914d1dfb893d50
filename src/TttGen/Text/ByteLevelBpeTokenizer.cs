using System.Text;
using Microsoft.ML.Tokenizers;

namespace TttGen.Text;

/// <summary>Byte-level BPE of a tokenizer.json (GPT-2, GPT-NeoX and their kin): added tokens are found first, Microsoft.ML.Tokenizers encodes what is between them.</summary>
internal sealed class ByteLevelBpeTokenizer : Tokenizer
{
    private readonly BpeTokenizer _encoder;
    private readonly TokenizerJson _definition;
    private readonly byte[]?[] _bytes;

    /// <summary>By first character, longest first.</summary>
    private readonly ILookup<char, AddedToken> _added;

    internal ByteLevelBpeTokenizer(TokenizerJson definition, string? begin, string? end)
    {
        _definition = definition;
        _bytes = new byte[definition.VocabularySize][];
        foreach (var (token, id) in definition.Vocabulary) _bytes[id] = ByteLevelAlphabet.BytesOf(token);
        foreach (AddedToken token in definition.Added) _bytes[token.Id] = token.IsSpecial ? [] : Encoding.UTF8.GetBytes(token.Content);
        _added = definition.Added.OrderByDescending(static token => token.Content.Length).ToLookup(static token => token.Content[0]);
        BeginToken = definition.IdOf(begin);
        EndToken = definition.IdOf(end);
        _encoder = BpeTokenizer.Create(new BpeOptions(definition.Vocabulary) { Merges = definition.Merges, ByteLevel = true, PreTokenizer = new Gpt2PreTokenizer() });
    }

    public override int VocabularySize => _definition.VocabularySize;

    public override int? BeginToken { get; }

    public override int? EndToken { get; }

    private protected override int[] EncodeText(string text)
    {
        var ids = new List<int>();
        int start = 0;
        for (int i = 0; i < text.Length;)
        {
            AddedToken? token = null;
            foreach (AddedToken candidate in _added[text[i]])
            {
                if (string.CompareOrdinal(text, i, candidate.Content, 0, candidate.Content.Length) != 0) continue;
                token = candidate;
                break;
            }

            if (token is null)
            {
                i++;
                continue;
            }

            EncodeWords(text[start..i], ids);
            ids.Add(token.Id);
            start = i += token.Content.Length;
        }

        EncodeWords(text[start..], ids);
        return [.. ids];
    }

    private void EncodeWords(string text, List<int> ids)
    {
        if (text.Length == 0) return;
        if (_definition.ComposesCharacters) text = text.Normalize(NormalizationForm.FormC);
        if (_definition.PrefixesSpace && text[0] != ' ') text = " " + text;
        ids.AddRange(_encoder.EncodeToIds(text));
    }

    // An id between others that no token has is not an error: vocabularies have such gaps.
    private protected override ReadOnlySpan<byte> TokenBytes(int id) => _bytes[id];
}
