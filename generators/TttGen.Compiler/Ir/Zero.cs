namespace TttGen.Compiler.Ir;

/// <summary>A tensor of zeros: what a product or a sum with nothing in it simplifies to. It remains only where a whole output is zero.</summary>
public sealed class Zero(int id, Axis[] shape) : Node(id, shape)
{
    /// <inheritdoc/>
    public override IReadOnlyList<Node> Operands => [];
}
