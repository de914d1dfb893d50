namespace TttGen.Compiler.Ir;

public sealed class Sum(int id, Axis[] shape, Node[] terms) : Node(id, shape)
{
    public override IReadOnlyList<Node> Operands { get; } = terms;
}
