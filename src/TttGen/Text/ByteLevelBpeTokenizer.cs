using System.Text;

namespace TttGen.Text;

/// <summary>
/// Byte-level BPE of a tokenizer.json (GPT-2, GPT-NeoX and their kin): a text's bytes, written in the alphabet of <see cref="ByteLevelAlphabet"/>, are merged
/// within words. The encoder is the one that the other kinds of BPE have: that of Microsoft.ML.Tokenizers 2.0.1 takes time with the square of a word's length.
/// </summary>
internal sealed class ByteLevelBpeTokenizer : Tokenizer
{
    private readonly TokenizerJson _definition;
    private readonly ByteLevelSteps _steps;
    private readonly AddedTokens _added;
    private readonly SentencePieceModel _model;
    private readonly byte[]?[] _bytes;

    internal ByteLevelBpeTokenizer(TokenizerJson definition, ByteLevelSteps steps)
    {
        (_definition, _steps, _added) = (definition, steps, new AddedTokens(definition.Added));
        _bytes = new byte[definition.VocabularySize][];
        foreach (var (token, id) in definition.Vocabulary) _bytes[id] = ByteLevelAlphabet.BytesOf(token);
        foreach (AddedToken token in definition.Added) _bytes[token.Id] = token.IsSpecial ? [] : Encoding.UTF8.GetBytes(token.Content);
        // Ids that only an added token has, or none, are found in no text.
        var pieces = Enumerable.Repeat(new SentencePiece("", 0, PieceKind.Control), definition.VocabularySize).ToArray();
        foreach (var (token, id) in definition.Vocabulary) pieces[id] = new SentencePiece(token, 0, PieceKind.Normal);
        _model = new SentencePieceModel(pieces, new SentencePieceSettings(), definition.Name, definition.Ranks(), coversAll: true);
    }

    public override int VocabularySize => _definition.VocabularySize;

    public override int? BeginToken => _definition.BeginToken;

    public override int? EndToken => _definition.EndToken;

    private protected override int[] EncodeText(string text) => _added.Encode(text, (stretch, _, ids) =>
    {
        if (_steps.ComposesCharacters) stretch = stretch.Normalize(NormalizationForm.FormC);
        if (_steps.PrefixesSpace && stretch[0] != ' ') stretch = " " + stretch;
        var encoder = new SentencePieceEncoder(_model, ids);
        for (int start = 0; start < stretch.Length;)
        {
            int length = Gpt2PreTokenizer.WordLength(stretch.AsSpan(start));
            encoder.Encode(ByteLevelAlphabet.Written(stretch.AsSpan(start, length)));
            start += length;
        }
    });

    // An id between others that no token has is not an error: vocabularies have such gaps.
    private protected override ReadOnlySpan<byte> TokenBytes(int id) => _bytes[id];
}
