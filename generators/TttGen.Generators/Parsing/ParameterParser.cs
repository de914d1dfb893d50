using Microsoft.CodeAnalysis;
using TttGen.Compiler.Language;
using TttGen.Generators.Diagnostics;

namespace TttGen.Generators.Parsing;

/// <summary>The record's parameters: weights, sub-specs and settings, each with its checkpoint key.</summary>
internal sealed class ParameterParser(INamedTypeSymbol spec, SpecKind kind, TypeReferences types, Rejections rejections)
{
    public IReadOnlyList<SpecParameter> All(IMethodSymbol constructor)
    {
        var parameters = constructor.Parameters.Select(One).ToList();
        RejectDuplicateKeys(constructor, parameters);
        return parameters;
    }

    private SpecParameter One(IParameterSymbol parameter)
    {
        var type = types.Of(parameter.Type, parameter.Identifier());
        var isSetting = type.Name == Names.Number && parameter.Type.SpecialType == SpecialType.System_Double;
        if (parameter.Type.TypeKind != TypeKind.Error && !isSetting && !IsAllowed(parameter.Type, type.Name))
            rejections.Add(Descriptors.UnknownParameterType, parameter.Identifier(), parameter.Name, parameter.Type.Short(), kind.Phrase(), Allowed(kind));

        if (Generated(kind).Contains(parameter.Name)) rejections.Add(Descriptors.GeneratedMember, parameter.Identifier(), parameter.Name, SnakeCase.Of(parameter.Name));

        var slow = IsMarked(parameter, type.Name, Names.SlowAttribute, "Slow");
        var shared = IsMarked(parameter, type.Name, Names.SharedAttribute, "Shared");
        var key = spec.AttributeOf(parameter, Names.KeyAttribute);
        var unitAxis = key?.NamedArguments.FirstOrDefault(a => a.Key == "UnitAxis").Value.Value as int? ?? -1;
        var (setting, value) = isSetting ? ConfigParser.Setting(spec, parameter, rejections) : (null, 0);
        return new(parameter.Name, type, Key(parameter.Name, type.Name, key), slow, shared, unitAxis, setting, value);
    }

    /// <summary>The whole key within this spec: see <see cref="SpecParameter"/>.</summary>
    private string Key(string name, string type, AttributeData? attribute)
    {
        var given = attribute?.ConstructorArguments.FirstOrDefault().Value as string;
        var key = type switch
        {
            Names.Number => "",
            Names.LmHead => "lm_head.weight",
            Names.Linear => given ?? SnakeCase.Of(name) + ".weight",
            Names.Embedding => (given ?? SnakeCase.Of(name)) + ".weight",
            _ => given ?? SnakeCase.Of(name),
        };
        if (attribute?.NamedArguments.FirstOrDefault(a => a.Key == "Piece").Value.Value is int and >= 0 and var piece) key = PieceKey.Of(key, piece);
        if (kind != SpecKind.Model || type is Names.LmHead or Names.Number) return key;
        return key.StartsWith("/", StringComparison.Ordinal) ? key.Substring(1) : key.Length == 0 ? "model" : "model." + key;
    }

    private bool IsMarked(IParameterSymbol parameter, string type, string attribute, string word)
    {
        if (spec.AttributeOf(parameter, attribute) is not { } mark) return false;
        if (kind == SpecKind.InnerModel && type is Names.Vec or Names.Mat) return true;
        rejections.Add(Descriptors.MisplacedWeightAttribute, Location(mark) ?? parameter.Identifier(), word, parameter.Name);
        return false;
    }

    private static Location? Location(AttributeData attribute) => attribute.ApplicationSyntaxReference?.GetSyntax().GetLocation();

    private bool IsAllowed(ITypeSymbol type, string name) => kind switch
    {
        SpecKind.InnerOptimiser or SpecKind.Recurrence => name == Names.Scalar,
        SpecKind.InnerModel => name is Names.Vec or Names.Mat || IsPart(type),
        _ => name is Names.Vec or Names.Mat or Names.Linear or Names.Embedding or Names.LmHead or Names.PerHead or Names.Stack || IsPart(type),
    };

    private static bool IsPart(ITypeSymbol type) => type.IsSpec() && !type.Kinds().Any(k => k.IsStepped());

    /// <summary>Members that the generator gives the record.</summary>
    private static string[] Generated(SpecKind kind) => kind.IsStepped() ? [] : kind == SpecKind.Model
        ? ["Bind", "Defaults", "Definition", "Load", "Create", "OnDevice", "Compiled", "CompiledDefinition", "Trainable", "CompiledForDevice", "CompiledForDeviceBf16"]
        : ["Bind", "Defaults"];

    private static string Allowed(SpecKind kind) => kind switch
    {
        SpecKind.InnerOptimiser or SpecKind.Recurrence => "Scalar; what the layer gives for each token is a parameter of Step",
        SpecKind.InnerModel => "Vec, Mat, another [InnerModel], or a double with [Config]",
        _ => "Vec, Mat, Linear, Embedding, LmHead, Stack, PerHead, a record with [Layer] or [InnerModel], or a double with [Config]",
    };

    private void RejectDuplicateKeys(IMethodSymbol constructor, List<SpecParameter> parameters)
    {
        var first = new Dictionary<string, string>();
        for (var i = 0; i < parameters.Count; i++)
        {
            var (name, key) = (parameters[i].Name, parameters[i].Key);
            if (kind.IsStepped() || key.Length == 0 || parameters[i].Setting is not null || parameters[i].Type.Name == Names.LmHead) continue;
            if (first.TryGetValue(key, out var other)) rejections.Add(Descriptors.DuplicateKey, constructor.Parameters[i].Identifier(), name, key, other);
            else first[key] = name;
        }
    }
}
