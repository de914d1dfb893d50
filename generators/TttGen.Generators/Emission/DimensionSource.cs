using System.Globalization;
using Microsoft.CodeAnalysis;
using TttGen.Compiler.Emit;
using TttGen.Generators.Parsing;

namespace TttGen.Generators.Emission;

/// <summary>A [Dim] struct, as its generated part needs it.</summary>
internal sealed record DimensionSource(TypeShell Shell, int Size)
{
    public static DimensionSource? Of(INamedTypeSymbol dimension) =>
        dimension.Outwards().All(t => t.IsPartial()) && DimensionRules.Size(dimension) is { } size ? new(TypeShell.Of(dimension), size) : null;

    public string HintName => $"{Shell.HintName}.Size.g.cs";

    public string Text() => GeneratedFile.Part(Shell, "", "", $"""
        /// <inheritdoc/>
        {GeneratedCode.Attribute}
        public static int Size => {Size.ToString(CultureInfo.InvariantCulture)};
        """);
}
