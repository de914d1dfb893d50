using Microsoft.CodeAnalysis;
using static TttGen.Generators.Parsing.Names;

namespace TttGen.Generators.Parsing;

/// <summary>The language's own types; their methods that carry [Operation] are its operations.</summary>
internal static class BuiltIns
{
    /// <summary>What a method may take and give back.</summary>
    public static readonly HashSet<string> Values = [Scalar, Vec, Mat, Seq, HeadSeq, Tokens, Logits, Number, Whole];

    private static readonly HashSet<string> Types = [.. Values, Linear, Embedding, LmHead, PerHead, Stack, Ops];

    /// <summary>Whether the name is one of the language's own types.</summary>
    public static bool IsBuiltIn(string type) => Types.Contains(type);

    /// <summary>The operation that a method is; null where a spec may not call it.</summary>
    public static string? Operation(IMethodSymbol method) =>
        IsBuiltIn(method.ContainingType.FullName()) && method.OriginalDefinition.Attribute(OperationAttribute) is { } mark ? mark.ConstructorArguments.FirstOrDefault().Value as string ?? method.Name : null;

    /// <summary>The methods of a type that a spec may call.</summary>
    public static IEnumerable<string> Operations(ITypeSymbol type) => type.GetMembers().OfType<IMethodSymbol>().Where(m => Operation(m) is not null).Select(m => m.Name).Distinct();
}
