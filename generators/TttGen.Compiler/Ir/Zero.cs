namespace TttGen.Compiler.Ir;

public sealed class Zero(int id, Axis[] shape) : Node(id, shape)
{
    public override IReadOnlyList<Node> Operands => [];
}
