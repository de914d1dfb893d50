using TttGen.Compiler.Ir;
using TttGen.Compiler.Scheduling;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit.Gpu;

/// <content>Products on tensor cores: each warp keeps tiles of 16 rows and 8 columns, of operands that are split in three bf16 where they are read.</content>
internal sealed partial class BlockKernelEmitter
{
    private bool IsForTensorCores(IReadOnlyList<ContractStage> group, int rows, int inner, int columns) =>
        rows % 16 == 0 && columns % 8 == 0 && inner % 16 == 0
        && group.All(g => g.A.Value is not null && _kernel.Buffers[g.A.Value].Shape.Length == 2 && TileOf(g.A.Value).InFours && TileOf(g.Destination).InFours)
        && _kernel.Buffers[group[0].B.Value!].Shape.Length == 2 && TileOf(group[0].B.Value!).InFours;

    private void Split(IReadOnlyList<ContractStage> group, int rows, int inner, int columns, CodeWriter w)
    {
        var warps = _threads / 32;
        var deal = WarpTiling.Of(rows / 16, columns / 8, inner / 16, warps, group.Count, IsExact(group[0].A), IsExact(group[0].B));
        var (across, tiles) = (columns / 8 / deal.Columns, rows / 16 / deal.Rows * (columns / 8 / deal.Columns));
        w.Line("int warp = thread >> 5;");
        if (tiles > warps) w.Open($"for (int tile = warp; tile < {Numbers.Of(tiles)}; tile += {Numbers.Of(warps)})");
        else if (tiles < warps) w.Open($"if (warp < {Numbers.Of(tiles)})");
        var number = tiles > warps ? "tile" : "warp";
        w.Line($"int r0 = {(across == tiles ? "0" : $"({Quotient(number, across)}) * {Numbers.Of(16 * deal.Rows)}")};");
        w.Line($"int c0 = {(deal.Columns == 1 ? Remainder(number, across) : $"({Remainder(number, across)}) * {Numbers.Of(deal.Columns)}")};");
        for (var g = 0; g < group.Count; g++)
            for (var m = 0; m < deal.Rows; m++)
                w.Line($"SplitSums {string.Join(", ", Enumerable.Range(0, deal.Columns).Select(n => $"{Sum(group, g)}{m}{n} = default"))};");
        // a triangle's other half is zero, tile by tile
        var triangle = deal.Rows * 16 == rows ? Triangle.None : group[0].Triangle;
        var (from, to) = (triangle == Triangle.Upper ? "r0 >> 4" : "0", triangle == Triangle.Lower ? $"(r0 >> 4) + {Numbers.Of(deal.Rows)}" : Numbers.Of(inner / 16));
        w.Open($"for (int k = {from}; k < {to}; k++)");
        for (var g = 0; g < group.Count; g++)
            for (var m = 0; m < deal.Rows; m++)
                w.Line($"var {Left(group, g)}{m} = SplitLeft.Load({Pieces(group[g].A, Past("r0", 16 * m), group[g].A.Transposed)});");
        for (var n = 0; n < deal.Columns; n++)
        {
            w.Line($"var b{n} = SplitRight.Load({Pieces(group[0].B, $"8 * {(n == 0 ? "c0" : $"({Past("c0", n)})")}", !group[0].B.Transposed)});");
            for (var g = 0; g < group.Count; g++)
                w.Line(string.Join(" ", Enumerable.Range(0, deal.Rows).Select(m => $"{Sum(group, g)}{m}{n} = {Sum(group, g)}{m}{n}.Add({Left(group, g)}{m}, b{n});")));
        }
        w.Close();
        for (var g = 0; g < group.Count; g++)
            for (var m = 0; m < deal.Rows; m++)
                for (var n = 0; n < deal.Columns; n++)
                {
                    w.Line($"{Sum(group, g)}{m}{n}.{(group[g].Accumulate ? "AddTo" : "Put")}({TileOf(group[g].Destination).Name}, {Past("r0", 16 * m)}, {Numbers.Of(TileOf(group[g].Destination).Stride)}, {Past("c0", n)}, {Scale(group[g])?.ToString() ?? One});");
                }
        if (tiles != warps) w.Close();
    }

    /// <summary>An operand's view, first row or column, and steps.</summary>
    private string Pieces(Factor factor, string first, bool across)
    {
        var tile = TileOf(factor.Value!);
        var stride = Numbers.Of(tile.Stride);
        return $"{tile.Name}, {first}, {(across ? "1" : stride)}, k, {(across ? stride : "1")}, {(IsExact(factor) ? 1 : 0)}";
    }

    /// <summary>Rows that came in bf16 are one without a rest.</summary>
    private bool IsExact(Factor factor) => _exact.Contains(TileOf(factor.Value!).Name);
}
