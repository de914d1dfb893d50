using System.Globalization;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using TttGen.Compiler.Language;
using TttGen.Generators.Diagnostics;

namespace TttGen.Generators.Parsing;

/// <summary>
/// Expressions, as the C# compiler bound them, to operations: one override for each construct of the language; all others are rejected on
/// their own node. A visit answers with the name of the value, or null after a rejection.
/// </summary>
internal sealed class ExpressionParser(INamedTypeSymbol spec, Scope scope, TypeReferences types, Rejections rejections, Action<IMethodSymbol, Location> parseCallee)
    : OperationVisitor<object?, string?>
{
    public string? Parse(IOperation operation)
    {
        if (operation.ConstantValue is { HasValue: true, Value: { } value } && IsNumber(value)) return Literal(operation, value);
        return operation.Accept(this, null);
    }

    /// <summary><c>x += y</c>: the sum, as a new value.</summary>
    public string? Compound(ICompoundAssignmentOperation assignment) =>
        Arithmetic(assignment, assignment.OperatorKind, assignment.OperatorMethod, assignment.Target, assignment.Value);

    public override string? DefaultVisit(IOperation operation, object? argument)
    {
        BannedConstructs.Reject(operation, rejections);
        return null;
    }

    public override string? VisitParenthesized(IParenthesizedOperation operation, object? argument) => Parse(operation.Operand);

    /// <summary>Numbers become scalars by conversion; the language makes no difference between them.</summary>
    public override string? VisitConversion(IConversionOperation operation, object? argument)
    {
        if (!operation.Conversion.Exists) return Unbound(operation);
        if (operation.Type is IDynamicTypeSymbol || operation.Operand.Type is IDynamicTypeSymbol) return DefaultVisit(operation, argument);
        if (operation.Operand.ConstantValue is { HasValue: true, Value: { } value } && IsNumber(value)) return Literal(IsStepInput(operation.Type) ? operation.Operand : operation, value);
        var isNeutral = operation.IsImplicit || operation.Conversion.IsIdentity || operation.Type?.SpecialType == SpecialType.System_Double || IsScalar(operation.Type);
        return isNeutral ? Parse(operation.Operand) : DefaultVisit(operation, argument);
    }

    public override string? VisitLocalReference(ILocalReferenceOperation operation, object? argument) => scope.Value(operation.Local);

    public override string? VisitParameterReference(IParameterReferenceOperation operation, object? argument) =>
        scope.Value(operation.Parameter) ?? (IsOwn(operation.Parameter.Name) ? operation.Parameter.Name : Unknown(operation, operation.Parameter));

    public override string? VisitPropertyReference(IPropertyReferenceOperation operation, object? argument)
    {
        if (operation.Arguments.Length > 0) return DefaultVisit(operation, argument);
        if (operation.Instance is IInstanceReferenceOperation { ReferenceKind: InstanceReferenceKind.ContainingTypeInstance } && IsOwn(operation.Property.Name)) return operation.Property.Name;
        if (IsSize(operation.Property) && operation.ConstrainedToType is ITypeParameterSymbol dimension)
            return scope.Add("Size", new(Names.Whole, []), [], [types.Of(dimension, At(operation))]);
        if (operation.Property is { IsStatic: true, Name: "Size" } && operation.Property.ContainingType.Is(Names.Dimension))
        {
            rejections.Add(Descriptors.SizeOfConcrete, At(operation), operation.Syntax.ToString());
            return null;
        }

        return Unknown(operation, operation.Property);
    }

    public override string? VisitFieldReference(IFieldReferenceOperation operation, object? argument) => Unknown(operation, operation.Field);

    public override string? VisitUnaryOperator(IUnaryOperation operation, object? argument)
    {
        if (operation.OperatorKind is not (UnaryOperatorKind.Minus or UnaryOperatorKind.Plus)) return DefaultVisit(operation, argument);
        var operand = Parse(operation.Operand);
        return operand is null || operation.OperatorKind == UnaryOperatorKind.Plus ? operand : scope.Add("Negate", Type(operation), [operand]);
    }

    public override string? VisitBinaryOperator(IBinaryOperation operation, object? argument) =>
        Arithmetic(operation, operation.OperatorKind, operation.OperatorMethod, operation.LeftOperand, operation.RightOperand);

    /// <summary>The next value of an optimiser's parts, or of a recurrence's.</summary>
    public override string? VisitObjectCreation(IObjectCreationOperation operation, object? argument)
    {
        if (operation.Type is not INamedTypeSymbol type || !Same(type, spec) || !type.Kinds().Any(k => k.IsStepped()) || operation.Initializer is not null || operation.Arguments.Length == 0)
            return DefaultVisit(operation, argument);
        return Operands(operation.Arguments) is { } operands ? scope.Add(SpecWords.New, Type(operation), operands) : null;
    }

    public override string? VisitInvocation(IInvocationOperation operation, object? argument)
    {
        var method = operation.TargetMethod;
        if (operation.Instance is IInstanceReferenceOperation || (method.IsStatic && Same(method.ContainingType, spec))) return CallOwn(operation);
        if (method.IsStatic) return Primitive(operation, []);

        var receiverType = operation.Instance?.Type;
        if (receiverType is null) return DefaultVisit(operation, argument);
        if (receiverType.TypeKind == TypeKind.Error) return Unbound(operation);
        if (!receiverType.IsSpec())
        {
            if (BuiltIns.Operation(method) is null) return UnknownCall(operation, receiverType);
            return Parse(operation.Instance!) is { } value ? Primitive(operation, [value]) : null;
        }

        var receiver = Parse(operation.Instance!);
        var operands = Operands(operation.Arguments);
        return receiver is null || operands is null ? null : scope.Add($"Apply:{method.Name}", Type(operation), [receiver, .. operands]);
    }

    private string? CallOwn(IInvocationOperation operation)
    {
        var method = operation.TargetMethod;
        if (!Same(method.ContainingType, spec) || method.MethodKind != MethodKind.Ordinary) return UnknownCall(operation, null);
        parseCallee(method.OriginalDefinition, At(operation));
        return Operands(operation.Arguments) is { } operands ? scope.Add($"Call:{method.Name}", Type(operation), operands) : null;
    }

    private string? Primitive(IInvocationOperation operation, IReadOnlyList<string> receiver)
    {
        if (BuiltIns.Operation(operation.TargetMethod) is not { } name) return UnknownCall(operation, operation.TargetMethod.ContainingType);
        if (Operands(operation.Arguments) is not { } operands) return null;
        return scope.Add(name, Type(operation), [.. receiver, .. operands], [.. operation.TargetMethod.TypeArguments.Select(t => types.Of(t, At(operation)))]);
    }

    /// <summary>In the order of the method's parameters, however the call names them.</summary>
    private List<string>? Operands(IEnumerable<IArgumentOperation> arguments)
    {
        var operands = arguments.OrderBy(a => a.Parameter?.Ordinal ?? 0).SelectMany(Values).Select(Parse).ToList();
        return operands.Contains(null) ? null : operands.ConvertAll(o => o!);
    }

    private static IEnumerable<IOperation> Values(IArgumentOperation argument) =>
        argument is { ArgumentKind: ArgumentKind.ParamArray, Value: IArrayCreationOperation { Initializer: { } all } } ? all.ElementValues : [argument.Value];

    private string? Arithmetic(IOperation operation, BinaryOperatorKind kind, IMethodSymbol? method, IOperation left, IOperation right)
    {
        if (operation.Type is null or { TypeKind: TypeKind.Error } && NamesConcreteSize(left, right)) return null;
        if (method is not null && !BuiltIns.IsBuiltIn(method.ContainingType.FullName()))
        {
            rejections.Add(Descriptors.UnknownCall, At(operation), $"operator {operation.Syntax}", "the operators of Vec, Mat, Seq, HeadSeq, Scalar and double");
            return null;
        }

        var op = kind switch
        {
            BinaryOperatorKind.Add => "Add",
            BinaryOperatorKind.Subtract => "Subtract",
            BinaryOperatorKind.Multiply => "Multiply",
            BinaryOperatorKind.Divide => "Divide",
            _ => null,
        };
        if (op is null) return DefaultVisit(operation, null);
        if (op == "Divide" && Type(operation).Name == Names.Whole)
        {
            rejections.Add(Descriptors.IntegerDivision, At(operation), operation.Syntax.ToString());
            return null;
        }

        var (a, b) = (Parse(left), Parse(right));
        return a is null || b is null ? null : scope.Add(op, Type(operation), [a, b]);
    }

    /// <summary>A generator does not see the Size that it writes: an expression with it does not bind there, and the operands say why.</summary>
    private bool NamesConcreteSize(params IOperation[] operands)
    {
        var found = operands.Select(o => o.Syntax).SelectMany(s => s.DescendantNodesAndSelf()).OfType<MemberAccessExpressionSyntax>().FirstOrDefault(m => m.Name.Identifier.Text == "Size");
        if (found is not null) rejections.Add(Descriptors.SizeOfConcrete, found.GetLocation(), found.ToString());
        return found is not null;
    }

    private string Literal(IOperation operation, object value) =>
        scope.Add("Literal", Type(operation), [], literal: Convert.ToDouble(value, CultureInfo.InvariantCulture));

    private string? Unknown(IOperation operation, ISymbol member)
    {
        rejections.Add(Descriptors.UnknownMember, At(operation), member.Name);
        return null;
    }

    private string? UnknownCall(IInvocationOperation operation, ITypeSymbol? type)
    {
        List<string> known = type is null ? [] : [.. BuiltIns.Operations(type)];
        rejections.Add(Descriptors.UnknownCall, At(operation), operation.TargetMethod.Name, known.Count > 0
            ? $"{string.Join(", ", known)} of {type!.Name}"
            : "its own methods, those of the specs among its parameters, and the functions of Ops");
        return null;
    }

    private string? Unbound(IOperation operation)
    {
        rejections.AddUnbound(operation.Syntax.ToString());
        return null;
    }

    private TypeRef Type(IOperation operation) => operation.Type is { } type ? types.Of(type, At(operation)) : new("", []);

    private bool IsOwn(string name) => spec.PrimaryConstructor()?.Parameters.Any(p => p.Name == name) == true;

    private static bool IsSize(IPropertySymbol property) => property.Name == "Size" && property.ContainingType.FullName() == Names.Dimension;

    private static bool Same(INamedTypeSymbol a, INamedTypeSymbol b) => SymbolEqualityComparer.Default.Equals(a.OriginalDefinition, b.OriginalDefinition);

    private static bool IsScalar(ITypeSymbol? type) => type is INamedTypeSymbol named && named.FullName() == Names.Scalar;

    /// <summary>What a recurrence takes: a number among others.</summary>
    private static bool IsStepInput(ITypeSymbol? type) => type is INamedTypeSymbol named && named.FullName() == Names.StepInput;

    private static bool IsNumber(object value) => value is double or float or int or long or short or byte or sbyte or ushort or uint or ulong;

    private static Location At(IOperation operation) => operation.Syntax.GetLocation();
}
