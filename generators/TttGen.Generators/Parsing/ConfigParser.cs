using System.Globalization;
using Microsoft.CodeAnalysis;
using TttGen.Compiler.Language;
using TttGen.Generators.Diagnostics;

namespace TttGen.Generators.Parsing;

/// <summary>[Config] in its three forms: a dimension's size, a constant of the spec, a setting with its default.</summary>
internal static class ConfigParser
{
    public static IReadOnlyList<SpecConfig> Of(INamedTypeSymbol spec, Rejections rejections)
    {
        var config = new List<SpecConfig>();
        foreach (var dimension in spec.AllTypeParameters())
        {
            foreach (var attribute in dimension.Attributes(Names.ConfigAttribute))
            {
                if (Read(attribute) is not { Value: null, Key: var key }) rejections.Add(Descriptors.MisplacedConfig, dimension.Identifier(), dimension.Name, "a type parameter's size is the value; write [Config(\"key\")]");
                else config.Add(new(key, dimension.Name, null));
            }
        }

        foreach (var attribute in spec.Attributes(Names.ConfigAttribute))
        {
            if (Read(attribute) is not { Value: { } value, Key: var key }) rejections.Add(Descriptors.MisplacedConfig, spec.Identifier(), spec.Name, "a spec's constant has a value; write [Config(\"key\", value)]");
            else config.Add(new(key, null, Json(value)));
        }

        return config;
    }

    /// <summary>Key and default of a <c>double</c> parameter.</summary>
    public static (string Key, double Default) Setting(INamedTypeSymbol spec, IParameterSymbol parameter, Rejections rejections)
    {
        if (spec.AttributeOf(parameter, Names.ConfigAttribute) is { } attribute && Read(attribute) is { Value: double value, Key: var key }) return (key, value);
        rejections.Add(Descriptors.SettingWithoutConfig, parameter.Identifier(), parameter.Name, SnakeCase.Of(parameter.Name));
        return (SnakeCase.Of(parameter.Name), 0);
    }

    private static (string Key, object? Value) Read(AttributeData attribute) => attribute.ConstructorArguments.Length switch
    {
        0 => ("", null),
        1 => (attribute.ConstructorArguments[0].Value as string ?? "", null),
        _ => (attribute.ConstructorArguments[0].Value as string ?? "", attribute.ConstructorArguments[1].Value),
    };

    private static string Json(object value) => value switch
    {
        bool flag => flag ? "true" : "false",
        string text => $"\"{text.Replace("\\", "\\\\").Replace("\"", "\\\"").Replace("\n", "\\n").Replace("\r", "\\r")}\"",
        _ => Convert.ToDouble(value, CultureInfo.InvariantCulture).ToString("R", CultureInfo.InvariantCulture),
    };
}
