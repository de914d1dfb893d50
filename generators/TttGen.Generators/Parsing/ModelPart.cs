using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using TttGen.Compiler.Language;

namespace TttGen.Generators.Parsing;

/// <summary>The one part of a model that says no Apply of its own: the model is that part, and the generator writes its Apply.</summary>
internal sealed class ModelPart(IParameterSymbol part, IMethodSymbol method)
{
    /// <summary>The part of such a model; null where the model has an Apply, or something else than one part from tokens to logits.</summary>
    public static ModelPart? Of(INamedTypeSymbol model)
    {
        if (model.GetMembers("Apply").Any() || model.PrimaryConstructor()?.Parameters is not [{ Type: INamedTypeSymbol type, Name: not "Apply" } part] || !type.IsSpec()) return null;
        return type.GetMembers("Apply").OfType<IMethodSymbol>().FirstOrDefault(IsFromTokensToLogits) is { } method ? new(part, method) : null;
    }

    public static bool IsFromTokensToLogits(IMethodSymbol method) => method is { IsStatic: false, Parameters: [{ Type: INamedTypeSymbol tokens }] }
        && tokens.FullName() == Names.Tokens && method.ReturnType is INamedTypeSymbol logits && logits.FullName() == Names.Logits;

    /// <summary>Apply as the spec says it.</summary>
    public SpecMethod Apply(TypeReferences types)
    {
        var scope = new Scope([part.Name]);
        var tokens = scope.Fresh("tokens");
        var logits = scope.Add("Apply:Apply", types.Of(method.ReturnType, part.Identifier()), [part.Name, tokens]);
        return new("Apply", [new(tokens, types.Of(method.Parameters[0].Type, part.Identifier()))], scope.Statements, logits);
    }

    /// <summary>Apply as C#, a member of the record.</summary>
    public string Member()
    {
        var name = SyntaxFacts.GetKeywordKind(part.Name) == SyntaxKind.None ? part.Name : "@" + part.Name;
        return $"public {method.ReturnType.Qualified()} Apply({method.Parameters[0].Type.Qualified()} tokens) => this.{name}.Apply(tokens);";
    }
}
