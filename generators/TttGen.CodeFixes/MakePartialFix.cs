using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TttGen.CodeFixes;

/// <summary>TTT001: adds <c>partial</c>.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(MakePartialFix)), Shared]
public sealed class MakePartialFix : TypeDeclarationFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => ["TTT001"];

    /// <inheritdoc/>
    protected override string Title => "Make the type partial";

    /// <inheritdoc/>
    protected override TypeDeclarationSyntax Fix(TypeDeclarationSyntax declaration, Diagnostic diagnostic)
    {
        var partial = SyntaxFactory.Token(SyntaxKind.PartialKeyword).WithTrailingTrivia(SyntaxFactory.Space);
        if (declaration.Modifiers.Count > 0) return (TypeDeclarationSyntax)declaration.WithModifiers(declaration.Modifiers.Add(partial));

        // What stands before the first word of the header (comments, indentation) stays before it.
        var keyword = declaration.Keyword;
        var bare = (TypeDeclarationSyntax)declaration.WithKeyword(keyword.WithLeadingTrivia());
        return (TypeDeclarationSyntax)bare.WithModifiers([partial.WithLeadingTrivia(keyword.LeadingTrivia)]);
    }
}
