namespace TttGen.Compiler.Ir;

/// <summary>How a product reads an operand that lies in memory as [x, y].</summary>
/// <param name="Value">The operand; null for a row of ones (a column sum).</param>
/// <param name="Transposed">The product's first index of this operand is the one that is contiguous in memory.</param>
public sealed record Factor(Node? Value, bool Transposed);

/// <summary>An einsum that is a product of two tiles, told apart from reductions along a row.</summary>
public sealed record Product(Einsum Node, Factor A, Factor B, Axis? Rows, Axis Inner, Axis Columns, double Constant, IReadOnlyList<Node> Scalars)
{
    /// <summary>Reads an einsum as a product [rows, inner] · [inner, columns]; null where it is something else.</summary>
    public static Product? Of(Node node)
    {
        if (node is not Einsum { Reduced.Length: 1 } e) return null;
        var tensors = Enumerable.Range(0, e.Operands.Count).Where(k => e.Operands[k].Rank > 0).ToArray();
        var constant = e.Operands.OfType<Literal>().Aggregate(1.0, (p, l) => p * l.Value);
        Node[] scalars = [.. e.Operands.Where(o => o.Rank == 0 && o is not Literal)];
        var k = e.Reduced[0];
        var inner = e.AxisOf(k);
        if (tensors.Length == 1)
        {
            // the sum of a tile's rows: a row of ones times the tile
            var only = tensors[0];
            return e.Indices[only].Length == 2 && e.Indices[only][0] == k
                ? new(e, new(null, false), new(e.Operands[only], false), null, inner, e.Shape[0], constant, scalars)
                : null;
        }
        if (tensors.Length != 2) return null;
        var (x, y) = (e.Indices[tensors[0]], e.Indices[tensors[1]]);
        if (!x.Contains(k) || !y.Contains(k) || x.Any(c => c != k && y.Contains(c)) || x.Length > 2 || y.Length > 2) return null;
        switch (e.Out.Length)
        {
            case 2 when x.Length == 2 && y.Length == 2:
                var (a, b) = x.Contains(e.Out[0]) ? (tensors[0], tensors[1]) : (tensors[1], tensors[0]);
                return new(e, new(e.Operands[a], e.Indices[a][0] == k), new(e.Operands[b], e.Indices[b][1] == k), e.Shape[0], inner, e.Shape[1], constant, scalars);
            case 1 when !e.Shape[0].IsRows:
                var (vector, matrix) = x.Length == 1 ? (tensors[0], tensors[1]) : (tensors[1], tensors[0]);
                return e.Indices[matrix].Length != 2
                    ? null
                    : new(e, new(e.Operands[vector], false), new(e.Operands[matrix], e.Indices[matrix][1] == k), null, inner, e.Shape[0], constant, scalars);
            default:
                return null;
        }
    }
}
