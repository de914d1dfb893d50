using TttGen.Compiler.Ir;
using TttGen.Compiler.Scheduling;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit.Gpu;

/// <content>
/// Products: one kernel for a row, which makes the row itself; one for few rows; for many rows the device's own library of products where that is installed, and tiles of ours
/// where it isn't.
/// </content>
internal sealed partial class DeviceKernelMethods
{
    /// <summary>Up to so many rows, a product is bound by reading its matrix, and has kernels of its own.</summary>
    private const int MostFewRows = 8;

    /// <summary>Matrices of so many rows and columns are worth a library, and tiles of 128.</summary>
    private const int Large = 256;

    /// <summary>Floats of a group's shared memory that a row may take which a kernel makes for itself.</summary>
    private const int MostInner = 8192;

    /// <summary>Columns of the rows that products multiply where these are made for them.</summary>
    public int LeftColumns { get; private set; }

    private IReadOnlyList<string> Multiply(ProductKernel kernel, IReadOnlyDictionary<Node, RowTensor> tensors)
    {
        var rows = kernel.IsHead ? "OutputCount" : "Rows";
        var inner = kernel.Groups[0].Products[0].Inner;
        var stored = kernel.IsHead ? null : StoredLeft(kernel, tensors);
        var fuses = stored is null && inner <= MostInner;
        var lines = new List<string>();
        var one = FewRows(kernel, SideBySide(kernel), "One", stored, rows, tensors, 1, fuses);
        var more = new List<string>();
        if (stored is null) (fuses ? more : lines).Add(Left(kernel, rows, tensors));
        // a thread that has sums of many rows has no registers left for a matrix and a width that it does not know
        var fewer = FewRows(kernel, [.. kernel.Groups.Select(g => new[] { g })], "Few", stored, rows, tensors, MostFewRows, false);
        var many = kernel.Groups.Select(group => ManyRows(kernel, group, stored, rows, tensors)).ToList();

        lines.AddRange(Branch($"if ({rows} == 1)", one));
        List<string> rest = [.. Branch($"if ({rows} <= {Numbers.Of(MostFewRows)})", fewer), .. Branch("else", [.. many.SelectMany(m => m)])];
        if (more.Count == 0) lines.AddRange(rest.Select((line, l) => l == 0 ? "else " + line : line));
        else lines.AddRange(Branch("else", [.. more, .. rest]));
        return lines;
    }

    private static IEnumerable<string> Branch(string head, IReadOnlyList<string> lines) =>
        lines.Count == 1 ? [$"{head} {lines[0]}"] : [head, "{", .. lines.Select(line => "    " + line), "}"];

    /// <summary>The rows that are multiplied, where they lie in memory as products want them.</summary>
    private RowTensor? StoredLeft(ProductKernel kernel, IReadOnlyDictionary<Node, RowTensor> tensors) =>
        tensors.TryGetValue(kernel.Left, out var tensor) && tensor.Halo == 0 && _precision.StoresBf16(tensor) == _precision.IsBf16 ? tensor : null;

    private static string LeftView(RowTensor? stored) => stored is null ? "_left" : "_" + stored.Name;

    private string Picked(ProductKernel kernel, DeviceKernelText k, string row) => kernel.IsHead ? $"{k.Take("ArrayView<int>", "outputRows", "OutputRows")}[{row}]" : row;

    /// <summary>The kernel that makes the rows that a product multiplies.</summary>
    private string Left(ProductKernel kernel, string rows, IReadOnlyDictionary<Node, RowTensor> tensors)
    {
        var inner = kernel.Groups[0].Products[0].Inner;
        LeftColumns = Math.Max(LeftColumns, inner);
        var k = New(kernel.Name + "Rows", ThreadsOf(inner), "");
        k.Comments.Add($"the rows that {kernel.Name} multiplies");
        LeftFormulas(k, kernel, tensors);
        var to = k.Take($"ArrayView<{_precision.MatrixElement}>", "left", "_left");
        var target = Address.View(Expr.Name(to), Expr.Cast("long", Expr.Name("Grid.IdxX")) * Expr.Of(inner), _precision.MatrixStorage);
        var shared = LeftRow(k, k.Body, 0, kernel, target, "Grid.IdxX", tensors);
        if (shared > 0) k.Locals.Insert(0, $"ArrayView<float> memory = SharedMemory.Allocate<float>({Numbers.Of(shared)});");
        return Launch(k, rows);
    }

    private static void LeftFormulas(DeviceKernelText k, ProductKernel kernel, IReadOnlyDictionary<Node, RowTensor> tensors)
    {
        if (!tensors.ContainsKey(kernel.Left)) k.Comments.AddRange(Formulas.Of([(kernel.Left.Hint ?? "left", kernel.Left)], n => KernelSummary.NameOf(n, tensors)));
    }

    /// <summary>The work of a group on one row that is multiplied; answers the floats of shared memory that it needs, up to where.</summary>
    private int LeftRow(DeviceKernelText k, CodeWriter w, int from, ProductKernel kernel, Address target, string row, IReadOnlyDictionary<Node, RowTensor> tensors)
    {
        if (!tensors.TryGetValue(kernel.Left, out var stored)) return RowBody(k, w, from, [kernel.Left], (_, _) => target, Picked(kernel, k, row), tensors, NoTiles);
        var memory = new DeviceAddresses(_layout, k, tensors, NoTiles, Fresh(), _precision, null);
        var source = memory.RowOf(stored, 0);
        w.Line($"int i = {Picked(kernel, k, row)};");
        foreach (var p in memory.Pointers) w.Line(p.ToString());
        w.Line($"for (int j = Group.IdxX; j < {Numbers.Of(stored.Columns)}; j += {Numbers.Of(k.Threads)}) {ThreadDialect.Write(target.Storage, target.Column(J), ThreadDialect.Read(source.Storage, source.Column(J)))}");
        return from;
    }

    // ---- few rows

    /// <summary>Groups that one kernel multiplies: all of one matrix, for a launch takes longer than a small product; and each of several matrices.</summary>
    private static List<IReadOnlyList<ProductGroup>> SideBySide(ProductKernel kernel)
    {
        var single = kernel.Groups.Where(g => g.Products.Count == 1).ToList();
        var parts = kernel.Groups.Where(g => g.Products.Count > 1).Select(g => (IReadOnlyList<ProductGroup>)[g]).ToList();
        if (single.Count > 0) parts.Insert(0, single);
        return parts;
    }

    private List<string> FewRows(ProductKernel kernel, List<IReadOnlyList<ProductGroup>> parts, string suffix, RowTensor? stored, string rows, IReadOnlyDictionary<Node, RowTensor> tensors, int most, bool fuses) =>
        [.. parts.Select(part => FewRows(kernel, part, (parts.Count == 1 ? kernel.Name : kernel.Name + StoresOf(part, tensors)) + suffix, stored, rows, tensors, most, fuses))];

    private static string StoresOf(IEnumerable<ProductGroup> groups, IReadOnlyDictionary<Node, RowTensor> tensors) => "For" + string.Concat(groups.SelectMany(g => g.Stores).Select(n => Names.Capital(tensors[n].Name)));

    /// <summary>Few rows times matrices: bound by reading them. Blocks of columns of all groups stand side by side in the grid.</summary>
    private string FewRows(ProductKernel kernel, IReadOnlyList<ProductGroup> groups, string name, RowTensor? stored, string rows, IReadOnlyDictionary<Node, RowTensor> tensors, int most, bool fuses)
    {
        var inner = groups[0].Products[0].Inner;
        var all = groups.Sum(g => g.Columns);
        var perWarp = all >= 16384 ? 4 : all >= 4096 ? 2 : 1;
        var tileColumns = 8 * perWarp;
        var primitive = $"FewRows<{CountName(most)}, {CountName(perWarp)}>";
        var k = New(name, 256, "");
        if (fuses) LeftFormulas(k, kernel, tensors);
        foreach (var group in groups) k.Comments.AddRange(KernelSummary.Epilogue(kernel, group, tensors));
        k.Take("int", "rows", rows);
        // 33 floats for each of a group's results, as the primitive says
        var (shared, products) = (most * tileColumns * 33, groups.Max(g => g.Products.Count));
        var needed = products * shared;
        var pitch = Numbers.Of(inner);
        if (fuses)
        {
            var row = needed;
            k.Body.Line($"ArrayView<float> left = memory.SubView({Numbers.Of(row)}, {Numbers.Of(inner)});");
            k.Body.Open("");
            needed = LeftRow(k, k.Body, row + (inner + 3) / 4 * 4, kernel, Address.View(Expr.Name("left"), null, _precision.IsBf16 ? Storage.RoundedFloat : Storage.Float), "0", tensors);
            k.Body.Close();
            k.Body.Line("Group.Barrier();");
        }
        else
        {
            if (stored is null) LeftColumns = Math.Max(LeftColumns, inner);
            k.Take($"ArrayView<{_precision.MatrixElement}>", "left", LeftView(stored));
        }
        k.Locals.Add($"ArrayView<float> memory = SharedMemory.Allocate<float>({Numbers.Of(needed)});");
        Blocks(k, groups, tileColumns);
        for (var t = 0; t < products; t++)
        {
            k.Body.Line($"ArrayView<float> tile{TileName(t)} = {(needed == shared ? "memory" : $"memory.SubView({Numbers.Of(t * shared)}, {Numbers.Of(shared)})")};");
            k.Body.Line($"{primitive}.Multiply(left, {pitch}, rows, {(groups.Count > 1 ? "matrix" : k.Parameter(groups[0].Products[t].Matrix))}, {pitch}, {(groups.Count > 1 ? "columns" : Numbers.Of(groups[0].Columns))}, {pitch}, firstColumn, tile{TileName(t)});");
        }
        for (var g = 0; g < groups.Count; g++)
        {
            var tiles = groups[g].Products.Select((product, t) => (product, t)).ToDictionary(p => p.product.Node, p => Tile(p.product, p.t, Expr.Of(tileColumns)));
            if (groups.Count > 1) k.Body.Open($"if (part == {Numbers.Of(g)})");
            Epilogue(k, kernel, groups[g], tiles, tensors, Numbers.Of(most), "0", tileColumns);
            if (groups.Count > 1) k.Body.Close();
        }
        return Launch(k, Numbers.Of(groups.Sum(g => BlocksOf(g, tileColumns))));
    }

    private static int BlocksOf(ProductGroup group, int tileColumns) => (group.Columns + tileColumns - 1) / tileColumns;

    /// <summary>Which columns of which matrix are a block's.</summary>
    private static void Blocks(DeviceKernelText k, IReadOnlyList<ProductGroup> groups, int tileColumns)
    {
        if (groups.Count == 1)
        {
            k.Body.Line($"int firstColumn = Grid.IdxX * {Numbers.Of(tileColumns)};");
            return;
        }
        var first = 0;
        var firsts = groups.Select(g => first += BlocksOf(g, tileColumns)).ToList();
        firsts.Insert(0, 0);
        string Chosen(Func<int, string> of) => string.Concat(Enumerable.Range(0, groups.Count - 1).Select(g => $"Grid.IdxX < {Numbers.Of(firsts[g + 1])} ? {of(g)} : ")) + of(groups.Count - 1);
        k.Body.Line($"int part = {Chosen(g => Numbers.Of(g))};");
        k.Body.Line($"int firstColumn = (Grid.IdxX - ({Chosen(g => Numbers.Of(firsts[g]))})) * {Numbers.Of(tileColumns)};");
        k.Body.Line($"int columns = {Chosen(g => Numbers.Of(groups[g].Columns))};");
        k.Body.Line($"var matrix = {Chosen(g => k.Parameter(groups[g].Products[0].Matrix))};");
    }

    private static string CountName(int count) => "global::TttGen.Kernels." + (count switch { 1 => "One", 2 => "Two", 4 => "Four", _ => "Eight" });

    // ---- many rows

    /// <summary>A primitive of many rows, as kernels/TttGen.Kernels has it.</summary>
    /// <param name="Name">The class.</param>
    /// <param name="Tile">Rows and columns of a group's tile.</param>
    /// <param name="Shared">Floats of shared memory while multiplying.</param>
    /// <param name="PartShared">Floats for the part of a finished tile that is left.</param>
    private sealed record Tiles(string Name, int Tile, int Shared, int PartShared);

    private Tiles Of64 => _precision.IsBf16 ? new Tiles("Bf16Product64", 64, 6144, 4608) : new Tiles("Product64", 64, 4352, 4352);

    private Tiles Of128 => _precision.IsBf16 ? new Tiles("Bf16Product128", 128, 12288, 4352) : new Tiles("Product128", 128, 8448, 8448);

    /// <summary>The lines that multiply many rows: by the library, or tile by tile, and what is made of a product column by column.</summary>
    private IReadOnlyList<string> ManyRows(ProductKernel kernel, ProductGroup group, RowTensor? stored, string rows, IReadOnlyDictionary<Node, RowTensor> tensors)
    {
        var name = kernel.Groups.Count == 1 ? kernel.Name : kernel.Name + StoresOf([group], tensors);
        var inner = group.Products[0].Inner;
        var small = TileByTile(kernel, group, name, Of64, stored, rows, tensors);
        if (group.Columns < Large || inner < Large) return [small];

        var columns = Numbers.Of(group.Columns);
        var lines = new List<string>();
        string Product(int p, string to) => $"Multiply({LeftView(stored)}, {_layout.OnDevice(group.Products[p].Matrix)}, {to}, {rows}, {columns}, {Numbers.Of(inner)})";
        if (Straight(kernel, group, tensors) is { } target) lines.Add($"if (ByLibrary && {Product(0, target)}) {{ }}");
        else
        {
            var products = string.Join(" && ", group.Products.Select((_, p) => Product(p, ProductRows(p, group, rows))));
            lines.Add($"if (ByLibrary && {products}) {Follow(kernel, group, name + "After", rows, tensors)}");
        }
        if (group.Products.Count == 1)
            lines.Add($"else if (Fills({rows}, {columns})) {TileByTile(kernel, group, name + "128", Of128, stored, rows, tensors)}");
        lines.Add("else " + small);
        return lines;
    }

    private static string ProductRows(int place, ProductGroup group, string rows) => $"ProductRows({Numbers.Of(place)}, {Numbers.Of(group.Products.Count)}, {rows}, {Numbers.Of(group.Columns)})";

    /// <summary>Where a product goes of which nothing else is made.</summary>
    private string? Straight(ProductKernel kernel, ProductGroup group, IReadOnlyDictionary<Node, RowTensor> tensors)
    {
        if (group.Products is not [{ Constant: 1 } product] || group.Stores is not [var store] || store != product.Node) return null;
        if (kernel.IsHead) return "LogitRows";
        return !_precision.StoresBf16(tensors[store]) && tensors[store].Halo == 0 ? "_" + tensors[store].Name : null;
    }

    /// <summary>What is made of products that a library has left in memory.</summary>
    private string Follow(ProductKernel kernel, ProductGroup group, string name, string rows, IReadOnlyDictionary<Node, RowTensor> tensors)
    {
        var k = New(name, ThreadsOf(group.Columns), "");
        k.Comments.AddRange(KernelSummary.Epilogue(kernel, group, tensors));
        var tiles = new Dictionary<Node, Address>();
        for (var p = 0; p < group.Products.Count; p++)
        {
            var view = k.Take("ArrayView<float>", "products" + TileName(p), ProductRows(p, group, rows));
            tiles[group.Products[p].Node] = Scaled(group.Products[p], Address.View(Expr.Name(view), Expr.Cast("long", Expr.Name("i")) * Expr.Of(group.Columns)));
        }
        Row(k, group.Stores, (memory, n) => memory.RowOf(tensors[n], 0), "Grid.IdxX", tensors, tiles);
        return Launch(k, rows);
    }

    /// <summary>A product tile by tile, and what is made of it column by column, while a tile is on chip.</summary>
    private string TileByTile(ProductKernel kernel, ProductGroup group, string name, Tiles primitive, RowTensor? stored, string rows, IReadOnlyDictionary<Node, RowTensor> tensors)
    {
        var p = primitive.Name;
        var k = New(name, 256, "");
        k.TensorCores = k.KeepsLoops = _precision.IsBf16;
        k.Comments.AddRange(KernelSummary.Epilogue(kernel, group, tensors));
        k.Take("int", "rows", rows);
        k.Take($"ArrayView<{_precision.MatrixElement}>", "left", LeftView(stored));
        var (columns, inner, count) = (Numbers.Of(group.Columns), Numbers.Of(group.Products[0].Inner), group.Products.Count);
        // all but the last product are left on chip, each beside the memory in which the next one is multiplied: no thread keeps two
        var alone = count == 1;
        k.Body.Line($"int firstRow = Grid.IdxY * {p}.Rows, firstColumn = Grid.IdxX * {p}.Columns;");
        k.Body.Line($"ArrayView<float> memory = SharedMemory.Allocate<float>({Numbers.Of(Math.Max(primitive.Shared, primitive.PartShared) + (count - 1) * primitive.PartShared)});");
        var tiles = new Dictionary<Node, Address>();
        for (var t = 0; t < count; t++)
        {
            var product = group.Products[t];
            k.Body.Line($"var product{TileName(t)} = {p}.Multiply(left, {inner}, rows, {k.Parameter(product.Matrix)}, {inner}, {columns}, {inner}, firstRow, firstColumn, memory);");
            k.Body.Line($"ArrayView<float> tile{TileName(t)} = {(t == count - 1 ? "memory" : $"memory.SubView({Numbers.Of(Math.Max(primitive.Shared, primitive.PartShared) + t * primitive.PartShared)}, {Numbers.Of(primitive.PartShared)})")};");
            if (!alone) k.Body.Line($"{p}.Leave(product{TileName(t)}, 0, tile{TileName(t)});");
            tiles[product.Node] = Tile(product, t, Expr.Name($"{p}.Pitch"));
        }
        k.Body.Open(alone ? $"for (int part = 0; part < {p}.Parts; part++)" : "");
        if (alone) k.Body.Line($"{p}.Leave(product, part, tile);");
        Epilogue(k, kernel, group, tiles, tensors, $"{p}.PartRows", alone ? $"firstRow + part * {p}.PartRows" : "firstRow", primitive.Tile);
        k.Body.Close();
        var tile = Numbers.Of(primitive.Tile);
        return Launch(k, $"{Numbers.Of((group.Columns + primitive.Tile - 1) / primitive.Tile)}, Tiles({rows}, {tile})");
    }

    private static string TileName(int index) => index == 0 ? "" : Numbers.Of(index + 1L);

    private static Address Scaled(MatrixProduct product, Address rows) => product.Constant == 1 ? rows : new(column => Expr.Name(Numbers.OfSingle(product.Constant)) * rows.Column(column));

    /// <summary>Row r of a product's tile, whose columns count from firstColumn.</summary>
    private static Address Tile(MatrixProduct product, int index, Expr pitch) =>
        Scaled(product, new(column => Expr.Element(Expr.Name("tile" + TileName(index)), Expr.Name("r") * pitch + column - Expr.Name("firstColumn"))));

    /// <summary>What is made of finished products: a loop over the rows r of a tile, and its columns j.</summary>
    private void Epilogue(DeviceKernelText k, ProductKernel kernel, ProductGroup group, IReadOnlyDictionary<Node, Address> tiles, IReadOnlyDictionary<Node, RowTensor> tensors, string tileRows, string firstRow, int tileColumns)
    {
        var names = Fresh();
        var memory = new DeviceAddresses(_layout, k, tensors, tiles, names, _precision, "end");
        var (lanes, columns) = (Numbers.Of(tileColumns), Numbers.Of(group.Columns));
        var dialect = new ThreadDialect(loop => $"for (int j = firstColumn + Group.IdxX % {lanes}; j < {loop.Bound}; j += {lanes})", _ => throw new CompileException("TTT163", "a sum along the row can't follow its product"), null);
        Func<Node, Address> target = kernel.IsHead
            ? _ => Address.View(Expr.Name(k.Take("ArrayView<float>", "logits", "LogitRows")), Expr.Cast("long", Expr.Name("i")) * Expr.Of(group.Columns))
            : n => memory.RowOf(tensors[n], 0);
        var row = new RowCode(memory, dialect, Axis.Rows, group.Stores, target, (_, _) => throw new CompileException("TTT163", "what follows a product is one pass"), names).Emit();
        k.Body.Line($"int end = Math.Min(firstColumn + {lanes}, {columns});");
        foreach (var line in row.Once) k.Body.Line(line);
        var bound = firstRow == "0" ? $"Math.Min({tileRows}, rows)" : $"Math.Min({tileRows}, rows - ({firstRow}))";
        k.Body.Open($"for (int r = Group.IdxX / {lanes}; r < {bound}; r += {Numbers.Of(256 / tileColumns)})");
        k.Body.Line($"int i = {(firstRow == "0" ? "r" : firstRow + " + r")};");
        foreach (var pointer in memory.Pointers) k.Body.Line(pointer.ToString());
        row.Write(k.Body);
        k.Body.Close();
    }
}
