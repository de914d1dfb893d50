using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using TttGen.Compiler.Language;

namespace TttGen.Generators.Parsing;

/// <summary>What the parser asks of symbols.</summary>
internal static class Symbols
{
    private static readonly SymbolDisplayFormat NameOnly = new(
        SymbolDisplayGlobalNamespaceStyle.Omitted,
        SymbolDisplayTypeQualificationStyle.NameAndContainingTypesAndNamespaces,
        SymbolDisplayGenericsOptions.None);

    /// <summary>The full name without generic arguments: what texts and tables go by.</summary>
    public static string FullName(this INamedTypeSymbol type) => type.ToDisplayString(NameOnly);

    /// <summary>As generated code names it: <c>global::App.Width</c>; a type parameter by itself.</summary>
    public static string Qualified(this ITypeSymbol type) => type.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat);

    /// <summary>As the user's own code would name it.</summary>
    public static string Short(this ISymbol symbol) => symbol.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat);

    public static AttributeData? Attribute(this ISymbol symbol, string name) =>
        symbol.GetAttributes().FirstOrDefault(a => a.AttributeClass?.FullName() == name);

    public static IEnumerable<AttributeData> Attributes(this ISymbol symbol, string name) =>
        symbol.GetAttributes().Where(a => a.AttributeClass?.FullName() == name);

    /// <summary>The kinds that a type's attributes give it: none or one, where the user made no mistake.</summary>
    public static IEnumerable<SpecKind> Kinds(this ITypeSymbol type)
    {
        if (type.Attribute(Names.InnerModelAttribute) is not null) yield return SpecKind.InnerModel;
        if (type.Attribute(Names.InnerOptimiserAttribute) is not null) yield return SpecKind.InnerOptimiser;
        if (type.Attribute(Names.RecurrenceAttribute) is not null) yield return SpecKind.Recurrence;
        if (type.Attribute(Names.LayerAttribute) is not null) yield return SpecKind.Layer;
        if (type.Attribute(Names.ModelAttribute) is not null) yield return SpecKind.Model;
    }

    /// <summary>The kind as diagnostics speak of it.</summary>
    public static string Phrase(this SpecKind kind) => kind switch
    {
        SpecKind.InnerModel => "an inner model",
        SpecKind.InnerOptimiser => "an inner optimiser",
        SpecKind.Recurrence => "a recurrence",
        SpecKind.Layer => "a layer",
        _ => "a model",
    };

    /// <summary>Whether the record is of numbers that are stepped element by element, rather than of weights.</summary>
    public static bool IsStepped(this SpecKind kind) => kind is SpecKind.InnerOptimiser or SpecKind.Recurrence;

    /// <summary>A record that carries a kind, or a type parameter that stands for one.</summary>
    public static bool IsSpec(this ITypeSymbol type) => type switch
    {
        INamedTypeSymbol named => named.Kinds().Any(),
        ITypeParameterSymbol parameter => parameter.ConstraintTypes.Any(c => c.Is(Names.Spec)),
        _ => false,
    };

    /// <summary>Whether the type is this interface, or implements it.</summary>
    public static bool Is(this ITypeSymbol type, string name) =>
        (type is INamedTypeSymbol named && named.FullName() == name) || type.AllInterfaces.Any(i => i.FullName() == name);

    /// <summary>A parameter's attributes, wherever the user aimed them: at the parameter or at its property.</summary>
    public static AttributeData? AttributeOf(this INamedTypeSymbol record, IParameterSymbol parameter, string name) =>
        parameter.Attribute(name) ?? record.GetMembers(parameter.Name).OfType<IPropertySymbol>().FirstOrDefault()?.Attribute(name);

    /// <summary>Every type parameter in reach of a type's members, those of the types around it first.</summary>
    public static IEnumerable<ITypeParameterSymbol> AllTypeParameters(this INamedTypeSymbol type) =>
        (type.ContainingType?.AllTypeParameters() ?? []).Concat(type.TypeParameters);

    /// <summary>The arguments to <see cref="AllTypeParameters"/>.</summary>
    public static IEnumerable<ITypeSymbol> AllTypeArguments(this INamedTypeSymbol type) =>
        (type.ContainingType?.AllTypeArguments() ?? []).Concat(type.TypeArguments);

    /// <summary>The record's primary constructor, as it is written after its name.</summary>
    public static IMethodSymbol? PrimaryConstructor(this INamedTypeSymbol record) =>
        record.InstanceConstructors.FirstOrDefault(c => c.DeclaringSyntaxReferences.Any(r => r.GetSyntax() is TypeDeclarationSyntax { ParameterList: not null }));

    /// <summary>Where to point when speaking of a symbol: its identifier.</summary>
    public static Location Identifier(this ISymbol symbol) => symbol.Locations.FirstOrDefault() ?? Location.None;

    public static IEnumerable<TypeDeclarationSyntax> Declarations(this INamedTypeSymbol type) =>
        type.DeclaringSyntaxReferences.Select(r => r.GetSyntax()).OfType<TypeDeclarationSyntax>();

    /// <summary>Whether a second part of the type may stand in a generated file.</summary>
    public static bool IsPartial(this INamedTypeSymbol type) =>
        !type.IsFileLocal && type.Declarations().All(d => d.Modifiers.Any(SyntaxKind.PartialKeyword));

    /// <summary>The type and the types around it, innermost first.</summary>
    public static IEnumerable<INamedTypeSymbol> Outwards(this INamedTypeSymbol type)
    {
        for (var at = type; at is not null; at = at.ContainingType) yield return at;
    }
}
