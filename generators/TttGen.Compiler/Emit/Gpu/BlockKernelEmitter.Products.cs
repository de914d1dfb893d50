using TttGen.Compiler.Ir;
using TttGen.Compiler.Scheduling;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit.Gpu;

/// <content>Products: each thread keeps a tile of results in registers, spelt out, for nothing unrolls it.</content>
internal sealed partial class BlockKernelEmitter
{
    /// <summary>Products with the same right operand, the k-th of which adds up in <c>sk…</c>.</summary>
    private void Contract(IReadOnlyList<ContractStage> group, CodeWriter w)
    {
        var c = group[0];
        var rows = c.Rows is { } r ? Size(r) : 1;
        var (inner, columns) = (Size(c.Inner), Size(c.Columns));
        foreach (var each in group) w.Line($"// {ProductFormula.Of(_kernel, each)}");
        w.Open("");
        if (_tensorCores && IsForTensorCores(group, rows, inner, columns)) Split(group, rows, inner, columns, w);
        else Deal(group, rows, inner, columns, w);
        w.Close();
    }

    private void Deal(IReadOnlyList<ContractStage> group, int rows, int inner, int columns, CodeWriter w)
    {
        var c = group[0];
        var form = FormOf(group, rows, inner, columns);
        var deal = BlockTiling.Of(rows, columns, _threads, group.Count, form);
        // rows and columns count in fours where they are read so
        var (rowUnits, columnUnits) = (rows / form.RowsAtOnce, columns / form.ColumnsAtOnce);
        var (rowRound, columnRound) = (deal.Down * deal.RowsEach, deal.Across * deal.ColumnsEach);
        w.Line($"int tx = {Remainder("thread", deal.Across)}, ty = {Quotient("thread", deal.Across)};");
        var rowLoop = rowUnits > rowRound;
        var columnLoop = columnUnits > columnRound;
        var few = _rows > 1 && rowUnits == 1 && deal.Down > 1;
        if (few) w.Open("if (ty < 1)");
        if (rowLoop) w.Open($"for (int r = ty; r < {Numbers.Of(rowUnits)}; r += {Numbers.Of(rowRound)})");
        if (columnLoop) w.Open($"for (int c = tx; c < {Numbers.Of(columnUnits)}; c += {Numbers.Of(columnRound)})");
        var (rowStart, columnStart) = (rowLoop ? "r" : "ty", columnLoop ? "c" : "tx");
        // a row or column past the end reads the last one, and is not written
        var (rowExact, columnExact) = (few || rowUnits % rowRound == 0, columnUnits % columnRound == 0);
        if (rows == 1 && group.Any(g => g.A.Value is { } left && _kernel.Buffers[left].Shape.Length == 2 || g.Destination.Shape.Length == 2)) w.Line("const int r0 = 0;");
        if (rows > 1) for (var m = 0; m < deal.RowsEach; m++) w.Line($"int r{m} = {Index(rowStart, m * deal.Down, rowExact, rowUnits)};");
        for (var n = 0; n < deal.ColumnsEach; n++) w.Line($"int c{n} = {Index(columnStart, n * deal.Across, columnExact, columnUnits)};");

        var results = Enumerable.Range(0, deal.RowsEach * form.RowsAtOnce).ToList();
        for (var g = 0; g < group.Count; g++)
            foreach (var m in results)
                w.Line($"{(form.ColumnsAtOnce == 4 ? "Float4" : "float")} {string.Join(", ", Enumerable.Range(0, deal.ColumnsEach).Select(n => $"{Sum(group, g)}{m}{n} = {(form.ColumnsAtOnce == 4 ? "default" : "0f")}"))};");
        w.Open($"for (int k = 0; k < {Numbers.Of(inner / form.InnerAtOnce)}; k++)");
        Round(group, form, deal, w);
        w.Close();

        for (var g = 0; g < group.Count; g++)
            foreach (var m in results)
                for (var n = 0; n < deal.ColumnsEach; n++)
                {
                    var (row, within) = (m / form.RowsAtOnce, m % form.RowsAtOnce);
                    List<string> inside = [];
                    if (!rowExact) inside.Add($"{Past(rowStart, row * deal.Down)} < {Numbers.Of(rowUnits)}");
                    if (!columnExact) inside.Add($"{Past(columnStart, n * deal.Across)} < {Numbers.Of(columnUnits)}");
                    w.Line((inside.Count > 0 ? $"if ({string.Join(" && ", inside)}) " : "") + Put(group[g], form, form.RowsAtOnce == 1 ? Expr.Name($"r{row}") : Expr.Of(4) * Expr.Name($"r{row}") + Expr.Of(within), Expr.Name($"c{n}"), Expr.Name($"{Sum(group, g)}{m}{n}")));
                }
        if (columnLoop) w.Close();
        if (rowLoop) w.Close();
        if (few) w.Close();
    }

    private static string Sum(IReadOnlyList<ContractStage> group, int member) => group.Count == 1 ? "s" : "stuvwxyz"[member].ToString();

    private static string Left(IReadOnlyList<ContractStage> group, int member) => group.Count == 1 ? "a" : "adefghmn"[member].ToString();

    /// <summary>By how many elements at once a product's operands can be read.</summary>
    private ProductForm FormOf(IReadOnlyList<ContractStage> group, int rows, int inner, int columns)
    {
        var c = group[0];
        if (_rows == 1) return new ProductForm(c.A.Value is null, c.A.Transposed, 1, 1, 1);
        var leftInFours = group.All(g => g.A.Value is not null && TileOf(g.A.Value).InFours);
        var columnsAtOnce = !c.B.Transposed && columns % 4 == 0 && TileOf(c.B.Value!).InFours && group.All(g => TileOf(g.Destination).InFours) ? 4 : 1;
        var rowsAtOnce = c.A is { Value: not null, Transposed: true } && columnsAtOnce == 4 && rows % 4 == 0 && leftInFours ? 4 : 1;
        var along = columnsAtOnce == 4 || (c.B.Transposed && TileOf(c.B.Value!).InFours);
        var innerAtOnce = along && c.A is { Value: not null, Transposed: false } && inner % 4 == 0 && leftInFours ? 4 : 1;
        if (innerAtOnce == 1 && c.B.Transposed) columnsAtOnce = 1;
        return new ProductForm(c.A.Value is null, c.A.Transposed, rowsAtOnce, columnsAtOnce, innerAtOnce);
    }

    /// <summary>What a thread does with one element of the inner axis, or four.</summary>
    private void Round(IReadOnlyList<ContractStage> group, ProductForm form, BlockTiling deal, CodeWriter w)
    {
        var right = group[0].B;
        if (form.InnerAtOnce == 4)
            for (var g = 0; g < group.Count; g++)
                for (var m = 0; m < deal.RowsEach; m++) w.Line($"Float4 {Left(group, g)}{m} = {LeftFour(group[g].A, $"r{m}", "k")};");
        if (form is { InnerAtOnce: 4, ColumnsAtOnce: 1 })
        {
            for (var n = 0; n < deal.ColumnsEach; n++) w.Line($"Float4 b{n} = {RightFour(right, "k", $"c{n}")};");
            for (var g = 0; g < group.Count; g++)
                for (var m = 0; m < deal.RowsEach; m++)
                    w.Line(string.Join(" ", Enumerable.Range(0, deal.ColumnsEach).Select(n => $"{Sum(group, g)}{m}{n} = {Left(group, g)}{m}.Dot(b{n}, {Sum(group, g)}{m}{n});")));
            return;
        }
        for (var part = 0; part < form.InnerAtOnce; part++)
        {
            var k = form.InnerAtOnce == 1 ? "k" : $"(4 * k + {Numbers.Of(part)})";
            var suffix = form.InnerAtOnce == 1 ? "" : "xyzw"[part].ToString();
            if (form is { InnerAtOnce: 1, HasNoLeft: false })
                for (var g = 0; g < group.Count; g++)
                    for (var m = 0; m < deal.RowsEach; m++)
                        w.Line(form.RowsAtOnce == 4 ? $"Float4 {Left(group, g)}{m} = {LeftFour(group[g].A, $"r{m}", k)};" : $"float {Left(group, g)}{m} = {Left(group[g].A, $"r{m}", k)};");
            for (var n = 0; n < deal.ColumnsEach; n++)
                w.Line(form.ColumnsAtOnce == 4 ? $"Float4 b{suffix}{n} = {RightFour(right, k, $"c{n}")};" : $"float b{n} = {Right(right, k, $"c{n}")};");
            for (var g = 0; g < group.Count; g++)
                for (var m = 0; m < deal.RowsEach * form.RowsAtOnce; m++)
                {
                    var left = form.HasNoLeft ? "" : $"{Left(group, g)}{m / form.RowsAtOnce}" + (form.InnerAtOnce == 4 ? "." + "XYZW"[part] : form.RowsAtOnce == 4 ? "." + "XYZW"[m % 4] : "");
                    w.Line(string.Join(" ", Enumerable.Range(0, deal.ColumnsEach).Select(n => (form.HasNoLeft, form.ColumnsAtOnce) switch
                    {
                        (true, _) => $"{Sum(group, g)}{m}{n} += b{suffix}{n};",
                        (false, 4) => $"{Sum(group, g)}{m}{n} = {Sum(group, g)}{m}{n}.Add({left}, b{suffix}{n});",
                        _ => $"{Sum(group, g)}{m}{n} += {left} * b{suffix}{n};",
                    })));
                }
        }
    }

    /// <summary>Stores results, or adds them to what is there.</summary>
    private Statement Put(ContractStage c, ProductForm form, Expr row, Expr column, Expr sum)
    {
        var to = TileOf(c.Destination);
        var view = Expr.Name(to.Name);
        var place = c.Destination.Shape.Length == 1 ? column : row * Expr.Of(to.Stride / form.ColumnsAtOnce) + column;
        var factor = Scale(c);
        var scaled = factor is null ? sum : factor.Negated is { } by && by.Identifier == One ? -sum : factor * sum;
        if (form.ColumnsAtOnce == 1) return Statement.Assign(Expr.Element(view, place), scaled, c.Accumulate ? "+=" : "=");
        var there = Expr.Call("Float4.At", view, place);
        return Statement.Do(Expr.Call("Float4.Put", view, place, !c.Accumulate ? scaled : factor is null ? there + sum : Expr.Invoke(there, "Add", factor, sum)));
    }

    private static string Past(string start, int offset) => offset == 0 ? start : $"{start} + {Numbers.Of(offset)}";

    private static string Index(string start, int offset, bool exact, int size) => exact ? Past(start, offset) : $"Math.Min({Past(start, offset)}, {Numbers.Of(size - 1)})";

    /// <summary>An element of a left operand: of a row, or of a vector that has one alone.</summary>
    private string Left(Factor factor, string row, string inner) => Element(factor, row, inner, inner);

    /// <summary>An element of a right operand.</summary>
    private string Right(Factor factor, string inner, string column) => Element(factor, inner, column, inner);

    /// <summary>An operand lies in memory as [first, second], or the other way round; a vector along the inner axis.</summary>
    private string Element(Factor factor, string first, string second, string inner)
    {
        var (buffer, tile) = (_kernel.Buffers[factor.Value!], TileOf(factor.Value!));
        var (i, j) = factor.Transposed ? (second, first) : (first, second);
        return buffer.Shape.Length == 1 ? $"{tile.Name}[{inner}]" : $"{tile.Name}[{i} * {Numbers.Of(tile.Stride)} + {j}]";
    }

    /// <summary>Four neighbours of a left operand: the index along the rows in memory counts in fours.</summary>
    private string LeftFour(Factor factor, string row, string inner) => Four(factor, row, inner, inner);

    /// <summary>Four neighbours of a right operand.</summary>
    private string RightFour(Factor factor, string inner, string column) => Four(factor, inner, column, inner);

    private string Four(Factor factor, string first, string second, string inner)
    {
        var (buffer, tile) = (_kernel.Buffers[factor.Value!], TileOf(factor.Value!));
        var (i, j) = factor.Transposed ? (second, first) : (first, second);
        return $"Float4.At({tile.Name}, {(buffer.Shape.Length == 1 ? inner : $"{i} * {Numbers.Of(tile.Stride / 4)} + {j}")})";
    }

    private const string One = "1f";

    /// <summary>What a product is scaled by; null for nothing.</summary>
    private Expr? Scale(ContractStage c)
    {
        List<Expr> factors = [.. c.Scalars.Select(s => Number(_kernel.Buffers[s]))];
        if (Math.Abs(c.Constant) != 1) factors.Insert(0, Expr.Name(Numbers.OfSingle(Math.Abs(c.Constant))));
        if (c.Constant < 0)
        {
            if (factors.Count == 0) factors.Add(Expr.Name(One));
            factors[0] = -factors[0];
        }
        return factors.Count == 0 ? null : Expr.Product(factors);
    }
}
