using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using TttGen.Compiler.Language;
using TttGen.Generators.Parsing;

namespace TttGen.Generators.Emission;

/// <summary>What a generated Bind asks its binder for: one call for each parameter of the record.</summary>
internal static class BindCalls
{
    public static string Of(IParameterSymbol symbol, SpecParameter parameter)
    {
        var arguments = symbol.Type is INamedTypeSymbol { TypeArguments.Length: > 0 } type ? $"<{string.Join(", ", type.TypeArguments.Select(a => a.Qualified()))}>" : "";
        var key = Quote(parameter.Key);
        return parameter.Type.Name switch
        {
            Names.Number => $"binder.Setting({Quote(parameter.Setting ?? "")}, {Number(parameter.Default)})",
            Names.Vec => $"binder.Vec{arguments}({key}{Options(parameter)})",
            Names.Mat => $"binder.Mat{arguments}({key}{Options(parameter)})",
            Names.Linear => $"binder.Linear{arguments}({key}{Options(parameter)})",
            Names.Embedding => $"binder.Embedding{arguments}({key})",
            Names.LmHead => $"binder.LmHead{arguments}()",
            Names.PerHead => $"binder.PerHead{arguments}({key})",
            Names.Stack => $"binder.Stack{arguments}({key})",
            _ when !symbol.Type.IsSpec() => "default!",
            _ => $"binder.Spec<{symbol.Type.Qualified()}>({key})",
        };
    }

    /// <summary>What a record's [Config] says of settings that other parts may read.</summary>
    public static string Defaults(SpecProgram program) => string.Join(", ", program.Config
        .Where(c => double.TryParse(c.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out _))
        .Select(c => $"[{Quote(c.Key)}] = {Number(double.Parse(c.Value!, CultureInfo.InvariantCulture))}"));

    /// <summary>Only what differs from the binder's defaults.</summary>
    private static string Options(SpecParameter parameter) =>
        (parameter.UnitAxis >= 0 ? $", unitAxis: {parameter.UnitAxis.ToString(CultureInfo.InvariantCulture)}" : "")
        + (parameter.Slow ? ", slow: true" : "")
        + (parameter.Shared ? ", shared: true" : "");

    private static string Quote(string text) => SymbolDisplay.FormatLiteral(text, quote: true);

    private static string Number(double value)
    {
        if (double.IsNaN(value)) return "double.NaN";
        if (double.IsInfinity(value)) return value > 0 ? "double.PositiveInfinity" : "double.NegativeInfinity";
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        return text.IndexOfAny(['.', 'E']) >= 0 ? text : text + ".0";
    }
}
