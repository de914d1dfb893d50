using System.Globalization;
using System.Text;

namespace TttGen.Compiler.Language;

/// <summary>Recursive descent over the text of one spec; what it accepts is what <see cref="SpecText.Write"/> writes.</summary>
internal sealed class SpecTextReader(string text)
{
    private int _at = SpecText.Header.Length + 1;

    public SpecProgram Program()
    {
        var kind = Kind();
        Expect(" ");
        var name = Name();
        var typeParameters = List("<", ">", Name);
        EndLine();

        var config = new List<SpecConfig>();
        while (Take("config ")) config.Add(Config());
        var parameters = new List<SpecParameter>();
        while (Take("parameter ")) parameters.Add(Parameter());
        var methods = new List<SpecMethod>();
        while (Take("method ")) methods.Add(Method());
        if (_at < text.Length) throw Unexpected("'method' or the end");
        return new(kind, name, typeParameters, parameters, methods, config);
    }

    private SpecKind Kind()
    {
        foreach (var kind in new[] { SpecKind.InnerModel, SpecKind.InnerOptimiser, SpecKind.Recurrence, SpecKind.Layer, SpecKind.Model })
        {
            if (Take(SpecWords.Of(kind))) return kind;
        }

        throw Unexpected("'inner-model', 'inner-optimiser', 'recurrence', 'layer' or 'model'");
    }

    private SpecConfig Config()
    {
        var key = Quoted();
        Expect(" = ");
        if (Take("size "))
        {
            var dimension = Name();
            EndLine();
            return new(key, dimension, null);
        }

        Expect("constant ");
        var value = Quoted();
        EndLine();
        return new(key, null, value);
    }

    private SpecParameter Parameter()
    {
        var name = Name();
        Expect(": ");
        var type = Type();
        Expect(" key ");
        var key = Quoted();
        var slow = Take(" slow");
        var shared = Take(" shared");
        var unitAxis = Take(" unit ") ? (int)Number() : -1;
        string? setting = null;
        var value = 0.0;
        if (Take(" setting "))
        {
            setting = Quoted();
            Expect(" default ");
            value = Number();
        }

        EndLine();
        return new(name, type, key, slow, shared, unitAxis, setting, value);
    }

    private SpecMethod Method()
    {
        var name = Name();
        var arguments = List("(", ")", Argument);
        EndLine();
        var body = new List<SpecStatement>();
        while (!Take("  return "))
        {
            Expect("  ");
            body.Add(Statement());
        }

        var result = Name();
        EndLine();
        return new(name, arguments, body, result);
    }

    private SpecArgument Argument()
    {
        var name = Name();
        Expect(": ");
        return new(name, Type());
    }

    private SpecStatement Statement()
    {
        var target = Name();
        Expect(": ");
        var type = Type();
        Expect(" = ");
        if (Take(SpecWords.Literal + " "))
        {
            var literal = Number();
            EndLine();
            return new(target, SpecWords.Literal, [], [], type, literal);
        }

        var op = Name();
        if (Take(":")) op += ":" + Name();
        var typeArguments = List("<", ">", Type);
        var operands = List("(", ")", Name);
        EndLine();
        return new(target, op, typeArguments, operands, type, 0);
    }

    private TypeRef Type() => new(Name(), List("<", ">", Type));

    private List<T> List<T>(string open, string close, Func<T> item)
    {
        var items = new List<T>();
        if (!Take(open)) return items;
        if (Take(close)) return items;
        do items.Add(item());
        while (Take(", "));
        Expect(close);
        return items;
    }

    private string Name() => While(c => c is '_' or '.' || char.IsLetterOrDigit(c) || char.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark
        or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.ConnectorPunctuation or UnicodeCategory.Format or UnicodeCategory.LetterNumber, "a name");

    private double Number()
    {
        var start = _at;
        var word = While(c => c is not (' ' or '\n'), "a number");
        if (double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)) return value;
        _at = start;
        throw Unexpected("a number");
    }

    private string Quoted()
    {
        Expect("\"");
        var value = new StringBuilder();
        while (!Take("\""))
        {
            if (_at >= text.Length || text[_at] == '\n') throw Unexpected("'\"'");
            if (Take("\\\\")) value.Append('\\');
            else if (Take("\\\"")) value.Append('"');
            else if (Take("\\n")) value.Append('\n');
            else if (Take("\\r")) value.Append('\r');
            else value.Append(text[_at++]);
        }

        return value.ToString();
    }

    private string While(Func<char, bool> isPart, string expected)
    {
        var start = _at;
        while (_at < text.Length && isPart(text[_at])) _at++;
        return _at > start ? text.Substring(start, _at - start) : throw Unexpected(expected);
    }

    private bool Take(string word)
    {
        if (string.CompareOrdinal(text, _at, word, 0, word.Length) != 0) return false;
        _at += word.Length;
        return true;
    }

    private void Expect(string word)
    {
        if (!Take(word)) throw Unexpected($"'{word}'");
    }

    private void EndLine()
    {
        if (!Take("\n")) throw Unexpected("the end of the line");
    }

    private FormatException Unexpected(string expected)
    {
        var before = text.Substring(0, _at).Split('\n');
        var found = _at >= text.Length ? "the end" : $"'{text.Substring(_at).Split('\n')[0]}'";
        return new($"line {before.Length}, column {before[before.Length - 1].Length + 1}: expected {expected}, found {found}");
    }
}
