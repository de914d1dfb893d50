using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Text;
using TttGen.Generators.Parsing;

namespace TttGen.Generators.Emission;

/// <summary>
/// Where a spec's identifier stands, as plain values. Only the diagnostics' pipeline holds it: when a line moves, remarks move and no code is
/// generated.
/// </summary>
internal sealed record SpecLocation(string Spec, string Path, TextSpan Span, LinePositionSpan Lines)
{
    public static SpecLocation? Of(INamedTypeSymbol spec) => spec.Identifier() is { SourceTree: { } tree } location
        ? new(spec.FullName(), tree.FilePath, location.SourceSpan, location.GetLineSpan().Span)
        : null;

    public Location ToLocation() => Location.Create(Path, Span, Lines);
}
