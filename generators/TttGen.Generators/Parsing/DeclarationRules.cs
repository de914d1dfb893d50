using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using TttGen.Compiler.Language;
using TttGen.Generators.Diagnostics;

namespace TttGen.Generators.Parsing;

/// <summary>What a type must be before its methods are looked at.</summary>
internal static class DeclarationRules
{
    public static void Check(INamedTypeSymbol spec, SpecKind kind, Rejections rejections)
    {
        CheckPartial(spec, rejections);
        if (spec.Kinds().Count() > 1) rejections.Add(Descriptors.SeveralKinds, spec.Identifier(), spec.Name);
        if (!spec.IsRecord || spec.PrimaryConstructor() is null) rejections.Add(Descriptors.NotARecord, spec.Identifier(), spec.Name);
        if (kind == SpecKind.Model && spec.AllTypeParameters().Any()) rejections.Add(Descriptors.GenericModel, spec.Identifier(), spec.Name);
        if (kind == SpecKind.InnerModel && !spec.Is(Names.InnerModel))
        {
            var missing = $"IInnerModel<{spec.Short()}, {Feature(spec)}>";
            rejections.AddMissingInterface(Descriptors.InnerModelWithoutInterface, spec.Identifier(), missing, spec.Name, missing);
        }

        if (kind == SpecKind.InnerOptimiser && !spec.Is(Names.InnerOptimiser))
        {
            var missing = $"IInnerOptimiser<{spec.Short()}>";
            rejections.AddMissingInterface(Descriptors.InnerOptimiserWithoutInterface, spec.Identifier(), missing, spec.Name, missing);
        }

        if (kind == SpecKind.Recurrence && !spec.Is(Names.Recurrence))
        {
            var missing = $"IRecurrence<{spec.Short()}>";
            rejections.AddMissingInterface(Descriptors.RecurrenceWithoutInterface, spec.Identifier(), missing, spec.Name, missing);
        }

        if (spec.BaseType is { SpecialType: SpecialType.None, IsRecord: true } inherited) rejections.Add(Descriptors.HiddenState, spec.Identifier(), inherited.Short());
        foreach (var member in spec.GetMembers()) CheckMember(spec, member, rejections);
    }

    public static void CheckPartial(INamedTypeSymbol type, Rejections rejections)
    {
        foreach (var part in type.Outwards().Where(t => !t.IsPartial())) rejections.Add(Descriptors.NotPartial, part.Identifier(), part.Name);
    }

    /// <summary>The size of the memory's keys, as its Predict says it.</summary>
    private static string Feature(INamedTypeSymbol spec) =>
        spec.GetMembers("Predict").OfType<IMethodSymbol>().FirstOrDefault()?.Parameters.FirstOrDefault()?.Type is INamedTypeSymbol { TypeArguments: [var size] } ? size.Short() : "F";

    private static void CheckMember(INamedTypeSymbol spec, ISymbol member, Rejections rejections)
    {
        var isState = member switch
        {
            IFieldSymbol field => !field.IsStatic && !field.IsImplicitlyDeclared,
            IPropertySymbol property => !property.IsStatic && !property.IsOverride && property.ExplicitInterfaceImplementations.IsEmpty && !IsParameter(property) && HidesState(property),
            IEventSymbol => true,
            _ => false,
        };
        if (isState) rejections.Add(Descriptors.HiddenState, member.Identifier(), member.Name);

        bool HidesState(IPropertySymbol property) =>
            spec.PrimaryConstructor()?.Parameters.Any(p => p.Name == property.Name) == true
            || spec.GetMembers().OfType<IFieldSymbol>().Any(f => SymbolEqualityComparer.Default.Equals(f.AssociatedSymbol, property));
    }

    /// <summary>The property that the compiler makes of a record's parameter.</summary>
    private static bool IsParameter(IPropertySymbol property) =>
        property.IsImplicitlyDeclared || property.DeclaringSyntaxReferences.Any(r => r.GetSyntax() is ParameterSyntax);
}
