namespace TttGen.Compiler.Ir;

/// <summary>Product of the operands, summed over every index that is not in <see cref="Out"/>; an index of Out that no operand has is a broadcast.</summary>
public sealed class Einsum(int id, Axis[] shape, Node[] operands, string[] indices, string output) : Node(id, shape)
{
    public override IReadOnlyList<Node> Operands { get; } = operands;
    public string[] Indices { get; } = indices;
    public string Out { get; } = output;
    public string Reduced => new(Indices.SelectMany(i => i).Distinct().Where(c => !Out.Contains(c)).ToArray());
    public Axis AxisOf(char index)
    {
        var at = Out.IndexOf(index);
        if (at >= 0) return Shape[at];
        for (var o = 0; o < Indices.Length; o++) { at = Indices[o].IndexOf(index); if (at >= 0) return Operands[o].Shape[at]; }
        throw new InvalidOperationException();
    }
}
