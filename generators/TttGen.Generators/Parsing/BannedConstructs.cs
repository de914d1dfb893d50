using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;
using TttGen.Generators.Diagnostics;

namespace TttGen.Generators.Parsing;

/// <summary>C# that is not in the language, and which diagnostic says so: a table, by kind of operation.</summary>
internal static class BannedConstructs
{
    /// <summary>Rejects an operation on its own node. What the C# compiler could not bind has an error already.</summary>
    public static void Reject(IOperation operation, Rejections rejections)
    {
        if (operation is IInvalidOperation || operation.Type is { TypeKind: TypeKind.Error } || operation is IExpressionStatementOperation { Operation: IInvalidOperation })
        {
            rejections.AddUnbound(operation.Syntax.ToString());
            return;
        }

        var (descriptor, phrase) = Of(operation);
        rejections.Add(descriptor, operation.Syntax.GetLocation(), phrase);
    }

    private static (DiagnosticDescriptor Descriptor, string Phrase) Of(IOperation operation) => operation switch
    {
        ILoopOperation => (Descriptors.Loop, ""),
        IConditionalOperation { IsImplicit: false, Type: null } => (Descriptors.Condition, "'if'"),
        IConditionalOperation => (Descriptors.Condition, "'? :'"),
        ISwitchOperation or ISwitchExpressionOperation => (Descriptors.Condition, "'switch'"),
        ICoalesceOperation or ICoalesceAssignmentOperation => (Descriptors.Condition, "'??'"),
        IConditionalAccessOperation => (Descriptors.Condition, "'?.'"),
        IIsPatternOperation or IIsTypeOperation => (Descriptors.Condition, "'is'"),
        IBinaryOperation { OperatorKind: BinaryOperatorKind.ConditionalAnd or BinaryOperatorKind.ConditionalOr or BinaryOperatorKind.And or BinaryOperatorKind.Or or BinaryOperatorKind.ExclusiveOr } => (Descriptors.Condition, "A logical operator"),
        IBinaryOperation { OperatorKind: BinaryOperatorKind.Equals or BinaryOperatorKind.NotEquals or BinaryOperatorKind.LessThan or BinaryOperatorKind.LessThanOrEqual or BinaryOperatorKind.GreaterThan or BinaryOperatorKind.GreaterThanOrEqual } => (Descriptors.Condition, "A comparison"),
        IAnonymousFunctionOperation or IDelegateCreationOperation => (Descriptors.Function, "A lambda"),
        IMethodReferenceOperation => (Descriptors.Function, "A method without its call"),
        ILocalFunctionOperation => (Descriptors.Function, "A local function"),
        ITryOperation => (Descriptors.Exception, "'try'"),
        IThrowOperation or IExpressionStatementOperation { Operation: IThrowOperation } => (Descriptors.Exception, "'throw'"),
        IUsingOperation or IUsingDeclarationOperation => (Descriptors.Exception, "'using'"),
        ILockOperation => (Descriptors.Exception, "'lock'"),
        IExpressionStatementOperation { Operation: IIncrementOrDecrementOperation } => (Descriptors.Statement, "'++' or '--'"),
        IExpressionStatementOperation { Operation: IDeconstructionAssignmentOperation } => (Descriptors.Statement, "Deconstruction"),
        IExpressionStatementOperation { Operation: IInvocationOperation } => (Descriptors.Statement, "A call whose value is dropped"),
        IReturnOperation => (Descriptors.Statement, "A return before the end"),
        IBlockOperation => (Descriptors.Statement, "A block of its own"),
        IBranchOperation or ILabeledOperation => (Descriptors.Statement, "A jump"),
        IExpressionStatementOperation => (Descriptors.Statement, "This statement"),
        IAssignmentOperation or IIncrementOrDecrementOperation => (Descriptors.Expression, "An assignment inside an expression"),
        IObjectCreationOperation or ITypeParameterObjectCreationOperation => (Descriptors.Expression, "'new'"),
        IArrayCreationOperation or ICollectionExpressionOperation => (Descriptors.Expression, "An array"),
        IArrayElementReferenceOperation or IPropertyReferenceOperation { Arguments.Length: > 0 } or IImplicitIndexerReferenceOperation => (Descriptors.Expression, "An index"),
        IInstanceReferenceOperation => (Descriptors.Expression, "'this' by itself"),
        IWithOperation => (Descriptors.Expression, "'with'"),
        ITupleOperation => (Descriptors.Expression, "A tuple"),
        IAwaitOperation => (Descriptors.Expression, "'await'"),
        IDefaultValueOperation => (Descriptors.Expression, "'default'"),
        IConversionOperation => (Descriptors.Expression, "This conversion"),
        ILiteralOperation or IInterpolatedStringOperation => (Descriptors.Expression, "This constant"),
        _ => (Descriptors.Expression, $"'{operation.Syntax}'"),
    };
}
