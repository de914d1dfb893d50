using System.Globalization;
using System.Text;

namespace TttGen.Text;

/// <summary>
/// Cuts text into the words that byte-level BPE works within, as GPT-2's pattern does:
/// <c>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c>.
/// By hand, for .NET's expressions see UTF-16: letters and digits beyond U+FFFF would not be such.
/// </summary>
internal static class Gpt2PreTokenizer
{
    private static readonly string[] Contractions = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"];

    private enum Class
    {
        Letter, Number, Space, Other,
    }

    /// <summary>Length of the word that a text, not empty, begins with.</summary>
    internal static int WordLength(ReadOnlySpan<char> text)
    {
        foreach (string contraction in Contractions)
            if (text.StartsWith(contraction)) return contraction.Length;

        int lead = text[0] == ' ' && text.Length > 1 && ClassAt(text[1..], out _) != Class.Space ? 1 : 0;
        Class first = ClassAt(text[lead..], out int length);
        int end = lead + length;
        while (end < text.Length && ClassAt(text[end..], out length) == first) end += length;
        // Before a word, the last of several spaces is left: it may belong to the word. Every white space is one UTF-16 unit.
        return first == Class.Space && end < text.Length && end > 1 ? end - 1 : end;
    }

    private static Class ClassAt(ReadOnlySpan<char> text, out int length)
    {
        Rune.DecodeFromUtf16(text, out Rune rune, out length);
        if (Rune.IsWhiteSpace(rune)) return Class.Space;
        return Rune.GetUnicodeCategory(rune) switch
        {
            UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter or UnicodeCategory.ModifierLetter
                or UnicodeCategory.OtherLetter => Class.Letter,
            UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber => Class.Number,
            _ => Class.Other,
        };
    }
}
