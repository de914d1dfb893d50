namespace TttGen.Compiler.Ir;

/// <summary>A function of every element.</summary>
public sealed class Map(int id, Function function, Node argument) : Node(id, argument.Shape)
{
    /// <summary>The function.</summary>
    public Function Function { get; } = function;

    /// <summary>What it is applied to.</summary>
    public Node Argument { get; } = argument;

    /// <inheritdoc/>
    public override IReadOnlyList<Node> Operands { get; } = [argument];
}
