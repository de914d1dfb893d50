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
        _bytes = [.. Enumerable.Range(0, model.Pieces.Count).Select(model.BytesOf)];
        BeginToken = IdOf(model.Settings.BeginId);
        EndToken = IdOf(model.Settings.EndId);
    }

    public override int VocabularySize => _bytes.Length;

    public override int? BeginToken { get; }

    public override int? EndToken { get; }

    internal override bool PrefixesSpace => _model.Settings.AddsDummyPrefix;

    private protected override int[] EncodeText(string text)
    {
        var ids = new List<int>();
        string escaped = text.Replace(' ', SentencePieceModel.Space);
        if (escaped.Length > 0) new SentencePieceEncoder(_model, ids).EncodeWords(_model.Settings.AddsDummyPrefix ? SentencePieceModel.Space + escaped : escaped);
        return [.. ids];
    }

    private protected override ReadOnlySpan<byte> TokenBytes(int id) => _bytes[id];

    private int? IdOf(int id) => (uint)id < (uint)VocabularySize ? id : null;
}
