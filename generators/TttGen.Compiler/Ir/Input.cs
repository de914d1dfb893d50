namespace TttGen.Compiler.Ir;

public sealed class Input(int id, Axis[] shape, string name) : Node(id, shape)
{
    public string Name { get; } = name;
    public override IReadOnlyList<Node> Operands => [];
}
