using System.Text;

namespace TttGen.Text;

/// <summary>
/// A SentencePiece BPE model (tokenizer.model). The encoder is our own: that of Microsoft.ML.Tokenizers 2.0.1 merges the last of equal pairs first where
/// SentencePiece merges the first, so that "wake..." ends in other tokens than the model was trained with.
/// </summary>
internal sealed class SentencePieceTokenizer : Tokenizer
{
    private readonly SentencePieceModel _model;
    private readonly byte[][] _bytes;

    internal SentencePieceTokenizer(SentencePieceModel model)
    {
        _model = model;
        _bytes = [.. model.Pieces.Select(piece => BytesOf(piece, model))];
        BeginToken = IdOf(model.BeginId, model);
        EndToken = IdOf(model.EndId, model);
    }

    public override int VocabularySize => _bytes.Length;

    public override int? BeginToken { get; }

    public override int? EndToken { get; }

    internal override bool PrefixesSpace => _model.AddsDummyPrefix;

    private protected override int[] EncodeText(string text)
    {
        if (text.Length == 0) return [];
        var ids = new List<int>();
        var encoder = new SentencePieceEncoder(_model, ids);
        string escaped = (_model.AddsDummyPrefix ? SentencePieceModel.Space.ToString() : "") + text.Replace(' ', SentencePieceModel.Space);
        // Merges stay within a word where no piece holds a space after something else: then words are encoded one by one, which is faster.
        for (int start = 0, end; start < escaped.Length; start = end)
        {
            end = _model.PiecesCrossWords ? escaped.Length : WordEnd(escaped, start);
            encoder.Encode(escaped.AsSpan(start, end - start));
        }

        return [.. ids];
    }

    private protected override ReadOnlySpan<byte> TokenBytes(int id) => _bytes[id];

    private static int WordEnd(string text, int start)
    {
        int end = start + 1;
        while (end < text.Length && (text[end] != SentencePieceModel.Space || text[end - 1] == SentencePieceModel.Space)) end++;
        return end;
    }

    private static int? IdOf(int id, SentencePieceModel model) => (uint)id < (uint)model.Pieces.Count ? id : null;

    private static byte[] BytesOf(SentencePiece piece, SentencePieceModel model) => piece.Kind switch
    {
        PieceKind.Control => [],
        PieceKind.Unknown => Encoding.UTF8.GetBytes(model.UnknownSurface),
        PieceKind.Byte => [piece.Byte!.Value],
        _ => Encoding.UTF8.GetBytes(piece.Text.Replace(SentencePieceModel.Space, ' ')),
    };
}
