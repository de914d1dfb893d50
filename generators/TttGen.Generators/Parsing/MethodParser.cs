using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;
using TttGen.Compiler.Language;
using TttGen.Generators.Diagnostics;

namespace TttGen.Generators.Parsing;

/// <summary>The statements of one method: locals, assignments, one return at the end.</summary>
internal sealed class MethodParser
{
    private readonly Compilation _compilation;
    private readonly IMethodSymbol _method;
    private readonly TypeReferences _types;
    private readonly Rejections _rejections;
    private readonly CancellationToken _cancellation;
    private readonly Scope _scope;
    private readonly ExpressionParser _expressions;

    public MethodParser(
        Compilation compilation,
        INamedTypeSymbol spec,
        IMethodSymbol method,
        TypeReferences types,
        Rejections rejections,
        Action<IMethodSymbol, Location> parseCallee,
        CancellationToken cancellation)
    {
        (_compilation, _method, _types, _rejections, _cancellation) = (compilation, method, types, rejections, cancellation);
        _scope = new(spec.PrimaryConstructor()?.Parameters.Select(p => p.Name) ?? []);
        _expressions = new(spec, _scope, types, rejections, parseCallee);
    }

    /// <summary>The method, or null where its body could not be made out.</summary>
    public SpecMethod? Parse()
    {
        var arguments = new List<SpecArgument>();
        foreach (var parameter in _method.Parameters)
        {
            var name = _scope.Fresh(parameter.Name);
            _scope.Argument(parameter, name);
            arguments.Add(new(name, _types.Of(parameter.Type, parameter.Identifier())));
        }

        _types.Of(_method.ReturnType, _method.Identifier());
        var syntax = _method.DeclaringSyntaxReferences.Select(r => r.GetSyntax(_cancellation)).OfType<MethodDeclarationSyntax>().FirstOrDefault(m => m.Body is not null || m.ExpressionBody is not null);
        if (syntax is null || _compilation.GetSemanticModel(syntax.SyntaxTree).GetOperation(syntax, _cancellation) is not IMethodBodyBaseOperation body)
        {
            _rejections.Add(Descriptors.MethodSignature, _method.Identifier(), _method.Name, "without a body");
            return null;
        }

        var result = Result((body.BlockBody ?? body.ExpressionBody)!);
        return result is null ? null : new(_method.Name, arguments, _scope.Statements, result);
    }

    private string? Result(IBlockOperation block)
    {
        string? result = null;
        var returned = false;
        foreach (var statement in block.Operations)
        {
            _cancellation.ThrowIfCancellationRequested();
            switch (statement)
            {
                case IReturnOperation { ReturnedValue: { } value } when !returned:
                    returned = true;
                    result = _expressions.Parse(value);
                    break;
                case IVariableDeclarationGroupOperation group:
                    foreach (var declarator in group.Declarations.SelectMany(d => d.Declarators)) Declare(declarator);
                    break;
                case IExpressionStatementOperation { Operation: ISimpleAssignmentOperation { IsRef: false } assignment }:
                    Assign(assignment.Target, () => _expressions.Parse(assignment.Value));
                    break;
                case IExpressionStatementOperation { Operation: ICompoundAssignmentOperation assignment }:
                    Assign(assignment.Target, () => _expressions.Compound(assignment));
                    break;
                case IEmptyOperation or { IsImplicit: true }:
                    break;
                default:
                    BannedConstructs.Reject(statement, _rejections);
                    break;
            }
        }

        return result;
    }

    private void Declare(IVariableDeclaratorOperation declarator)
    {
        if (declarator.Symbol.IsConst) return;
        if (declarator.GetVariableInitializer() is not { } initializer) _rejections.Add(Descriptors.LocalWithoutValue, declarator.Syntax.GetLocation(), declarator.Symbol.Name);
        else Bind(declarator.Symbol, () => _expressions.Parse(initializer.Value));
    }

    private void Assign(IOperation target, Func<string?> value)
    {
        switch (target)
        {
            case ILocalReferenceOperation local:
                Bind(local.Local, value);
                break;
            case IParameterReferenceOperation argument when SymbolEqualityComparer.Default.Equals(argument.Parameter.ContainingSymbol, _method):
                Bind(argument.Parameter, value);
                break;
            case IInvalidOperation:
                _rejections.AddUnbound(target.Syntax.ToString());
                break;
            default:
                _rejections.Add(Descriptors.Assignment, target.Syntax.GetLocation(), target.Syntax.ToString());
                break;
        }
    }

    private void Bind(ISymbol variable, Func<string?> value)
    {
        var before = _scope.Statements.Count;
        if (value() is { } name) _scope.Assign(variable, name, isNew: _scope.Statements.Count > before);
    }
}
