using Microsoft.CodeAnalysis;
using TttGen.Compiler.Language;
using TttGen.Generators.Diagnostics;

namespace TttGen.Generators.Parsing;

/// <summary>
/// One attributed record → <see cref="SpecProgram"/>. Generator and analyzer run the same parse: one takes the program, the other the
/// rejections.
/// </summary>
internal sealed class SpecParser(Compilation compilation, INamedTypeSymbol spec, SpecKind kind, Rejections rejections, CancellationToken cancellation)
{
    private readonly TypeReferences _types = new(rejections);
    private readonly Dictionary<IMethodSymbol, SpecMethod> _parsed = new(SymbolEqualityComparer.Default);
    private readonly List<SpecMethod> _order = [];
    private readonly Stack<IMethodSymbol> _open = new();

    /// <summary>The program; what it holds is whole only where nothing was rejected.</summary>
    public SpecProgram Parse()
    {
        DeclarationRules.Check(spec, kind, rejections);
        var parameters = spec.PrimaryConstructor() is { } constructor ? new ParameterParser(spec, kind, _types, rejections).All(constructor) : [];
        foreach (var method in Entries()) Method(method, method.Identifier());
        if (kind == SpecKind.Model && ModelPart.Of(spec) is { } part) _order.Add(part.Apply(_types));
        return new(kind, spec.FullName(), [.. spec.AllTypeParameters().Select(p => p.Name)], parameters, _order, ConfigParser.Of(spec, rejections));
    }

    /// <summary>The methods that the kind asks for, then those that other specs may call.</summary>
    private IEnumerable<IMethodSymbol> Entries()
    {
        var required = Required(kind).Select(name => (Name: name, Method: Ordinary(name).FirstOrDefault())).ToList();
        foreach (var (name, method) in required)
        {
            if (method is null && kind == SpecKind.Model && ModelPart.Of(spec) is not null) continue;
            if (method is null) rejections.Add(Descriptors.MethodMissing, spec.Identifier(), spec.Name, Signature(name), kind.Phrase());
            else if (kind == SpecKind.Model && !ModelPart.IsFromTokensToLogits(method)) rejections.Add(Descriptors.MethodMissing, method.Identifier(), spec.Name, Signature(name), kind.Phrase());
        }

        var methods = required.Select(r => r.Method).OfType<IMethodSymbol>().ToList();
        if (kind == SpecKind.InnerOptimiser) return methods.Concat(Ordinary("Close").Take(1));
        if (kind == SpecKind.Recurrence) return methods;
        return methods.Concat(spec.GetMembers().OfType<IMethodSymbol>().Where(m => IsForOthers(m) && !methods.Contains(m, SymbolEqualityComparer.Default))).ToList();
    }

    private IEnumerable<IMethodSymbol> Ordinary(string name) => spec.GetMembers(name).OfType<IMethodSymbol>().Where(m => m is { MethodKind: MethodKind.Ordinary, IsStatic: false });

    private static bool IsForOthers(IMethodSymbol method) =>
        method is { MethodKind: MethodKind.Ordinary, IsStatic: false, IsOverride: false, IsImplicitlyDeclared: false, DeclaredAccessibility: Accessibility.Public or Accessibility.Internal }
        && method.ReturnType is INamedTypeSymbol { ContainingNamespace.Name: Names.Namespace } type && BuiltIns.Values.Contains(type.FullName());

    /// <summary>Parses a method once; <paramref name="caller"/> is where to point if that is not possible.</summary>
    private void Method(IMethodSymbol method, Location caller)
    {
        cancellation.ThrowIfCancellationRequested();
        if (_parsed.ContainsKey(method)) return;
        if (_open.Contains(method, SymbolEqualityComparer.Default))
        {
            rejections.Add(Descriptors.Recursion, caller, method.Name);
            return;
        }

        if (Defect(method) is { } defect)
        {
            rejections.Add(Descriptors.MethodSignature, method.Identifier(), method.Name, defect);
            return;
        }

        _open.Push(method);
        var parsed = new MethodParser(compilation, spec, method, _types, rejections, Method, cancellation).Parse();
        _open.Pop();
        if (parsed is null) return;
        _parsed[method] = parsed;
        _order.Add(parsed);
    }

    private string? Defect(IMethodSymbol method) => method switch
    {
        { IsGenericMethod: true } => "generic",
        { IsAsync: true } => "async",
        { ReturnsVoid: true } => "without a result",
        { ReturnsByRef: true } or { ReturnsByRefReadonly: true } => "returning a reference",
        _ when method.Parameters.Any(p => p.RefKind != RefKind.None) => "taking a reference",
        _ when method.Parameters.Any(p => p.IsParams) => "taking any number of values",
        _ when kind == SpecKind.InnerOptimiser && method.DeclaredAccessibility == Accessibility.Public => OptimiserDefect(method),
        _ when kind == SpecKind.Recurrence && method.Name is "Step" or "Read" => RecurrenceDefect(method),
        _ when method.Parameters.FirstOrDefault(p => !IsValue(p.Type)) is { } parameter => $"taking a '{parameter.Type.Short()}'",
        _ when !IsValue(method.ReturnType) => $"returning a '{method.ReturnType.Short()}'",
        _ when spec.GetMembers(method.Name).OfType<IMethodSymbol>().Count(m => m.MethodKind == MethodKind.Ordinary) > 1 => "overloaded",
        _ => null,
    };

    private string? OptimiserDefect(IMethodSymbol method)
    {
        if (!SymbolEqualityComparer.Default.Equals(method.ReturnType, spec)) return $"returning a '{method.ReturnType.Short()}' and not the next '{spec.Name}'";
        if (method.Parameters.FirstOrDefault(p => !IsScalar(p.Type)) is { } other) return $"taking a '{other.Type.Short()}' and not a Scalar";
        return method.Name == "Close" == (method.Parameters.Length == 0) ? null : method.Name == "Close" ? "taking values" : "without a gradient";
    }

    private string? RecurrenceDefect(IMethodSymbol method)
    {
        var steps = method.Name == "Step";
        if (steps && !SymbolEqualityComparer.Default.Equals(method.ReturnType, spec)) return $"returning a '{method.ReturnType.Short()}' and not the next '{spec.Name}'";
        if (!steps && !IsScalar(method.ReturnType)) return $"returning a '{method.ReturnType.Short()}' and not a Scalar";
        if (method.Parameters.FirstOrDefault(p => !IsScalar(p.Type)) is { } other) return $"taking a '{other.Type.Short()}' and not a Scalar";
        return steps && method.Parameters.Length == 0 ? "without a number of the channel's own" : null;
    }

    private static bool IsScalar(ITypeSymbol type) => type is INamedTypeSymbol named && named.FullName() == Names.Scalar;

    private static bool IsValue(ITypeSymbol type) => type.TypeKind == TypeKind.Error || type.SpecialType is SpecialType.System_Double or SpecialType.System_Int32
        || (type is INamedTypeSymbol named && BuiltIns.Values.Contains(named.FullName()));

    private static string[] Required(SpecKind kind) => kind switch
    {
        SpecKind.InnerModel => ["Predict", "Loss"],
        SpecKind.InnerOptimiser => ["Step"],
        SpecKind.Recurrence => ["Step", "Read"],
        _ => ["Apply"],
    };

    private string Signature(string name) => (kind, name) switch
    {
        (SpecKind.InnerModel, "Predict") => "Vec<F> Predict(Vec<F> x)",
        (SpecKind.Recurrence, "Step") => $"{spec.Name} Step(Scalar value)",
        (SpecKind.Recurrence, _) => "Scalar Read()",
        (SpecKind.InnerOptimiser, _) => $"{spec.Name} Step(Scalar gradient, Scalar rate)",
        (SpecKind.InnerModel, _) => "Scalar Loss(Vec<F> key, Vec<F> value)",
        (SpecKind.Model, _) => "Logits<V> Apply(Tokens tokens)",
        _ => "Seq<D> Apply(Seq<D> x)",
    };
}
