using System.Globalization;
using System.Text;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit;

/// <summary>Text as C# writes it in quotes, whatever is in it.</summary>
public static class Texts
{
    /// <summary>With its quotes.</summary>
    public static string Quoted(string text) => $"\"{Escaped(text)}\"";

    /// <summary>What stands between quotes.</summary>
    public static string Escaped(string text)
    {
        var escaped = new StringBuilder();
        foreach (var c in text)
            escaped.Append(c switch
            {
                '"' => "\\\"",
                '\\' => "\\\\",
                _ when char.IsControl(c) || c is '\u2028' or '\u2029' => "\\u" + ((int)c).ToString("X4", CultureInfo.InvariantCulture),
                _ => c.ToString(),
            });
        return escaped.ToString();
    }

    /// <summary>Inside an XML comment.</summary>
    public static string Xml(string text) => text.Replace("&", "&amp;").Replace("<", "&lt;");

    /// <summary>What stands behind an address that so many elements are added to.</summary>
    public static string Plus(long offset) => offset == 0 ? "" : " + " + Numbers.Of(offset);
}
