using System.Text;

namespace TttGen.Checkpoints;

/// <summary>Text from a file, fit to stand in a one-line error: a hostile name can neither break the line nor fill the screen.</summary>
internal static class OneLine
{
    private const int Longest = 120;

    /// <summary>Control characters, line separators and lone surrogates as \uXXXX; long text cut with an ellipsis.</summary>
    internal static string Of(string text)
    {
        if (text.Length <= Longest && text.All(IsPlain)) return text;
        var line = new StringBuilder();
        foreach (char c in text.Length <= Longest ? text : text.AsSpan(0, Longest))
        {
            if (IsPlain(c)) line.Append(c);
            else line.Append(System.Globalization.CultureInfo.InvariantCulture, $"\\u{(int)c:X4}");
        }

        return text.Length <= Longest ? line.ToString() : line.Append('…').ToString();
    }

    /// <summary>Paths are shown whole, for the user must find the file.</summary>
    internal static string Path(string path) => path.Length <= Longest && path.All(IsPlain)
        ? path
        : string.Concat(path.Select(static c => IsPlain(c) ? c.ToString() : $"\\u{(int)c:X4}"));

    private static bool IsPlain(char c) => !char.IsControl(c) && !char.IsSurrogate(c) && c is not ('\u2028' or '\u2029');
}
