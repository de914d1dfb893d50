namespace TttGen.Compiler.Ir;

public sealed class Literal(int id, double value) : Node(id, [])
{
    public double Value { get; } = value;
    public override IReadOnlyList<Node> Operands => [];
}
