using TttGen.Compiler.Ir;
using TttGen.Compiler.Language;
using TttGen.Compiler.Scheduling;

namespace TttGen.Compiler.Emit.Gpu;

/// <summary>The kernels of a model on a device, and the lines of the host's plan that launch them.</summary>
internal sealed class DeviceKernelMethods
{
    /// <summary>Up to so many rows, a product is bound by reading its matrix, and has kernels of its own.</summary>
    private const int MostFewRows = 8;

    private readonly LinkedModel _model;
    private readonly ModelLayout _layout;
    private readonly StateLayout _states;
    private readonly HashSet<string> _taken;
    private readonly List<DeviceKernelText> _kernels = [];
    private readonly List<(DeviceKernelText Kernel, string Spec)> _specs = [];
    private readonly List<string> _classes = [];
    private readonly Dictionary<string, (int Heads, int Workspace)> _workspaces = [];
    private int _leftColumns;

    public DeviceKernelMethods(LinkedModel model, ModelLayout layout, StateLayout states, IEnumerable<RowTensor> tensors)
    {
        (_model, _layout, _states) = (model, layout, states);
        _taken = [.. model.Parameters.Select(p => Names.Lower(p.Name)), .. tensors.Select(t => t.Name), .. model.Settings.Select(s => layout.Setting(s.Name).Substring(1))];
    }

    /// <summary>Names of the kernels, in order.</summary>
    public IEnumerable<string> KernelNames => _kernels.Select(k => k.Name);

    /// <summary>Columns of the rows that products multiply where these are made for them.</summary>
    public int LeftColumns => _leftColumns;

    /// <summary>Device memory that scans need: blocks a sequence, elements a block.</summary>
    public IEnumerable<(int Heads, int Elements)> Workspaces => _workspaces.Values.Select(w => (w.Heads, w.Workspace));

    /// <summary>The class of the kernels.</summary>
    public void Write(CodeWriter w)
    {
        for (var k = 0; k < _kernels.Count; k++)
        {
            if (k > 0) w.Line();
            _kernels[k].Write(w, _specs[k].Spec);
        }
        foreach (var c in _classes)
        {
            w.Line();
            w.Lines(c.TrimEnd('\n'));
        }
    }

    /// <summary>Adds a kernel; answers the lines that launch it.</summary>
    public IReadOnlyList<string> Add(RowKernel kernel, LinkedSegment segment, IReadOnlyDictionary<Node, RowTensor> tensors) => kernel switch
    {
        LookupKernel l => Lookup(l, tensors),
        RowsKernel { Sums.Count: 0 } r => Rows(r, tensors),
        ScanKernel s => Scan(s, segment, tensors),
        ProductKernel p => Multiply(p, tensors),
        _ => throw new CompileException("TTT162", $"{kernel.Name} is no kernel of inference"),
    };

    /// <summary>Rows of the past, from the states and back into them.</summary>
    public IReadOnlyList<string> Halo(RowTensor t, LinkedSegment segment)
    {
        if (_kernels.All(k => k.Name != "EnterHalo"))
        {
            Halo("EnterHalo", "the rows of the past before each sequence's own", "rows[before + e] = states[at + e];");
            Halo("LeaveHalo", "each sequence's last rows into its state", "states[at + e] = rows[before + (long)slices[2 * slice + 1] * columns + e];");
        }
        var (offset, stride) = _states.Halo(t);
        var at = segment.Repeat > 1 ? $"{Numbers.Of(offset)} + Layer * {Numbers.Of(stride)}L" : $"{Numbers.Of(offset)}L";
        return [.. new[] { "enterHalo", "leaveHalo" }.Select(k => $"Launch(_{k}, new Grid(Slices), [States, StateOffsets, SliceRows, _{t.Name}, {Numbers.Of(t.Columns)}, {Numbers.Of(t.Halo)}, {at}]);")];
    }

    private void Halo(string name, string comment, string statement)
    {
        var kernel = New(name, 256, "");
        kernel.Comments.Add(comment);
        foreach (var (type, parameter) in new[] { ("ArrayView<float>", "states"), ("ArrayView<long>", "stateOffsets"), ("ArrayView<int>", "slices"), ("ArrayView<float>", "rows"), ("int", "columns"), ("int", "halo"), ("long", "offset") })
            kernel.Take(type, parameter, "");
        kernel.Body.Line("int slice = Grid.IdxX;");
        kernel.Body.Line("long at = stateOffsets[slice] + offset;");
        kernel.Body.Line("long before = ((long)slices[2 * slice] + (long)slice * halo) * columns;");
        kernel.Body.Line($"for (int e = Group.IdxX; e < halo * columns; e += 256) {statement}");
    }

    private DeviceKernelText New(string name, int threads, string spec)
    {
        var kernel = new DeviceKernelText(name, threads, _layout);
        _kernels.Add(kernel);
        _specs.Add((kernel, spec));
        return kernel;
    }

    private NameTable Fresh() => new(_taken.Concat(["thread", "lane", "row", "rows", "r", "first", "end", "tile", "memory", "partials", "positions", "sliceOf", "slices", "states", "left", "logits", "e", "k", "count", "tokens", "firstRow", "firstColumn", "columns", "part", "product", "product2", "product3", "tile2", "tile3"]));

    private static int ThreadsOf(int columns)
    {
        var threads = 32;
        while (threads < 256 && threads * 4 < columns) threads *= 2;
        return threads;
    }

    private IReadOnlyList<string> Lookup(LookupKernel kernel, IReadOnlyDictionary<Node, RowTensor> tensors)
    {
        var to = tensors[kernel.Lookup];
        var k = New(kernel.Name, ThreadsOf(to.Columns), "");
        k.Comments.Add($"rows of {kernel.Lookup.Table}");
        var (tokens, table, rows) = (k.Take("ArrayView<int>", "tokens", "TokenIds"), k.Parameter(kernel.Lookup.Table), k.Tensor(to));
        k.Body.Line($"long from = (long){tokens}[Grid.IdxX] * {Numbers.Of(to.Columns)}, to = (long)Grid.IdxX * {Numbers.Of(to.Columns)};");
        k.Body.Line($"for (int j = Group.IdxX; j < {Numbers.Of(to.Columns)}; j += {Numbers.Of(k.Threads)}) {rows}[to + j] = {table}[from + j];");
        return [Launch(k, "Rows")];
    }

    private static string Field(string name) => "_" + Names.Lower(name);

    private static string Launch(DeviceKernelText kernel, string grid) => $"Launch({Field(kernel.Name)}, new Grid({grid}), [{kernel.Arguments}]);";

    // ---- rows

    private IReadOnlyList<string> Rows(RowsKernel kernel, IReadOnlyDictionary<Node, RowTensor> tensors)
    {
        var widest = kernel.Stores.Max(s => s.Shape[1].Size);
        var k = New(kernel.Name, ThreadsOf(widest), "");
        k.Comments.Add(KernelMethods.Summary(kernel, tensors.ToDictionary(t => t.Key, t => t.Value.Name)));
        k.Comments.AddRange(Formulas.Of([.. kernel.Stores.Select(s => (tensors[s].Name, s))], n => KernelMethods.NameOf(n, tensors)));
        RowBody(k, kernel.Stores, (memory, n) => memory.RowOf(tensors[n], 0), "Grid.IdxX", tensors);
        return [Launch(k, "Rows")];
    }

    /// <summary>A group of threads for one row.</summary>
    private void RowBody(DeviceKernelText k, IReadOnlyList<Node> stores, Func<DeviceRowMemory, Node, string> target, string row, IReadOnlyDictionary<Node, RowTensor> tensors)
    {
        var names = Fresh();
        var memory = new DeviceRowMemory(_layout, k, tensors, new Dictionary<Node, string>(), names, null);
        var lanes = Numbers.Of(k.Threads);
        var kept = 0;
        var sums = false;
        var text = new CodeWriter();
        var dialect = new ThreadDialect(loop => $"for (int j = lane; j < {loop.Bound}; j += {lanes})", parts =>
        {
            sums = true;
            return $"TttGen.Kernels.Rows.Sum(memory, 0, lane, {lanes}, {parts})";
        }, null);
        var code = new RowCode(memory, Axis.Rows, stores, n => target(memory, n), (hint, size) =>
        {
            var name = names.Fresh(hint);
            k.Locals.Add($"ArrayView<float> {name} = memory.SubView({Numbers.Of(k.Threads + kept)}, {Numbers.Of(size)});");
            kept += (size + 3) / 4 * 4;
            return $"{name}[$j]";
        }, names)
        { Dialect = dialect };
        var once = code.Emit(text);
        k.Body.Line("int lane = Group.IdxX;");
        k.Body.Line($"int i = {row};");
        foreach (var line in memory.Pointers.Concat(once)) k.Body.Line(line);
        k.Body.Lines(text.ToString().TrimEnd('\n'));
        if (sums || kept > 0) k.Locals.Insert(0, $"ArrayView<float> memory = SharedMemory.Allocate<float>({Numbers.Of(k.Threads + kept)});");
    }

    // ---- products

    private IReadOnlyList<string> Multiply(ProductKernel kernel, IReadOnlyDictionary<Node, RowTensor> tensors)
    {
        var lines = new List<string>();
        var inner = kernel.Groups[0].Products[0].Inner;
        var rows = kernel.IsHead ? "OutputCount" : "Rows";
        string left;
        if (!kernel.IsHead && tensors.TryGetValue(kernel.Left, out var direct) && direct.Halo == 0) left = "_" + direct.Name;
        else
        {
            left = "_left";
            _leftColumns = Math.Max(_leftColumns, inner);
            var k = New(kernel.Name + "Rows", ThreadsOf(inner), "");
            k.Comments.Add($"the rows that {kernel.Name} multiplies");
            var to = k.Take("ArrayView<float>", "left", "_left");
            if (tensors.TryGetValue(kernel.Left, out var stored))
            {
                var memory = new DeviceRowMemory(_layout, k, tensors, new Dictionary<Node, string>(), Fresh(), null);
                var from = memory.RowOf(stored, 0);
                k.Body.Line($"int i = {Picked(k)};");
                foreach (var p in memory.Pointers) k.Body.Line(p);
                k.Body.Line($"for (int j = Group.IdxX; j < {Numbers.Of(inner)}; j += {Numbers.Of(k.Threads)}) {ThreadDialect.Write($"{to}[(long)Grid.IdxX * {Numbers.Of(inner)} + j]", ThreadDialect.Read(from.Replace("$j", "j")))}");
            }
            else
            {
                k.Comments.AddRange(Formulas.Of([(kernel.Left.Hint ?? "left", kernel.Left)], n => KernelMethods.NameOf(n, tensors)));
                RowBody(k, [kernel.Left], (_, _) => $"{to}[(long)Grid.IdxX * {Numbers.Of(inner)} + $j]", Picked(k), tensors);
            }
            lines.Add(Launch(k, rows));
        }
        foreach (var group in kernel.Groups)
        {
            var name = kernel.Groups.Count == 1 ? kernel.Name : kernel.Name + "For" + string.Concat(group.Stores.Select(n => char.ToUpperInvariant(tensors[n].Name[0]) + tensors[n].Name.Substring(1)));
            lines.Add($"if ({rows} == 1) {FewRows(kernel, group, name + "One", left, rows, tensors, 1)}");
            lines.Add($"else if ({rows} <= {Numbers.Of(MostFewRows)}) {FewRows(kernel, group, name + "Few", left, rows, tensors, MostFewRows)}");
            lines.Add($"else {ManyRows(kernel, group, name, left, rows, tensors)}");
        }
        return lines;

        string Picked(DeviceKernelText k) => kernel.IsHead ? k.Take("ArrayView<int>", "outputRows", "OutputRows") + "[Grid.IdxX]" : "Grid.IdxX";
    }

    /// <summary>A product tile by tile, and what is made of it column by column, while a tile is on chip.</summary>
    private string ManyRows(ProductKernel kernel, ProductGroup group, string name, string left, string rows, IReadOnlyDictionary<Node, RowTensor> tensors)
    {
        const string Primitive = "Product64";
        const int Tile = 64;
        var k = New(name, 256, "");
        k.Comments.AddRange(KernelMethods.EpilogueFormulas(kernel, group, tensors));
        k.Take("int", "rows", rows);
        k.Take("ArrayView<float>", "left", left);
        var (columns, inner) = (Numbers.Of(group.Columns), Numbers.Of(group.Products[0].Inner));
        k.Body.Line($"int firstRow = Grid.IdxY * {Primitive}.Rows, firstColumn = Grid.IdxX * {Primitive}.Columns;");
        k.Body.Line($"ArrayView<float> memory = SharedMemory.Allocate<float>({(group.Products.Count > 1 ? Numbers.Of(group.Products.Count) + " * " : "")}{Primitive}.Shared);");
        var tiles = new Dictionary<Node, string>();
        for (var t = 0; t < group.Products.Count; t++)
        {
            var product = group.Products[t];
            if (t > 0) k.Body.Line("Group.Barrier();");
            k.Body.Line($"var product{TileName(t)} = {Primitive}.Multiply(left, {inner}, rows, {k.Parameter(product.Matrix)}, {inner}, {columns}, {inner}, firstRow, firstColumn, memory);");
            tiles[product.Node] = Scaled(product, $"tile{TileName(t)}[r * {Primitive}.Pitch + $j - firstColumn]");
        }
        for (var t = 0; t < group.Products.Count; t++)
            k.Body.Line($"ArrayView<float> tile{TileName(t)} = {(group.Products.Count == 1 ? "memory" : $"memory.SubView({Numbers.Of(t)} * {Primitive}.Shared, {Primitive}.Shared)")};");
        k.Body.Open($"for (int part = 0; part < {Primitive}.Parts; part++)");
        for (var t = 0; t < group.Products.Count; t++) k.Body.Line($"{Primitive}.Leave(product{TileName(t)}, part, tile{TileName(t)});");
        Epilogue(k, kernel, group, tiles, tensors, $"{Primitive}.PartRows", "firstRow + part * " + Primitive + ".PartRows", Tile);
        k.Body.Close();
        return Launch(k, $"{Numbers.Of((group.Columns + Tile - 1) / Tile)}, Tiles({rows}, {Numbers.Of(Tile)})");
    }

    /// <summary>As above for few rows: bound by reading the matrix.</summary>
    private string FewRows(ProductKernel kernel, ProductGroup group, string name, string left, string rows, IReadOnlyDictionary<Node, RowTensor> tensors, int most)
    {
        var perWarp = group.Columns >= 16384 ? 4 : group.Columns >= 4096 ? 2 : 1;
        var tileColumns = 8 * perWarp;
        var primitive = $"FewRows<{CountName(most)}, {CountName(perWarp)}>";
        var k = New(name, 256, "");
        k.Comments.AddRange(KernelMethods.EpilogueFormulas(kernel, group, tensors));
        k.Take("int", "rows", rows);
        k.Take("ArrayView<float>", "left", left);
        var (columns, inner) = (Numbers.Of(group.Columns), Numbers.Of(group.Products[0].Inner));
        k.Body.Line($"int firstColumn = Grid.IdxX * {Numbers.Of(tileColumns)};");
        // 33 floats for each of a group's results, as the primitive says
        var shared = most * tileColumns * 33;
        k.Body.Line($"ArrayView<float> memory = SharedMemory.Allocate<float>({Numbers.Of(group.Products.Count * shared)});");
        var tiles = new Dictionary<Node, string>();
        for (var t = 0; t < group.Products.Count; t++)
        {
            var product = group.Products[t];
            k.Body.Line($"ArrayView<float> tile{TileName(t)} = {(group.Products.Count == 1 ? "memory" : $"memory.SubView({Numbers.Of(t * shared)}, {Numbers.Of(shared)})")};");
            k.Body.Line($"{primitive}.Multiply(left, {inner}, rows, {k.Parameter(product.Matrix)}, {inner}, {columns}, {inner}, firstColumn, tile{TileName(t)});");
            tiles[product.Node] = Scaled(product, $"tile{TileName(t)}[r * {Numbers.Of(tileColumns)} + $j - firstColumn]");
        }
        Epilogue(k, kernel, group, tiles, tensors, Numbers.Of(most), "0", tileColumns);
        return Launch(k, Numbers.Of((group.Columns + tileColumns - 1) / tileColumns));
    }

    private static string TileName(int index) => index == 0 ? "" : Numbers.Of(index + 1L);

    private static string CountName(int count) => "global::TttGen.Kernels." + (count switch { 1 => "One", 2 => "Two", 4 => "Four", _ => "Eight" });

    private static string Scaled(MatrixProduct product, string element) => product.Constant == 1 ? element : $"({Numbers.OfSingle(product.Constant)} * {element})";

    /// <summary>What is made of finished products: a loop over the rows r of a tile, and its columns j.</summary>
    private void Epilogue(DeviceKernelText k, ProductKernel kernel, ProductGroup group, IReadOnlyDictionary<Node, string> tiles, IReadOnlyDictionary<Node, RowTensor> tensors, string tileRows, string firstRow, int tileColumns)
    {
        var names = Fresh();
        var memory = new DeviceRowMemory(_layout, k, tensors, tiles, names, "end");
        var text = new CodeWriter();
        var (lanes, columns) = (Numbers.Of(tileColumns), Numbers.Of(group.Columns));
        var dialect = new ThreadDialect(loop => $"for (int j = firstColumn + Group.IdxX % {lanes}; j < {loop.Bound}; j += {lanes})", _ => throw new CompileException("TTT163", "a sum along the row can't follow its product"), null);
        Func<Node, string> target = kernel.IsHead ? _ => $"{k.Take("ArrayView<float>", "logits", "LogitRows")}[(long)i * {columns} + $j]" : n => memory.RowOf(tensors[n], 0);
        var once = new RowCode(memory, Axis.Rows, group.Stores, target, (_, _) => throw new CompileException("TTT163", "what follows a product is one pass"), names) { Dialect = dialect }.Emit(text);
        k.Body.Line($"int end = Math.Min(firstColumn + {lanes}, {columns});");
        foreach (var line in once) k.Body.Line(line);
        var bound = firstRow == "0" ? $"Math.Min({tileRows}, rows)" : $"Math.Min({tileRows}, rows - ({firstRow}))";
        k.Body.Open($"for (int r = Group.IdxX / {lanes}; r < {bound}; r += {Numbers.Of(256 / tileColumns)})");
        k.Body.Line($"int i = {(firstRow == "0" ? "r" : firstRow + " + r")};");
        foreach (var line in memory.Pointers) k.Body.Line(line);
        k.Body.Lines(text.ToString().TrimEnd('\n'));
        k.Body.Close();
    }

    // ---- the scan

    private IReadOnlyList<string> Scan(ScanKernel kernel, LinkedSegment segment, IReadOnlyDictionary<Node, RowTensor> tensors)
    {
        var learn = kernel.Learn;
        var memory = _model.Memories.Single(m => m.Name == learn.Memory);
        if (new[] { learn.Query, learn.Key, learn.Value, learn.Rate }.Any(n => tensors[n].Halo > 0))
            throw new CompileException("TTT154", "rows that are both shifted and learnt from are not part of the schedule");
        var prefill = Scan(kernel.Name, memory, learn, segment, tensors, decode: false);
        var decode = Scan(kernel.Name + "Step", memory, learn, segment, tensors, decode: true);
        return [$"if (Rows == Slices) {decode}", $"else {prefill}"];
    }

    private string Scan(string name, LinkedMemory memory, Learn learn, LinkedSegment segment, IReadOnlyDictionary<Node, RowTensor> tensors, bool decode)
    {
        var rates = new CodeWriter();
        DeviceKernelText? k = null;
        var scan = BlockScanEmitter.Emit(memory, decode, name + "Parts", (w, threads) =>
        {
            k = New(name, threads, memory.Spec);
            TokenRates(w, k, learn, threads, tensors);
        });
        var (offset, stride, _) = _states.Memory(memory.Name);
        var layered = segment.Repeat > 1 ? $"{Numbers.Of(offset)} + Layer * {Numbers.Of(stride)}L" : $"{Numbers.Of(offset)}L";
        k!.Comments.Add($"{tensors[learn].Name} = {memory.Name}.Learn({tensors[learn.Query].Name}, {tensors[learn.Key].Name}, {tensors[learn.Value].Name}, {tensors[learn.Rate].Name}){(decode ? ", a row of each sequence" : "")}");
        k.Take("ArrayView<int>", "slices", "SliceRows");
        k.Take("ArrayView<long>", "positions", "Positions");
        k.Take("ArrayView<long>", "stateOffsets", "StateOffsets");
        k.Take("ArrayView<float>", "states", "States");
        k.Take("long", "layerOffset", layered);
        foreach (var (view, strideName, node) in new[] { ("keyRows", "keyStride", learn.Key), ("valueRows", "valueStride", learn.Value), ("queryRows", "queryStride", learn.Query), ("rateRows", "rateStride", learn.Rate), ("answerRows", "answerStride", (Node)learn) })
        {
            k.Take("ArrayView<float>", view, "_" + tensors[node].Name);
            k.Locals.Add($"const int {strideName} = {Numbers.Of(tensors[node].Columns)};");
        }
        for (var p = 0; p < memory.Parameters.Count; p++)
            if (!memory.Model.Weights[p].Fast)
            {
                var parameter = memory.Parameters[p];
                k.Take("ArrayView<float>", memory.Model.Weights[p].Name + "All", parameter.Layers > 1 ? $"_{Names.Lower(parameter.Name)}.Slice(Layer * {Numbers.Of(ModelLayout.Stride(parameter))}L, {Numbers.Of(parameter.Count)})" : "_" + Names.Lower(parameter.Name));
            }
        if (scan.Workspace > 0)
        {
            k.Take("ArrayView<float>", "workspaces", "_workspaces");
            _workspaces[name] = (memory.Heads, scan.Workspace);
        }
        k.Body.Lines(scan.Body.TrimEnd('\n'));
        _classes.Add(scan.Methods);
        return Launch(k, $"Slices * {Numbers.Of(memory.Heads)}");
    }

    /// <summary>The token rates of all places, into tokenRates.</summary>
    private void TokenRates(CodeWriter w, DeviceKernelText k, Learn learn, int threads, IReadOnlyDictionary<Node, RowTensor> tensors)
    {
        w.Line($"// {Formulas.Of([("tokenRates", learn.TokenRate)], n => KernelMethods.NameOf(n, tensors)).Last()}");
        var names = Fresh();
        var memory = new DeviceRowMemory(_layout, k, tensors, new Dictionary<Node, string>(), names, null);
        var dialect = new ThreadDialect(loop => $"for (int j = thread; j < {loop.Bound}; j += {Numbers.Of(threads)})", _ => throw new CompileException("TTT155", "token rates are one pass"), null);
        var text = new CodeWriter();
        foreach (var line in new RowCode(memory, null, [learn.TokenRate], _ => "tokenRates[$j]", (_, _) => throw new CompileException("TTT155", "token rates are one pass"), names) { Dialect = dialect }.Emit(text)) w.Line(line);
        w.Lines(text.ToString().TrimEnd('\n'));
    }
}
