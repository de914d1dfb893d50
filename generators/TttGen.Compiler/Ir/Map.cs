namespace TttGen.Compiler.Ir;

public sealed class Map(int id, Function function, Node argument) : Node(id, argument.Shape)
{
    public Function Function { get; } = function;
    public Node Argument { get; } = argument;
    public override IReadOnlyList<Node> Operands { get; } = [argument];
}
