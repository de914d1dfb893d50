namespace TttGen.Compiler.Ir;

/// <summary>A number. As an operand of an <see cref="Einsum"/> it is the product's coefficient.</summary>
public sealed class Literal(int id, double value) : Node(id, [])
{
    /// <summary>The number.</summary>
    public double Value { get; } = value;

    /// <inheritdoc/>
    public override IReadOnlyList<Node> Operands => [];
}
