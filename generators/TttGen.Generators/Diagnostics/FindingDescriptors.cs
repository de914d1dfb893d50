using Microsoft.CodeAnalysis;
using TttGen.Compiler;

namespace TttGen.Generators.Diagnostics;

/// <summary>The compiler's findings have their texts from there; here they get what Roslyn asks of a diagnostic.</summary>
internal static class FindingDescriptors
{
    public static DiagnosticDescriptor Of(Finding finding) =>
        new(finding.Id, "TttGen's compiler", "{0}", "TttGen", Enum.TryParse<DiagnosticSeverity>(finding.Severity, out var severity) ? severity : DiagnosticSeverity.Warning, isEnabledByDefault: true);
}
