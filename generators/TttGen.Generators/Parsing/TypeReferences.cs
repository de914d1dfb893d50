using Microsoft.CodeAnalysis;
using TttGen.Compiler.Language;
using TttGen.Generators.Diagnostics;

namespace TttGen.Generators.Parsing;

/// <summary>Types of C# as the language names them; a dimension whose size nobody knows is rejected where a spec first names it.</summary>
internal sealed class TypeReferences(Rejections rejections)
{
    private readonly HashSet<ISymbol> _rejected = new(SymbolEqualityComparer.Default);

    /// <summary>The type's reference; <paramref name="at"/> is where it is spoken of.</summary>
    public TypeRef Of(ITypeSymbol type, Location at)
    {
        switch (type)
        {
            case { TypeKind: TypeKind.Error }:
                rejections.AddUnbound(type.ToDisplayString());
                return new(type.Name, []);
            case { SpecialType: SpecialType.System_Double or SpecialType.System_Single }:
                return new(Names.Number, []);
            case { SpecialType: SpecialType.System_Int32 or SpecialType.System_Int64 or SpecialType.System_Int16 or SpecialType.System_Byte }:
                return new(Names.Whole, []);
            case INamedTypeSymbol named:
                if (named.Is(Names.Dimension) && named.Attribute(Names.DimAttribute) is null && _rejected.Add(named))
                    rejections.Add(Descriptors.NotADimension, at, named.Short());
                return new(named.FullName(), [.. named.AllTypeArguments().Select(a => Of(a, at))]);
            default:
                return new(type.Name, []);
        }
    }
}
