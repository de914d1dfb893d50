using System.Globalization;
using System.Text;

namespace TttGen.Compiler.Language;

/// <summary>
/// The text form of a <see cref="SpecProgram"/>: what the lowered attribute carries across assemblies. It is also what a pipeline compares,
/// so equal programs have equal text.
/// <code>
/// tttgen-spec 1
/// layer TttGen.Layers.SwiGlu&lt;D, H&gt;
/// config intermediate_size = size H
/// parameter GateProj: TttGen.Linear&lt;D, H&gt; key "gate_proj"
/// method Apply(x: TttGen.Seq&lt;D&gt;)
///   t0: TttGen.Seq&lt;H&gt; = Multiply(x, GateProj)
///   …
///   return t4
/// </code>
/// </summary>
public static class SpecText
{
    /// <summary>The first line: texts of other versions are refused, not guessed at.</summary>
    public const string Header = "tttgen-spec 1";

    /// <summary>Whether <see cref="Read"/> knows this text's version.</summary>
    public static bool IsCurrent(string text) => text.StartsWith(Header + "\n", StringComparison.Ordinal);

    /// <summary>Writes a program, one line a fact, each line ended by a line feed.</summary>
    public static string Write(SpecProgram program)
    {
        var text = new StringBuilder();
        void Line(string line) => text.Append(line).Append('\n');

        Line(Header);
        Line($"{SpecWords.Of(program.Kind)} {program.Name}{Generic(program.TypeParameters)}");
        foreach (var config in program.Config) Line($"config {Quote(config.Key)} = {Right(config)}");
        foreach (var parameter in program.Parameters) Line(Parameter(parameter));
        foreach (var method in program.Methods)
        {
            Line($"method {method.Name}({string.Join(", ", method.Arguments.Select(a => $"{a.Name}: {a.Type}"))})");
            foreach (var statement in method.Body) Line($"  {statement.Target}: {statement.Type} = {Operation(statement)}");
            Line($"  return {method.Result}");
        }

        return text.ToString();
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    /// <exception cref="FormatException">Another version, or not such a text; the message names line and column.</exception>
    public static SpecProgram Read(string text)
    {
        if (!IsCurrent(text))
        {
            var first = text.Split('\n')[0].TrimEnd();
            throw new FormatException($"expected a text that starts with '{Header}', found '{first}': build its assembly with this version of TttGen");
        }

        return new SpecTextReader(text).Program();
    }

    private static string Right(SpecConfig config) =>
        config.Dimension is { } dimension ? $"size {dimension}" : $"constant {Quote(config.Value ?? throw new ArgumentException($"{config.Key}: neither a dimension nor a constant"))}";

    private static string Parameter(SpecParameter parameter)
    {
        var line = new StringBuilder($"parameter {parameter.Name}: {parameter.Type} key {Quote(parameter.Key)}");
        if (parameter.Slow) line.Append(" slow");
        if (parameter.Shared) line.Append(" shared");
        if (parameter.UnitAxis >= 0) line.Append(" unit ").Append(parameter.UnitAxis.ToString(CultureInfo.InvariantCulture));
        if (parameter.Setting is { } setting) line.Append($" setting {Quote(setting)} default {Number(parameter.Default)}");
        return line.ToString();
    }

    private static string Operation(SpecStatement statement) => statement.Op == SpecWords.Literal
        ? $"{SpecWords.Literal} {Number(statement.Literal)}"
        : $"{statement.Op}{Generic(statement.TypeArguments)}({string.Join(", ", statement.Operands)})";

    private static string Generic<T>(IReadOnlyList<T> arguments) => arguments.Count == 0 ? "" : $"<{string.Join(", ", arguments)}>";

    /// <summary>The shortest form that reads back as the same number on every runtime that may host a compiler.</summary>
    private static string Number(double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        return double.Parse(text, CultureInfo.InvariantCulture).Equals(value) ? text : value.ToString("G17", CultureInfo.InvariantCulture);
    }

    private static string Quote(string value) => $"\"{value.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n").Replace("\r", "\\r")}\"";
}
