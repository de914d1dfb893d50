using TttGen.Compiler.Ir;
using TttGen.Compiler.Scheduling;

namespace TttGen.Compiler.Emit.Gpu;

/// <content>Products: each thread keeps a tile of results in registers, spelt out, for nothing unrolls it.</content>
internal sealed partial class BlockKernelEmitter
{
    private const int MostResults = 32;

    /// <summary>How a product is dealt out: threads side by side, results of a thread down and across.</summary>
    internal readonly record struct Deal(int Across, int Down, int RowsEach, int ColumnsEach);

    /// <summary>The division with the fewest loads: of an operand's element for every row and column of a thread's tile, in every round.</summary>
    internal static Deal Divide(int rows, int columns, int threads)
    {
        var best = default(Deal);
        var least = double.MaxValue;
        for (var across = 1; across <= threads; across *= 2)
            for (var m = 1; m <= 8; m++)
                for (var n = 1; n <= 8 && m * n <= MostResults; n++)
                {
                    var down = threads / across;
                    if (m > Ceiling(rows, down) || n > Ceiling(columns, across)) continue;
                    var rounds = (double)Ceiling(rows, down * m) * Ceiling(columns, across * n);
                    // columns side by side are read without conflicts; rows apart take several words at once
                    var cost = rounds * (m * n + m + n + 2) * (across < 16 && across < columns ? 1.25 : 1);
                    if (cost < least) (best, least) = (new Deal(across, down, m, n), cost);
                }
        return best;
    }

    private static int Ceiling(int a, int b) => (a + b - 1) / b;

    private void Contract(ContractStage c, CodeWriter w)
    {
        var rows = c.Rows is { } r ? Size(r) : 1;
        var (inner, columns) = (Size(c.Inner), Size(c.Columns));
        var deal = Divide(rows, columns, _threads);
        var (rowRound, columnRound) = (deal.Down * deal.RowsEach, deal.Across * deal.ColumnsEach);
        w.Line($"// {Formula(c)}");
        w.Open("");
        w.Line($"int tx = thread % {Numbers.Of(deal.Across)}, ty = thread / {Numbers.Of(deal.Across)};");
        var rowLoop = rows > rowRound;
        var columnLoop = columns > columnRound;
        if (rowLoop) w.Open($"for (int r = ty; r < {Numbers.Of(rows)}; r += {Numbers.Of(rowRound)})");
        if (columnLoop) w.Open($"for (int c = tx; c < {Numbers.Of(columns)}; c += {Numbers.Of(columnRound)})");
        // a row or column past the end reads the last one, and is not written
        var (rowExact, columnExact) = (rows % rowRound == 0, columns % columnRound == 0);
        if (rows == 1 && (c.A.Value is { } left && _kernel.Buffers[left].Shape.Length == 2 || c.Destination.Shape.Length == 2)) w.Line("const int r0 = 0;");
        if (rows > 1) for (var m = 0; m < deal.RowsEach; m++) w.Line($"int r{m} = {Index(rowLoop ? "r" : "ty", m * deal.Down, rowExact, rows)};");
        for (var n = 0; n < deal.ColumnsEach; n++) w.Line($"int c{n} = {Index(columnLoop ? "c" : "tx", n * deal.Across, columnExact, columns)};");
        for (var m = 0; m < deal.RowsEach; m++)
            w.Line("float " + string.Join(", ", Enumerable.Range(0, deal.ColumnsEach).Select(n => $"s{m}{n} = 0f")) + ";");
        w.Open($"for (int k = 0; k < {Numbers.Of(inner)}; k++)");
        if (c.A.Value is not null)
            for (var m = 0; m < deal.RowsEach; m++) w.Line($"float a{m} = {Operand(c.A, $"r{m}", "k")};");
        for (var n = 0; n < deal.ColumnsEach; n++) w.Line($"float b{n} = {Operand(c.B, "k", $"c{n}")};");
        for (var m = 0; m < deal.RowsEach; m++)
            w.Line(string.Join(" ", Enumerable.Range(0, deal.ColumnsEach).Select(n => $"s{m}{n} += {(c.A.Value is null ? "" : $"a{m} * ")}b{n};")));
        w.Close();
        var to = TileOf(c.Destination);
        var scale = Scale(c);
        for (var m = 0; m < deal.RowsEach; m++)
            for (var n = 0; n < deal.ColumnsEach; n++)
            {
                var element = $"{to.Name}[{(c.Destination.Shape.Length == 1 ? $"c{n}" : $"r{m} * {Numbers.Of(to.Stride)} + c{n}")}]";
                List<string> inside = [];
                if (!rowExact) inside.Add($"{Past(rowLoop ? "r" : "ty", m * deal.Down)} < {Numbers.Of(rows)}");
                if (!columnExact) inside.Add($"{Past(columnLoop ? "c" : "tx", n * deal.Across)} < {Numbers.Of(columns)}");
                w.Line($"{(inside.Count > 0 ? $"if ({string.Join(" && ", inside)}) " : "")}{element} {(c.Accumulate ? "+=" : "=")} {scale}s{m}{n};");
            }
        if (columnLoop) w.Close();
        if (rowLoop) w.Close();
        w.Close();
    }

    private static string Past(string start, int offset) => offset == 0 ? start : $"{start} + {Numbers.Of(offset)}";

    private static string Index(string start, int offset, bool exact, int size) => exact ? Past(start, offset) : $"Math.Min({Past(start, offset)}, {Numbers.Of(size - 1)})";

    /// <summary>An element of an operand that lies in memory as [first, second], or the other way round.</summary>
    private string Operand(Factor factor, string first, string second)
    {
        var (buffer, tile) = (_kernel.Buffers[factor.Value!], TileOf(factor.Value!));
        if (buffer.Shape.Length == 1) return $"{tile.Name}[k]";
        var (i, j) = factor.Transposed ? (second, first) : (first, second);
        return $"{tile.Name}[{i} * {Numbers.Of(tile.Stride)} + {j}]";
    }

    private string Scale(ContractStage c)
    {
        var factors = c.Scalars.Select(s => Number(_kernel.Buffers[s])).ToList();
        if (Math.Abs(c.Constant) != 1) factors.Insert(0, Numbers.OfSingle(Math.Abs(c.Constant)));
        var sign = c.Constant < 0 ? "-" : "";
        return factors.Count == 0 ? sign : sign + string.Join(" * ", factors) + " * ";
    }

    private string Formula(ContractStage c)
    {
        var right = _kernel.Buffers[c.B.Value!].Name + (c.B.Transposed ? "ᵀ" : "");
        var product = c.A.Value is null ? $"sum of the rows of {right}" : $"{_kernel.Buffers[c.A.Value].Name}{(c.A.Transposed ? "ᵀ" : "")} · {right}";
        var factors = c.Scalars.Select(s => _kernel.Buffers[s].Name).ToList();
        if (Math.Abs(c.Constant) != 1) factors.Insert(0, Numbers.Short(Math.Abs(c.Constant)));
        var sign = (c.Accumulate, c.Constant < 0) switch { (true, true) => "−=", (true, false) => "+=", (false, true) => "= −", _ => "=" };
        return $"{c.Destination.Name} {sign} {string.Concat(factors.Select(s => s + " · "))}{product}{(c.Triangle == Triangle.None ? "" : $", its {c.Triangle.ToString().ToLowerInvariant()} triangle")}";
    }
}
