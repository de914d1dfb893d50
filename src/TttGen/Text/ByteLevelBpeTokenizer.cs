using System.Text;
using Microsoft.ML.Tokenizers;

namespace TttGen.Text;

/// <summary>Byte-level BPE of a tokenizer.json (GPT-2, GPT-NeoX and their kin): Microsoft.ML.Tokenizers encodes what is between added tokens.</summary>
internal sealed class ByteLevelBpeTokenizer : Tokenizer
{
    private readonly TokenizerJson _definition;
    private readonly ByteLevelSteps _steps;
    private readonly AddedTokens _added;
    private readonly BpeTokenizer _encoder;
    private readonly byte[]?[] _bytes;

    internal ByteLevelBpeTokenizer(TokenizerJson definition, ByteLevelSteps steps)
    {
        (_definition, _steps, _added) = (definition, steps, new AddedTokens(definition.Added));
        _bytes = new byte[definition.VocabularySize][];
        foreach (var (token, id) in definition.Vocabulary) _bytes[id] = ByteLevelAlphabet.BytesOf(token);
        foreach (AddedToken token in definition.Added) _bytes[token.Id] = token.IsSpecial ? [] : Encoding.UTF8.GetBytes(token.Content);
        _encoder = BpeTokenizer.Create(new BpeOptions(definition.Vocabulary)
        {
            Merges = definition.Merges.Select(static pair => $"{pair.Left} {pair.Right}"),
            ByteLevel = true,
            PreTokenizer = new Gpt2PreTokenizer(),
        });
    }

    public override int VocabularySize => _definition.VocabularySize;

    public override int? BeginToken => _definition.BeginToken;

    public override int? EndToken => _definition.EndToken;

    private protected override int[] EncodeText(string text) => _added.Encode(text, (stretch, _, ids) =>
    {
        if (_steps.ComposesCharacters) stretch = stretch.Normalize(NormalizationForm.FormC);
        if (_steps.PrefixesSpace && stretch[0] != ' ') stretch = " " + stretch;
        ids.AddRange(_encoder.EncodeToIds(stretch));
    });

    // An id between others that no token has is not an error: vocabularies have such gaps.
    private protected override ReadOnlySpan<byte> TokenBytes(int id) => _bytes[id];
}
