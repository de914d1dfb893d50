using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using System.Numerics;

namespace TttGen.App.CommandLine;

/// <summary>Options that are numbers of a range.</summary>
internal static class Numbers
{
    /// <summary>A whole number.</summary>
    public static Option<int> Integer(string name, string description, int standard, int least, int most) => new(name)
    {
        Description = description,
        HelpName = "number",
        DefaultValueFactory = _ => standard,
        CustomParser = result => Parse(result, name, result.Tokens[0].Value, least, most),
    };

    /// <summary>A whole number, or none.</summary>
    public static Option<long?> OptionalInteger(string name, string description, long least, long most) => new(name)
    {
        Description = description,
        HelpName = "number",
        CustomParser = result => Parse(result, name, result.Tokens[0].Value, least, most),
    };

    /// <summary>A real number.</summary>
    public static Option<double> Real(string name, string description, double standard, double least, double most) => new(name)
    {
        Description = description,
        HelpName = "number",
        DefaultValueFactory = _ => standard,
        CustomParser = result => Parse(result, name, result.Tokens[0].Value, least, most),
    };

    /// <summary>Whole numbers parted by commas.</summary>
    public static Option<int[]> List(string name, string description, int[] standard, int least, int most) => new(name)
    {
        Description = description,
        HelpName = "numbers",
        DefaultValueFactory = _ => standard,
        CustomParser = result => [.. result.Tokens.SelectMany(token => token.Value.Split(',')).Select(text => Parse(result, name, text, least, most))],
    };

    private static T Parse<T>(ArgumentResult result, string name, string text, T least, T most) where T : struct, INumber<T>
    {
        if (T.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && value >= least && value <= most)
            return value;
        result.AddError($"{name}: expected a {(value is int or long ? "whole " : "")}number from {least} to {most}, found '{text}'");
        return default;
    }
}
