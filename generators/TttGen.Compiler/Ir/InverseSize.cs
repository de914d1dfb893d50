namespace TttGen.Compiler.Ir;

/// <summary>1 / size of an axis that is still generic.</summary>
public sealed class InverseSize(int id, Axis axis) : Node(id, [])
{
    public Axis Axis { get; } = axis;
    public override IReadOnlyList<Node> Operands => [];
}
