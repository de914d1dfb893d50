using System.Collections.Immutable;
using System.Composition;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TttGen.CodeFixes;

/// <summary>TTT003, TTT006, TTT019, TTT045: adds the interface that the diagnostic names.</summary>
[ExportCodeFixProvider(LanguageNames.CSharp, Name = nameof(AddInterfaceFix)), Shared]
public sealed class AddInterfaceFix : TypeDeclarationFix
{
    /// <inheritdoc/>
    public override ImmutableArray<string> FixableDiagnosticIds => ["TTT003", "TTT006", "TTT019", "TTT045"];

    /// <inheritdoc/>
    protected override string Title => "Implement the interface";

    /// <inheritdoc/>
    protected override TypeDeclarationSyntax Fix(TypeDeclarationSyntax declaration, Diagnostic diagnostic)
    {
        var name = SyntaxFactory.ParseTypeName(diagnostic.Properties["Interface"]!);
        if (declaration.BaseList is { } bases)
        {
            var last = bases.Types.Last();
            var added = SyntaxFactory.SimpleBaseType(name).WithTrailingTrivia(last.GetTrailingTrivia());
            var comma = SyntaxFactory.Token(SyntaxKind.CommaToken).WithTrailingTrivia(SyntaxFactory.Space);
            var types = bases.Types.Replace(last, last.WithoutTrailingTrivia());
            return (TypeDeclarationSyntax)declaration.WithBaseList(bases.WithTypes(SyntaxFactory.SeparatedList<BaseTypeSyntax>(types.GetWithSeparators().Add(comma).Add(added))));
        }

        // The header's last token before the base list: its line break, if any, moves behind the new list.
        var before = ((SyntaxNode?)declaration.ParameterList ?? declaration.TypeParameterList)?.GetLastToken() ?? declaration.Identifier;
        var trailing = before.TrailingTrivia;
        var marked = declaration.ReplaceToken(before, before.WithTrailingTrivia(SyntaxFactory.Space));
        var colon = SyntaxFactory.Token(SyntaxKind.ColonToken).WithTrailingTrivia(SyntaxFactory.Space);
        var list = SyntaxFactory.BaseList(colon, [SyntaxFactory.SimpleBaseType(name)]).WithTrailingTrivia(trailing);
        return (TypeDeclarationSyntax)marked.WithBaseList(list);
    }
}
