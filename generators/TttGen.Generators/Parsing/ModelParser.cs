using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using TttGen.Compiler;
using TttGen.Compiler.Emit;
using TttGen.Compiler.Language;
using TttGen.Generators.Diagnostics;
using TttGen.Generators.Emission;

namespace TttGen.Generators.Parsing;

/// <summary>
/// A [Model] and everything that it reaches, as texts and sizes. Specs of this compilation are parsed from their source; those of referenced
/// assemblies, whose method bodies no generator sees, are read from the text that their own compilation left on them.
/// </summary>
internal sealed class ModelParser(Compilation compilation, INamedTypeSymbol model, Rejections rejections, CancellationToken cancellation)
{
    private readonly TypeLookup _lookup = new(compilation);
    private readonly Dictionary<INamedTypeSymbol, SpecProgram?> _specs = new(SymbolEqualityComparer.Default);
    private readonly SortedDictionary<string, int> _dimensions = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, string> _texts = new(StringComparer.Ordinal);
    private bool _isWhole = true;

    /// <summary>The model's source; null where it, or a spec that it reaches, is outside the language. What is wrong with a spec of this compilation is said there, not here.</summary>
    public ModelSource? Parse()
    {
        var own = new Rejections();
        var root = new SpecParser(compilation, model, SpecKind.Model, own, cancellation).Parse();
        if (!own.None) return null;
        _specs[model] = root;
        foreach (var type in TypesOf(root)) Visit(type, root);
        RejectCycles();
        if (compilation.Options is CSharpCompilationOptions { AllowUnsafe: false }) Reject(Descriptors.UnsafeCode, model.Name);
        return _isWhole && rejections.None ? Source(root) : null;
    }

    private ModelSource Source(SpecProgram root)
    {
        var shell = TypeShell.Of(model);
        var accessibility = SyntaxFacts.GetText(model.DeclaredAccessibility);
        return new(
            shell.Namespace,
            shell.Containing,
            $"{accessibility} {shell.Header}",
            model.Name,
            accessibility,
            SpecText.Write(root),
            _texts.Values.ToValueList(),
            _dimensions.Select(d => new DimensionSize(d.Key, d.Value)).ToValueList(),
            model.Attribute(Names.ModelAttribute)?.NamedArguments.FirstOrDefault(a => a.Key == "Trainable").Value.Value is true)
        {
            Hidden = LibraryNames.All.Where(IsHidden).OrderBy(n => n, StringComparer.Ordinal).ToValueList(),
        };
    }

    /// <summary>Whether a member of the record or of a type around it, or a type or a namespace beside them, has the name.</summary>
    private bool IsHidden(string name)
    {
        if (model.Outwards().Any(type => type.GetMembers(name).Any())) return true;
        for (INamespaceSymbol? around = model.ContainingNamespace; around is not null; around = around.ContainingNamespace)
            if (around.GetMembers(name).Any()) return true;
        return false;
    }

    private void Visit(TypeRef type, SpecProgram from)
    {
        foreach (var argument in type.Arguments) Visit(argument, from);
        if (BuiltIns.IsBuiltIn(type.Name) || IsParameter(type, from)) return;
        if (_lookup.Find(type) is not { } symbol) Reject(Descriptors.UnknownType, type, from.Name);
        else if (DimensionRules.Size(symbol) is { } size) _dimensions[type.Name] = size;
        else if (symbol.Kinds().Any()) Visit(symbol);
        else Reject(Descriptors.UnknownType, type, from.Name);
    }

    private static bool IsParameter(TypeRef type, SpecProgram of) => type.Arguments.Count == 0 && of.TypeParameters.Contains(type.Name);

    private void Visit(INamedTypeSymbol spec)
    {
        if (_specs.ContainsKey(spec)) return;
        cancellation.ThrowIfCancellationRequested();
        var program = _specs[spec] = Program(spec);
        if (program is null)
        {
            _isWhole = false;
            return;
        }

        _texts[$"{program.Name}`{program.TypeParameters.Count}"] = SpecText.Write(program);
        foreach (var type in TypesOf(program)) Visit(type, program);
    }

    private SpecProgram? Program(INamedTypeSymbol spec)
    {
        // An editor gives a referenced project as source too, but its trees are of another compilation.
        if (SymbolEqualityComparer.Default.Equals(spec.ContainingAssembly, compilation.Assembly))
        {
            var own = new Rejections();
            var program = new SpecParser(compilation, spec, spec.Kinds().First(), own, cancellation).Parse();
            return own.None ? program : null;
        }

        if (spec.Attribute(Names.LoweredAttribute)?.ConstructorArguments.FirstOrDefault().Value is not string text)
        {
            Reject(Descriptors.NotLowered, spec.Short(), spec.ContainingAssembly.Name);
            return null;
        }

        try
        {
            return SpecText.Read(text);
        }
        catch (FormatException error)
        {
            Reject(Descriptors.OtherVersion, spec.Short(), spec.ContainingAssembly.Name, error.Message);
            return null;
        }
    }

    /// <summary>Every type that a program names.</summary>
    private static IEnumerable<TypeRef> TypesOf(SpecProgram program) =>
        program.Parameters.Select(p => p.Type)
            .Concat(program.Methods.SelectMany(m => m.Arguments.Select(a => a.Type).Concat(m.Body.SelectMany(s => s.TypeArguments.Append(s.Type)))))
            .Where(t => t.Name.Length > 0);

    /// <summary>A record that holds itself, however deep, would be expanded for ever.</summary>
    private void RejectCycles()
    {
        var done = new HashSet<ISymbol>(SymbolEqualityComparer.Default);
        var open = new List<INamedTypeSymbol>();
        foreach (var spec in _specs.Keys.ToList()) Walk(spec);

        void Walk(INamedTypeSymbol spec)
        {
            var place = open.FindIndex(s => SymbolEqualityComparer.Default.Equals(s, spec));
            if (place >= 0)
            {
                Reject(Descriptors.RecursiveSpec, spec.Short(), string.Join(" → ", open.Skip(place).Append(spec).Select(s => s.Name)));
                return;
            }

            if (!done.Add(spec) || !_specs.TryGetValue(spec, out var program) || program is null) return;
            open.Add(spec);
            foreach (var part in program.Parameters.SelectMany(p => Parts(p.Type)).Where(t => !IsParameter(t, program)).Select(_lookup.Find).OfType<INamedTypeSymbol>()) Walk(part);
            open.RemoveAt(open.Count - 1);
        }

        static IEnumerable<TypeRef> Parts(TypeRef type) => type.Arguments.SelectMany(Parts).Prepend(type);
    }

    private void Reject(DiagnosticDescriptor descriptor, params object[] arguments) => rejections.Add(descriptor, model.Identifier(), arguments);
}
