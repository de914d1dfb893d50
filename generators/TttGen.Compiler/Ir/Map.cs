namespace TttGen.Compiler.Ir;

/// <summary>A function of the elements at each place of one or more tensors of one shape.</summary>
public sealed class Map(int id, Function function, Node[] arguments) : Node(id, arguments[0].Shape)
{
    /// <summary>The function.</summary>
    public Function Function { get; } = function;

    /// <summary>What it is applied to.</summary>
    public override IReadOnlyList<Node> Operands { get; } = arguments;
}
