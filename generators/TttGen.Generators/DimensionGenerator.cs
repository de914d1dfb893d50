using Microsoft.CodeAnalysis;
using TttGen.Generators.Emission;
using TttGen.Generators.Parsing;

namespace TttGen.Generators;

/// <summary>[Dim(768)] → <c>Size</c>.</summary>
[Generator]
public sealed class DimensionGenerator : IIncrementalGenerator
{
    /// <summary>The tracked step.</summary>
    public const string Dimensions = nameof(Dimensions);

    /// <inheritdoc/>
    public void Initialize(IncrementalGeneratorInitializationContext context)
    {
        var dimensions = context.TypesWith(Names.DimAttribute, static (_, type, _) => DimensionSource.Of(type)).WithTrackingName(Dimensions);
        context.RegisterSourceOutput(dimensions, static (output, dimension) => output.AddSource(dimension.HintName, dimension.Text()));
    }
}
