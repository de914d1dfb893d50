using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using TttGen.Generators.Parsing;

namespace TttGen.Generators;

/// <summary>The start of every pipeline: types that carry an attribute, each once, made into values without symbols.</summary>
internal static class AttributedTypes
{
    public static IncrementalValuesProvider<T> TypesWith<T>(
        this IncrementalGeneratorInitializationContext context,
        string attribute,
        Func<Compilation, INamedTypeSymbol, CancellationToken, T?> make)
        where T : class =>
        context.SyntaxProvider
            .ForAttributeWithMetadataName(
                attribute,
                static (node, _) => node is TypeDeclarationSyntax,
                (found, cancellation) => found.TargetSymbol is INamedTypeSymbol type && IsFirst(found, type, attribute) ? make(found.SemanticModel.Compilation, type, cancellation) : null)
            .Where(static value => value is not null)
            .Select(static (value, _) => value!);

    /// <summary>A type whose parts repeat the attribute is found at each of them; that is the user's error and must not be two files of one name.</summary>
    private static bool IsFirst(GeneratorAttributeSyntaxContext found, INamedTypeSymbol type, string attribute) =>
        type.Attribute(attribute)?.ApplicationSyntaxReference is { } first
        && found.Attributes.Any(a => a.ApplicationSyntaxReference is { } here && here.SyntaxTree == first.SyntaxTree && here.Span == first.Span);
}
