namespace TttGen.Compiler.Ir;

/// <summary>Σ x along each head, in the place of every column of the head: y[n, h, f] = Σₖ x[n, h, k]. It is its own transpose, and so its own gradient's rule.</summary>
/// <param name="id">The node's number.</param>
/// <param name="argument">[n, heads · feature].</param>
/// <param name="feature">Columns of one head.</param>
public sealed class HeadSum(int id, Node argument, int feature) : Node(id, argument.Shape)
{
    /// <summary>[n, heads · feature].</summary>
    public Node Argument { get; } = argument;

    /// <summary>Columns of one head.</summary>
    public int Feature { get; } = feature;

    /// <summary>How many heads.</summary>
    public int Heads => Shape[1].Size / Feature;

    /// <inheritdoc/>
    public override IReadOnlyList<Node> Operands { get; } = [argument];
}
