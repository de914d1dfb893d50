using Microsoft.CodeAnalysis;
using TttGen.Generators.Diagnostics;

namespace TttGen.Generators.Parsing;

/// <summary>What a [Dim] struct must be.</summary>
internal static class DimensionRules
{
    public static void Check(INamedTypeSymbol dimension, Rejections rejections)
    {
        DeclarationRules.CheckPartial(dimension, rejections);
        if (dimension.AllTypeParameters().Any()) rejections.Add(Descriptors.GenericDimension, dimension.Identifier(), dimension.Name);
        if (!dimension.Is(Names.Dimension)) rejections.AddMissingInterface(Descriptors.DimensionWithoutInterface, dimension.Identifier(), "IDim", dimension.Name);
        if (Size(dimension) is { } size and < 1) rejections.Add(Descriptors.DimensionSize, dimension.Identifier(), dimension.Name, size);
    }

    /// <summary>What [Dim] says; a generator does not see the Size that it makes of it.</summary>
    public static int? Size(INamedTypeSymbol dimension) =>
        dimension.Attribute(Names.DimAttribute)?.ConstructorArguments.FirstOrDefault().Value as int?;
}
