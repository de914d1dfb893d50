using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CodeActions;
using Microsoft.CodeAnalysis.CodeFixes;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace TttGen.CodeFixes;

/// <summary>A fix that changes the header of the type that a diagnostic points at.</summary>
public abstract class TypeDeclarationFix : CodeFixProvider
{
    /// <summary>What the fix does, as the user reads it.</summary>
    protected abstract string Title { get; }

    /// <inheritdoc/>
    public sealed override FixAllProvider GetFixAllProvider() => WellKnownFixAllProviders.BatchFixer;

    /// <inheritdoc/>
    public sealed override async Task RegisterCodeFixesAsync(CodeFixContext context)
    {
        if (await context.Document.GetSyntaxRootAsync(context.CancellationToken).ConfigureAwait(false) is not { } root) return;
        foreach (var diagnostic in context.Diagnostics)
        {
            if (root.FindNode(diagnostic.Location.SourceSpan).FirstAncestorOrSelf<TypeDeclarationSyntax>() is not { } declaration) continue;
            var document = context.Document;
            context.RegisterCodeFix(
                CodeAction.Create(Title, _ => Task.FromResult(document.WithSyntaxRoot(root.ReplaceNode(declaration, Fix(declaration, diagnostic)))), equivalenceKey: Title),
                diagnostic);
        }
    }

    /// <summary>The type with its header mended.</summary>
    protected abstract TypeDeclarationSyntax Fix(TypeDeclarationSyntax declaration, Diagnostic diagnostic);
}
