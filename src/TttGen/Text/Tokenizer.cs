using System.Buffers;
using System.Text;
using TttGen.Checkpoints;

namespace TttGen.Text;

/// <summary>Text to token ids and back. No special tokens are added: a caller that wants one puts <see cref="BeginToken"/> first. Safe to share between threads.</summary>
public abstract class Tokenizer
{
    /// <summary>A token a byte; any bytes at all are text.</summary>
    public static Tokenizer Bytes { get; } = new ByteTokenizer();

    /// <summary>Ids are below this.</summary>
    public abstract int VocabularySize { get; }

    /// <summary>The token that stands before a text, if the tokenizer has one.</summary>
    public virtual int? BeginToken => null;

    /// <summary>The token that ends a text, if the tokenizer has one.</summary>
    public virtual int? EndToken => null;

    /// <summary>
    /// A tokenizer file (SentencePiece's tokenizer.model or Hugging Face's tokenizer.json, told apart by content), or a checkpoint directory that has one;
    /// a directory with neither, whose config.json says <c>vocab_size</c> 256, is one of bytes.
    /// </summary>
    /// <exception cref="TttException">No such file, or not a tokenizer of a kind that is supported.</exception>
    public static Tokenizer Load(string directoryOrFile) => TokenizerFiles.Load(directoryOrFile);

    /// <summary>Ids of a text; none of the empty one.</summary>
    /// <exception cref="TttException">The text holds half a surrogate pair, which no encoding can express.</exception>
    public int[] Encode(string text)
    {
        for (int i = 0; i < text.Length;)
        {
            if (Rune.DecodeFromUtf16(text.AsSpan(i), out _, out int length) != OperationStatus.Done)
                throw new TttException($"the text is not Unicode: expected a pair of surrogates at character {i}, found half of one (U+{(int)text[i]:X4}); remove it");
            i += length;
        }

        return EncodeText(text);
    }

    /// <summary>Ids of a text given as UTF-8, for example a file's content; <see cref="Bytes"/> takes any bytes.</summary>
    /// <exception cref="TttException">The bytes are not UTF-8.</exception>
    public virtual int[] EncodeBytes(ReadOnlySpan<byte> utf8)
    {
        for (int i = 0; i < utf8.Length;)
        {
            if (Rune.DecodeFromUtf8(utf8[i..], out _, out int length) != OperationStatus.Done)
                throw new TttException($"the text is not UTF-8: byte {i} (0x{utf8[i]:X2}) begins no character; convert it to UTF-8, or use a model of bytes");
            i += length;
        }

        return EncodeText(Encoding.UTF8.GetString(utf8));
    }

    /// <summary>Turns ids into text as they come.</summary>
    /// <param name="continuing">The text goes on after some that is already there, a prompt say: a leading space of the first token is then kept.</param>
    public TokenDecoder CreateDecoder(bool continuing = false) => new(this, continuing);

    /// <summary>The whole text of ids.</summary>
    /// <exception cref="TttException">An id is out of range.</exception>
    public string Decode(ReadOnlySpan<int> ids)
    {
        TokenDecoder decoder = CreateDecoder();
        var text = new StringBuilder();
        foreach (int id in ids) text.Append(decoder.Push(id));
        return text.Append(decoder.Flush()).ToString();
    }

    /// <summary>The bytes that a token stands for; none for a control token.</summary>
    /// <exception cref="TttException">The id is out of range.</exception>
    public ReadOnlySpan<byte> BytesOf(int id) => (uint)id < (uint)VocabularySize
        ? TokenBytes(id)
        : throw new TttException($"token {id}: expected an id from 0 to {VocabularySize - 1}; the model and the tokenizer are not of one checkpoint");

    /// <summary>Whether a text's first token begins with a space that the text does not have (SentencePiece's dummy prefix).</summary>
    internal virtual bool PrefixesSpace => false;

    /// <summary>Ids of a text without lone surrogates.</summary>
    private protected abstract int[] EncodeText(string text);

    /// <summary>The bytes of an id within range.</summary>
    private protected abstract ReadOnlySpan<byte> TokenBytes(int id);
}
