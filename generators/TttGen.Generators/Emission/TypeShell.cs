using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using TttGen.Compiler;
using TttGen.Generators.Parsing;

namespace TttGen.Generators.Emission;

/// <summary>All that is needed to write another part of a type: no symbol, compared by value.</summary>
/// <param name="Namespace">Empty for the global one.</param>
/// <param name="Containing">Headers of the types around it, outermost first.</param>
/// <param name="Header">Its own, for example <c>partial record struct SwiGlu&lt;D, H&gt;</c>.</param>
/// <param name="Qualified">As generated code names it.</param>
/// <param name="HintName">Its full name, with the number of type parameters if there are any: the start of generated files' names.</param>
internal sealed record TypeShell(string Namespace, ValueList<string> Containing, string Header, string Qualified, string HintName)
{
    public static TypeShell Of(INamedTypeSymbol type)
    {
        var arity = type.AllTypeParameters().Count();
        return new(
            type.ContainingNamespace.IsGlobalNamespace ? "" : type.ContainingNamespace.ToDisplayString(SymbolDisplayFormat.FullyQualifiedFormat.WithGlobalNamespaceStyle(SymbolDisplayGlobalNamespaceStyle.Omitted)),
            type.Outwards().Skip(1).Reverse().Select(HeaderOf).ToValueList(),
            HeaderOf(type),
            type.Qualified(),
            arity == 0 ? type.FullName() : $"{type.FullName()}-{arity}");
    }

    private static string HeaderOf(INamedTypeSymbol type)
    {
        var keyword = (type.IsRecord, type.TypeKind) switch
        {
            (true, TypeKind.Struct) => "record struct",
            (true, _) => "record class",
            (_, TypeKind.Struct) => "struct",
            (_, TypeKind.Interface) => "interface",
            _ => "class",
        };
        var parameters = type.TypeParameters.Length == 0 ? "" : $"<{string.Join(", ", type.TypeParameters.Select(p => Escaped(p.Name)))}>";
        return $"partial {keyword} {Escaped(type.Name)}{parameters}";
    }

    private static string Escaped(string identifier) => SyntaxFacts.GetKeywordKind(identifier) == SyntaxKind.None ? identifier : "@" + identifier;
}
