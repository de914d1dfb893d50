using System.Text;

namespace TttGen.Compiler.Emit;

/// <summary>Indented C# text.</summary>
public sealed class CodeWriter
{
    private readonly StringBuilder _text = new();

    /// <summary>Levels of four spaces.</summary>
    public int Indent { get; set; }

    /// <summary>One line; an empty one has no spaces.</summary>
    public CodeWriter Line(string line = "")
    {
        if (line.Length > 0) _text.Append(' ', 4 * Indent).Append(line);
        _text.Append('\n');
        return this;
    }

    /// <summary>Several lines of a raw string, each indented.</summary>
    public CodeWriter Lines(string lines)
    {
        foreach (var line in lines.Replace("\r\n", "\n").Split('\n')) Line(line);
        return this;
    }

    /// <summary>Text that was written at this indent.</summary>
    public CodeWriter Written(string text)
    {
        foreach (var line in text.TrimEnd('\n').Split('\n')) Line(line.Length == 0 ? "" : line.Substring(4 * Indent));
        return this;
    }

    /// <summary>A head and an opening brace.</summary>
    public CodeWriter Open(string head)
    {
        if (head.Length > 0) Line(head);
        Line("{");
        Indent++;
        return this;
    }

    /// <summary>A closing brace.</summary>
    public CodeWriter Close(string tail = "")
    {
        Indent--;
        return Line("}" + tail);
    }

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();
}
