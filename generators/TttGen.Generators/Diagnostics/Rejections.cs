using System.Collections.Immutable;
using Microsoft.CodeAnalysis;

namespace TttGen.Generators.Diagnostics;

/// <summary>
/// What a parse found to be outside the language. The analyzer reports it; the generator only asks whether there was any, so that no
/// location enters its pipeline.
/// </summary>
internal sealed class Rejections
{
    private readonly List<Diagnostic> _diagnostics = [];

    public IReadOnlyList<Diagnostic> Diagnostics => _diagnostics;

    /// <summary>The first piece of text that the C# compiler itself could not bind: its own error says why, ours would be noise.</summary>
    public string? Unbound { get; private set; }

    /// <summary>Nothing was rejected.</summary>
    public bool None => _diagnostics.Count == 0 && Unbound is null;

    public void Add(DiagnosticDescriptor descriptor, Location location, params object[] arguments) =>
        _diagnostics.Add(Diagnostic.Create(descriptor, location, arguments));

    /// <summary>A type that lacks an interface: the diagnostic carries its name, for the code fix that adds it.</summary>
    public void AddMissingInterface(DiagnosticDescriptor descriptor, Location location, string name, params object[] arguments) =>
        _diagnostics.Add(Diagnostic.Create(descriptor, location, ImmutableDictionary<string, string?>.Empty.Add("Interface", name), arguments));

    public void AddUnbound(string text) => Unbound ??= text;
}
