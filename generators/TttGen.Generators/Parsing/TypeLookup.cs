using Microsoft.CodeAnalysis;
using TttGen.Compiler.Language;

namespace TttGen.Generators.Parsing;

/// <summary>From the names in spec texts back to symbols: a referenced assembly's text is all that is known of its bodies.</summary>
internal sealed class TypeLookup(Compilation compilation)
{
    private readonly Dictionary<(string Name, int Arity), INamedTypeSymbol?> _found = [];

    /// <summary>The type's definition, or null where the compilation does not see it.</summary>
    public INamedTypeSymbol? Find(TypeRef type)
    {
        var key = (type.Name, type.Arguments.Count);
        if (!_found.TryGetValue(key, out var found)) _found[key] = found = Find(compilation.GlobalNamespace, type.Name.Split('.'), 0, key.Count);
        return found;
    }

    /// <summary>Type arguments in a text are those of all types around and of the type itself, one after another.</summary>
    private static INamedTypeSymbol? Find(INamespaceOrTypeSymbol container, string[] parts, int at, int arity)
    {
        foreach (var member in container.GetMembers(parts[at]).OfType<INamespaceOrTypeSymbol>())
        {
            var rest = arity - (member is INamedTypeSymbol type ? type.Arity : 0);
            if (rest < 0) continue;
            var found = at + 1 < parts.Length ? Find(member, parts, at + 1, rest) : rest == 0 ? member as INamedTypeSymbol : null;
            if (found is not null) return found;
        }

        return null;
    }
}
