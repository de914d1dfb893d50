namespace TttGen.Compiler.Ir;

/// <summary>Elementwise sum of two or more terms of one shape.</summary>
public sealed class Sum(int id, Axis[] shape, Node[] terms) : Node(id, shape)
{
    /// <inheritdoc/>
    public override IReadOnlyList<Node> Operands { get; } = terms;
}
