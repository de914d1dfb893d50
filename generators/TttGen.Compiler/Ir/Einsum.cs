namespace TttGen.Compiler.Ir;

/// <summary>
/// Product of the operands, summed over every index that is not in <see cref="Out"/>; an index of Out that no operand has is a broadcast.
/// A <see cref="Literal"/> among the operands is the coefficient of the whole.
/// </summary>
public sealed class Einsum : Node
{
    internal Einsum(int id, Axis[] shape, Node[] operands, string[] indices, string output) : base(id, shape)
    {
        Operands = operands;
        Indices = indices;
        Out = output;
        Reduced = new([.. indices.SelectMany(i => i).Distinct().Where(c => output.IndexOf(c) < 0)]);
        Coefficient = operands.OfType<Literal>().Aggregate(1.0, (c, l) => c * l.Value);
        Factors = [.. operands.Zip(indices, (node, index) => (node, index)).Where(o => o.node is not Literal)];
    }

    /// <inheritdoc/>
    public override IReadOnlyList<Node> Operands { get; }

    /// <summary>For each operand, a letter for each of its axes.</summary>
    public string[] Indices { get; }

    /// <summary>The letters of the result.</summary>
    public string Out { get; }

    /// <summary>The letters that are summed over.</summary>
    public string Reduced { get; }

    /// <summary>Product of the literal operands.</summary>
    public double Coefficient { get; }

    /// <summary>The operands that are not literals.</summary>
    public IReadOnlyList<(Node Node, string Index)> Factors { get; }

    /// <summary>Whether nothing is summed.</summary>
    public bool IsElementwise => Reduced.Length == 0;

    /// <summary>Whether this is one tensor scaled, transposed or broadcast, or a constant: read through, never stored.</summary>
    public bool IsView => IsElementwise && Factors.Count <= 1;

    /// <summary>The axis that a letter runs over.</summary>
    public Axis AxisOf(char index)
    {
        var at = Out.IndexOf(index);
        if (at >= 0) return Shape[at];
        var operand = Array.FindIndex(Indices, i => i.IndexOf(index) >= 0);
        return Operands[operand].Shape[Indices[operand].IndexOf(index)];
    }
}
