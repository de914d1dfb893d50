using System.Text;

namespace TttGen.Text;

/// <summary>
/// Text from tokens as they come. A character whose bytes are spread over several tokens appears with the last of them; bytes that are no UTF-8 become U+FFFD.
/// </summary>
public sealed class TokenDecoder
{
    private readonly Tokenizer _tokenizer;
    private readonly Decoder _utf8 = Encoding.UTF8.GetDecoder();
    private bool _dropsSpace;
    private char[] _text = new char[64];

    internal TokenDecoder(Tokenizer tokenizer, bool continuing) => (_tokenizer, _dropsSpace) = (tokenizer, tokenizer.PrefixesSpace && !continuing);

    /// <summary>The text that a token completes: its own, less a character's beginning that it may end with.</summary>
    /// <exception cref="TttException">The id is out of range.</exception>
    public string Push(int id)
    {
        ReadOnlySpan<byte> bytes = _tokenizer.BytesOf(id);
        if (bytes.IsEmpty) return "";
        if (_dropsSpace && bytes[0] == ' ') bytes = bytes[1..];
        _dropsSpace = false;
        return Take(bytes, flush: false);
    }

    /// <summary>The end: U+FFFD where a character was begun and not completed.</summary>
    public string Flush() => Take([], flush: true);

    private string Take(ReadOnlySpan<byte> bytes, bool flush)
    {
        // A byte can complete a character, or show up to three held ones as broken.
        if (_text.Length < bytes.Length + 4) _text = new char[bytes.Length + 4];
        return new string(_text, 0, _utf8.GetChars(bytes, _text, flush));
    }
}
