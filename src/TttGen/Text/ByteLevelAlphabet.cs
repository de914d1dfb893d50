using System.Text;

namespace TttGen.Text;

/// <summary>
/// GPT-2's way to write any byte as a printable character: bytes that are printable Latin-1 characters are themselves, the others in order are U+0100 and on.
/// </summary>
internal static class ByteLevelAlphabet
{
    /// <summary>The character of each byte.</summary>
    internal static char[] Characters { get; } = MakeCharacters();

    /// <summary>A token's bytes. One with a character outside the alphabet (an added token) is text as it stands.</summary>
    internal static byte[] BytesOf(string token)
    {
        byte[] bytes = new byte[token.Length];
        for (int i = 0; i < bytes.Length; i++)
        {
            int value = Array.IndexOf(Characters, token[i]);
            if (value < 0) return Encoding.UTF8.GetBytes(token);
            bytes[i] = (byte)value;
        }

        return bytes;
    }

    /// <summary>A text's UTF-8 bytes, each as its character.</summary>
    internal static string Written(ReadOnlySpan<char> text)
    {
        byte[] bytes = new byte[Encoding.UTF8.GetByteCount(text)];
        Encoding.UTF8.GetBytes(text, bytes);
        return string.Create(bytes.Length, bytes, static (characters, from) =>
        {
            for (int i = 0; i < from.Length; i++) characters[i] = Characters[from[i]];
        });
    }

    private static char[] MakeCharacters()
    {
        char[] characters = new char[256];
        int next = 256;
        for (int value = 0; value < 256; value++)
        {
            bool printable = value is (>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF);
            characters[value] = (char)(printable ? value : next++);
        }

        return characters;
    }
}
