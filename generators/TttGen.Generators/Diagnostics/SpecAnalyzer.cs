using System.Collections.Immutable;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Diagnostics;
using TttGen.Compiler.Language;
using TttGen.Generators.Parsing;

namespace TttGen.Generators.Diagnostics;

/// <summary>
/// Reports what is outside the language, on the very node. It reruns the generators' parser, so that their pipelines hold no locations and
/// the user can suppress and navigate as with any analyzer.
/// </summary>
[DiagnosticAnalyzer(LanguageNames.CSharp)]
public sealed class SpecAnalyzer : DiagnosticAnalyzer
{
    /// <inheritdoc/>
    public override ImmutableArray<DiagnosticDescriptor> SupportedDiagnostics { get; } = [.. Descriptors.OfTheParser];

    /// <inheritdoc/>
    public override void Initialize(AnalysisContext context)
    {
        context.ConfigureGeneratedCodeAnalysis(GeneratedCodeAnalysisFlags.None);
        context.EnableConcurrentExecution();
        context.RegisterSymbolAction(Analyze, SymbolKind.NamedType);
    }

    private static void Analyze(SymbolAnalysisContext context)
    {
        var type = (INamedTypeSymbol)context.Symbol;
        var rejections = new Rejections();
        if (type.Attribute(Names.DimAttribute) is not null) DimensionRules.Check(type, rejections);
        foreach (var kind in type.Kinds().Take(1))
        {
            new SpecParser(context.Compilation, type, kind, rejections, context.CancellationToken).Parse();
            if (kind == SpecKind.Model) new ModelParser(context.Compilation, type, rejections, context.CancellationToken).Parse();
        }

        foreach (var diagnostic in rejections.Diagnostics) context.ReportDiagnostic(diagnostic);
    }
}
