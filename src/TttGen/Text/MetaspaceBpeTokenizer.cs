using System.Text;

namespace TttGen.Text;

/// <summary>
/// BPE of a tokenizer.json that was made from a SentencePiece model (Llama, Mistral and their kin): the encoder is SentencePiece's, with the file's merges in
/// place of scores.
/// </summary>
internal sealed class MetaspaceBpeTokenizer : Tokenizer
{
    private readonly TokenizerJson _definition;
    private readonly MetaspaceSteps _steps;
    private readonly AddedTokens _added;
    private readonly SentencePieceModel _model;
    private readonly byte[]?[] _bytes;

    internal MetaspaceBpeTokenizer(TokenizerJson definition, MetaspaceSteps steps)
    {
        (_definition, _steps, _added) = (definition, steps, new AddedTokens(definition.Added));
        _model = Model(definition);
        _bytes = new byte[definition.VocabularySize][];
        for (int id = 0; id < _bytes.Length; id++) _bytes[id] = _model.BytesOf(id);
        foreach (AddedToken token in definition.Added) _bytes[token.Id] = token.IsSpecial ? [] : Encoding.UTF8.GetBytes(token.Content);
    }

    public override int VocabularySize => _definition.VocabularySize;

    public override int? BeginToken => _definition.BeginToken;

    public override int? EndToken => _definition.EndToken;

    internal override bool PrefixesSpace => _steps.DropsSpace;

    private protected override int[] EncodeText(string text)
    {
        return _added.Encode(text, (stretch, start, ids) =>
        {
            string escaped = stretch.Replace(' ', SentencePieceModel.Space);
            bool prefixed = _steps.Prefix switch
            {
                SpacePrefix.Unconditional => true,
                SpacePrefix.Always => escaped[0] != SentencePieceModel.Space,
                SpacePrefix.First => start == 0 && escaped[0] != SentencePieceModel.Space,
                _ => false,
            };
            new SentencePieceEncoder(_model, ids).EncodeWords(prefixed ? SentencePieceModel.Space + escaped : escaped);
        });
    }

    private protected override ReadOnlySpan<byte> TokenBytes(int id) => _bytes[id];

    private static SentencePieceModel Model(TokenizerJson definition)
    {
        // Ids that no token has, and those that only an added one has, are found in no text.
        var pieces = Enumerable.Repeat(new SentencePiece("", 0, PieceKind.Control), definition.VocabularySize).ToArray();
        foreach (var (token, id) in definition.Vocabulary)
        {
            var piece = new SentencePiece(token, 0, PieceKind.Byte);
            PieceKind kind = token == definition.UnknownToken ? PieceKind.Unknown : definition.HasByteFallback && piece.Byte is not null ? PieceKind.Byte : PieceKind.Normal;
            pieces[id] = piece with { Kind = kind };
        }

        var settings = new SentencePieceSettings { HasByteFallback = definition.HasByteFallback, UnknownSurface = definition.UnknownToken ?? "" };
        return new SentencePieceModel(pieces, settings, definition.Name, definition.Ranks());
    }
}
