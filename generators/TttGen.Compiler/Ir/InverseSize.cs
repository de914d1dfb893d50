namespace TttGen.Compiler.Ir;

/// <summary>1 / size of an axis whose size is not known when the program is compiled.</summary>
public sealed class InverseSize(int id, Axis axis) : Node(id, [])
{
    /// <summary>The axis.</summary>
    public Axis Axis { get; } = axis;

    /// <inheritdoc/>
    public override IReadOnlyList<Node> Operands => [];
}
