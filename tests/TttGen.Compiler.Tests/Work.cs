using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Tests;

/// <summary>What a program does that costs time.</summary>
/// <param name="Products">Contractions of two tensors over three indices or more: matrix products.</param>
/// <param name="RowReductions">Sums over columns that leave one number a row.</param>
/// <param name="ColumnReductions">Sums over the rows of one tensor.</param>
/// <param name="Triangles">Stored values of [rows, rows].</param>
/// <param name="FormedPerRow">Values of a matrix for every row.</param>
internal sealed record Work(int Products, int RowReductions, int ColumnReductions, int Triangles, int FormedPerRow)
{
    public static Work Of(TensorProgram program)
    {
        var live = program.Live();
        var sums = live.OfType<Einsum>().Where(e => !e.IsElementwise).ToArray();
        var products = sums.Where(e => e.Out.Length + e.Reduced.Length > 2).ToArray();
        var reductions = sums.Except(products).ToArray();
        return new(
            products.Length,
            reductions.Count(e => e.Rank > 0 && e.Shape[0].IsRows),
            reductions.Count(e => e.AxisOf(e.Reduced[0]).IsRows),
            products.Count(e => e.Rank == 2 && e.Shape.All(a => a.IsRows)),
            live.Count(n => n is not Input && n.Rank > 2));
    }
}
