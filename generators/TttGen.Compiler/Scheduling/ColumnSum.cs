using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Scheduling;

/// <summary>A sum over the rows of what each row gives: Σₙ x[n, a] y[n, a], or Σ x over both axes. No product of tiles says it, and no tile has to be stored for it.</summary>
/// <param name="Body">What one row gives.</param>
/// <param name="RowAxis">The axis that is summed row by row; null: the whole sum runs along one row.</param>
/// <param name="Access">How the body is read: a vector along the row, or a number.</param>
public sealed record ColumnSum(Node Body, Axis? RowAxis, Access Access)
{
    /// <summary>Reads an einsum as a sum over rows; null where it is something else.</summary>
    public static ColumnSum? Of(Graph g, Node node)
    {
        if (node is not Einsum { Reduced.Length: > 0 } e || e.Rank > 1) return null;
        switch (e.Rank, e.Reduced.Length)
        {
            case (0, 1) when !e.AxisOf(e.Reduced[0]).IsRows:
                return new(e, null, Access.Scalar);
            case (0, 1):
                return new(Kept(g, e, e.Reduced[0]), e.AxisOf(e.Reduced[0]), Access.PerRow);
            case (0, 2):
                var row = e.Reduced.Any(c => e.AxisOf(c).IsRows) ? e.Reduced.First(c => e.AxisOf(c).IsRows) : e.Indices.First(i => i.Length == 2)[0];
                return new(Kept(g, e, row), e.AxisOf(row), Access.PerRow);
            case (1, 1) when !e.Shape[0].IsRows || ReadsColumns(e):
                return new(Kept(g, e, e.Reduced[0]), e.AxisOf(e.Reduced[0]), Access.AlongRow);
            default:
                return null;
        }
    }

    /// <summary>A tile whose rows are what is summed over.</summary>
    private static bool ReadsColumns(Einsum e) => e.Indices.Any(i => i.Length == 2 && i[0] == e.Reduced[0]) && e.Indices.All(i => i.Length < 2 || i[0] == e.Reduced[0]);

    /// <summary>The same product with one axis not summed over, in front.</summary>
    private static Node Kept(Graph g, Einsum e, char row) =>
        g.Einsum([.. e.Operands.Zip(e.Indices, (o, i) => (o, i))], row + e.Out, [e.AxisOf(row), .. e.Shape]);
}
