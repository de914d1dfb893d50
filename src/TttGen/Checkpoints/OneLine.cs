using System.Text;

namespace TttGen.Checkpoints;

/// <summary>Text from a file, fit to stand in a one-line error: a hostile name can neither break the line nor fill the screen.</summary>
internal static class OneLine
{
    private const int Longest = 120;

    /// <summary>With what the program puts before it, 300 characters.</summary>
    private const int LongestMessage = 290;

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

    /// <summary>A path: shortened in the middle, for both ends tell the user which file it is.</summary>
    internal static string Path(string path) => Middle(Plain(Middle(path, Longest)), Longest);

    /// <summary>A whole message: one line of at most <see cref="LongestMessage"/> characters, shortened in the middle, for it begins with the thing and ends with the way out.</summary>
    internal static string Message(string message) => Middle(message.All(static c => c is not ('\n' or '\r')) ? message : message.ReplaceLineEndings(" "), LongestMessage);

    private static string Plain(string text) => text.All(IsPlain) ? text : string.Concat(text.Select(static c => IsPlain(c) ? c.ToString() : $"\\u{(int)c:X4}"));

    private static string Middle(string text, int longest)
    {
        if (text.Length <= longest) return text;
        var half = longest / 2;
        return string.Concat(text.AsSpan(0, half), "…", text.AsSpan(text.Length - (longest - half - 1)));
    }

    private static bool IsPlain(char c) => !char.IsControl(c) && !char.IsSurrogate(c) && c is not ('\u2028' or '\u2029');
}
