using TttGen.Compiler.Ir;
using TttGen.Compiler.Language;
using TttGen.Compiler.Scheduling;

namespace TttGen.Compiler.Emit;

/// <summary>The kernels of a model over packed rows, and the order in which they run.</summary>
internal sealed class KernelEmitter
{
    private readonly LinkedModel _model;
    private readonly ModelLayout _layout;
    private readonly IReadOnlyList<(LinkedSegment Segment, RowSchedule Schedule)> _segments;
    private readonly IReadOnlyDictionary<string, ScanEmitter.Scan> _scans;
    private readonly int _indent;
    private readonly List<string> _scratch = [];
    private readonly List<(string Name, string Text)> _methods = [];
    private int _keptElements;

    public KernelEmitter(LinkedModel model, ModelLayout layout, IReadOnlyList<(LinkedSegment, RowSchedule)> segments, IReadOnlyDictionary<string, ScanEmitter.Scan> scans, int indent)
    {
        _model = model;
        _layout = layout;
        _segments = segments;
        _scans = scans;
        _indent = indent;
    }

    /// <summary>A line a kernel: what it computes and what was fused into it.</summary>
    public static IEnumerable<string> Describe(IReadOnlyList<(LinkedSegment Segment, RowSchedule Schedule)> segments)
    {
        foreach (var (segment, schedule) in segments)
        {
            var stored = schedule.Tensors.ToDictionary(t => t.Node, t => t.Name);
            foreach (var kernel in schedule.Kernels)
                yield return $"{(segment.Repeat > 1 ? $"{segment.Repeat} × " : "")}{kernel.Name}: {Summary(kernel, stored)}";
        }
    }

    private static string Summary(RowKernel kernel, IReadOnlyDictionary<Node, string> stored)
    {
        string Name(Node n) => stored.TryGetValue(n, out var name) ? name : n.Hint ?? "rows";
        string Left(ProductKernel p) => stored.ContainsKey(p.Left) ? Name(p.Left) : $"(fused {Name(p.Left)})";
        return kernel switch
        {
            LookupKernel l => $"rows of {l.Lookup.Table}",
            RowsKernel r => string.Join(", ", r.Stores.Select(Name)) + " row by row",
            ScanKernel s => $"{Name(s.Learn)} = {s.Learn.Memory}.Learn({Name(s.Learn.Query)}, {Name(s.Learn.Key)}, {Name(s.Learn.Value)}, {Name(s.Learn.Rate)})",
            ProductKernel { IsHead: true } p => $"logits = {Left(p)} · {p.Groups[0].Products[0].Matrix}",
            ProductKernel p => $"{string.Join(", ", p.Groups.SelectMany(g => g.Stores).Select(Name))} = {Left(p)} · [{string.Join(" | ", p.Groups.SelectMany(g => g.Products).Select(m => m.Matrix))}]",
            _ => "",
        };
    }

    /// <summary>The kernels' part of the class.</summary>
    public string Emit()
    {
        var id = 0;
        var forward = new CodeWriter { Indent = _indent + 1 };
        var head = -1;
        RowTensor? previous = null;
        long stateOffset = 0;
        var calls = new List<(int Id, string Method)>();
        foreach (var (segment, schedule) in _segments)
        {
            var tensors = schedule.Tensors.ToDictionary(t => t.Node);
            var halos = HaloOffsets(segment, schedule, ref stateOffset);
            if (schedule.Stream is { } stream && previous is not null) forward.Line($"_{stream.Name} = _{previous.Name};");
            if (segment.IsStack)
            {
                forward.Line($"_{schedule.Result!.Name} = _{schedule.Result.Name}Spare;");
                forward.Open($"for (Layer = 0; Layer < {Numbers.Of(segment.Repeat)}; Layer++)");
            }
            else
            {
                forward.Line("Layer = 0;");
            }
            foreach (var kernel in schedule.Kernels)
            {
                Method(kernel, segment, tensors, id);
                calls.Add((id, kernel.Name));
                if (kernel is ProductKernel { IsHead: true }) head = id;
                else
                {
                    forward.Line($"{(kernel is LookupKernel or RowsKernel ? "RunRows" : "Run")}({Numbers.Of(id)}); // {kernel.Name}");
                    foreach (var t in schedule.Tensors.Where(t => t.Halo > 0 && Stores(kernel).Contains(t.Node)))
                    {
                        var (offset, stride) = halos[t];
                        var at = segment.Repeat > 1 ? $"{Numbers.Of(offset)} + Layer * {Numbers.Of(stride)}L" : Numbers.Of(offset);
                        forward.Line($"EnterHalo(_{t.Name}, {Numbers.Of(t.Columns)}, {Numbers.Of(t.Halo)}, {at});");
                        forward.Line($"LeaveHalo(_{t.Name}, {Numbers.Of(t.Columns)}, {Numbers.Of(t.Halo)}, {at});");
                    }
                }
                id++;
            }
            if (segment.IsStack)
            {
                forward.Line($"float* swapped = _{schedule.Stream!.Name};");
                forward.Line($"_{schedule.Stream.Name} = _{schedule.Result!.Name};");
                forward.Line($"_{schedule.Result.Name} = swapped;");
                forward.Line($"Observe(_{schedule.Stream.Name}, {Numbers.Of(schedule.Stream.Columns)});");
                forward.Close();
                previous = schedule.Stream;
            }
            else previous = schedule.Result;
        }

        var w = new CodeWriter { Indent = _indent - 1 };
        w.Open("private sealed unsafe partial class Compiled");
        w.Line("/// <summary>Elements of working memory that a worker needs: the largest of any kernel.</summary>");
        w.Line("private static readonly long ScratchSize = new long[]").Line("{");
        foreach (var s in _scratch.Distinct()) w.Line($"    {s},");
        w.Line($"}}.Max(){(_keptElements > 0 ? $" + {Numbers.Of(_keptElements)}" : "")};").Line();
        w.Open("protected override void Forward()");
        foreach (var line in forward.ToString().TrimEnd('\n').Split('\n')) w.Line(line.Substring(4 * (_indent + 1)));
        w.Close().Line();
        w.Line($"protected override void Head() => Run({Numbers.Of(head)});").Line();
        w.Open("public override void Execute(int kernel, int worker, int workers)");
        w.Line("if (Vector512.IsHardwareAccelerated) Execute<Lanes512>(kernel, worker, workers);");
        w.Line("else if (Vector256.IsHardwareAccelerated) Execute<Lanes256>(kernel, worker, workers);");
        w.Line("else Execute<Lanes128>(kernel, worker, workers);");
        w.Close().Line();
        w.Open("private void Execute<V>(int kernel, int worker, int workers) where V : struct, ILanes<V, float>");
        w.Open("switch (kernel)");
        foreach (var (k, method) in calls) w.Line($"case {Numbers.Of(k)}: {method}<V>(worker, workers); break;");
        w.Close();
        w.Close();
        foreach (var (_, text) in _methods)
        {
            w.Line();
            foreach (var line in text.TrimEnd('\n').Split('\n')) w.Line(line);
        }
        w.Close();
        return w.ToString();
    }

    private static IEnumerable<Node> Stores(RowKernel kernel) => kernel switch
    {
        RowsKernel r => r.Stores,
        ProductKernel p => p.Groups.SelectMany(g => g.Stores),
        ScanKernel s => [s.Learn],
        LookupKernel l => [l.Lookup],
        _ => [],
    };

    /// <summary>The same walk as the states' layout.</summary>
    private Dictionary<RowTensor, (long Offset, long Stride)> HaloOffsets(LinkedSegment segment, RowSchedule schedule, ref long offset)
    {
        foreach (var scan in schedule.Kernels.OfType<ScanKernel>())
        {
            var memory = _model.Memories.Single(m => m.Name == scan.Learn.Memory);
            _memoryOffsets[memory.Name] = (offset, ModelLayout.HeadState(memory) * memory.Heads);
            offset += ModelLayout.HeadState(memory) * memory.Heads * segment.Repeat;
        }
        var halos = new Dictionary<RowTensor, (long, long)>();
        foreach (var t in schedule.Tensors.Where(t => t.Halo > 0))
        {
            var size = ((long)t.Halo * t.Columns + 15) / 16 * 16;
            halos[t] = (offset, size);
            offset += size * segment.Repeat;
        }
        return halos;
    }

    private readonly Dictionary<string, (long Offset, long Stride)> _memoryOffsets = [];

    // ---- one kernel

    private void Method(RowKernel kernel, LinkedSegment segment, IReadOnlyDictionary<Node, RowTensor> tensors, int id)
    {
        var locals = new KernelLocals(_layout);
        var names = Fresh();
        var body = new CodeWriter();
        switch (kernel)
        {
            case LookupKernel l: Lookup(l, tensors, locals, body); break;
            case RowsKernel r: Rows(r, tensors, locals, names, body); break;
            case ScanKernel s: Scan(s, segment, tensors, locals, names, body); break;
            case ProductKernel p: Multiply(p, tensors, locals, names, body); break;
        }
        var stored = tensors.ToDictionary(t => t.Key, t => t.Value.Name);
        var w = new CodeWriter();
        w.Line($"// {Numbers.Of(id)}. {Summary(kernel, stored)}");
        if (kernel is RowsKernel rows)
            foreach (var line in Formulas.Of([.. rows.Stores.Select(s => (stored[s], s))], n => NameOf(n, tensors))) w.Line("// " + line);
        w.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        w.Open($"private void {kernel.Name}<V>(int worker, int workers) where V : struct, ILanes<V, float>");
        foreach (var line in locals.Lines) w.Line(line);
        foreach (var line in body.ToString().TrimEnd('\n').Split('\n')) w.Line(line);
        w.Close();
        _methods.Add((kernel.Name, w.ToString()));
        foreach (var part in _parts) _methods.Add((kernel.Name, part));
        _parts.Clear();
    }

    /// <summary>What a formula calls a value that lies in memory.</summary>
    private static string? NameOf(Node node, IReadOnlyDictionary<Node, RowTensor> tensors) => tensors.TryGetValue(node, out var tensor) ? tensor.Name
        : node is Input input && input.Name[0] != '@' && !input.Name.Contains('[') ? Names.Lower(input.Name) : null;

    private static void Lookup(LookupKernel kernel, IReadOnlyDictionary<Node, RowTensor> tensors, KernelLocals locals, CodeWriter w)
    {
        var to = locals.Tensor(tensors[kernel.Lookup]);
        var table = locals.Matrix(kernel.Lookup.Table);
        w.Line("var (first, end) = RowShare.OfRows(Rows, worker, workers);");
        w.Line($"for (int i = first; i < end; i++) {table}.GetRow(TokenIds[i], {to} + (nint)i * {Numbers.Of(tensors[kernel.Lookup].Stride)});");
    }

    private void Rows(RowsKernel kernel, IReadOnlyDictionary<Node, RowTensor> tensors, KernelLocals locals, NameTable names, CodeWriter w)
    {
        w.Line("var (first, end) = RowShare.OfRows(Rows, worker, workers);");
        var memory = new KernelMemory(_layout, locals, tensors, new Dictionary<Node, string>(), null, names);
        var row = RowText(memory, kernel.Stores, n => memory.RowOf(tensors[n], 0), names, w);
        w.Open("for (int i = first; i < end; i++)");
        Paste(memory, row, w);
        w.Close();
    }

    private string RowText(KernelMemory memory, IReadOnlyList<Node> stores, Func<Node, string> target, NameTable names, CodeWriter outer)
    {
        var kept = new List<string>();
        var row = new CodeWriter();
        var once = new RowCode(memory, Axis.Rows, stores, target, (hint, size) =>
        {
            var name = names.Fresh(hint);
            outer.Line($"float* {name} = Scratch(worker) + ScratchSize - {Numbers.Of(_keptOffset(size))}; // [{Numbers.Of(size)}]");
            return name;
        }, names).Emit(row);
        foreach (var line in once) outer.Line(line);
        return row.ToString();
    }

    private long _keptOffset(int size) => _keptElements += (size + 15) / 16 * 16;

    private static void Paste(KernelMemory memory, string row, CodeWriter w)
    {
        foreach (var line in memory.Pointers) w.Line(line);
        foreach (var line in row.TrimEnd('\n').Split('\n')) w.Line(line);
    }

    private void Scan(ScanKernel kernel, LinkedSegment segment, IReadOnlyDictionary<Node, RowTensor> tensors, KernelLocals locals, NameTable names, CodeWriter w)
    {
        var learn = kernel.Learn;
        var memory = _model.Memories.Single(m => m.Name == learn.Memory);
        var (offset, stride) = _memoryOffsets[memory.Name];
        var scan = _scans[memory.Name];
        var tok = (memory.MiniBatch + 15) / 16 * 16;
        _scratch.Add(Numbers.Of(scan.Scratch + tok));
        string Rows(Node n) => locals.Tensor(tensors[n]);
        string Stride(Node n) => Numbers.Of(tensors[n].Stride);
        int Halo(Node n) => tensors[n].Halo;
        if (new[] { learn.Query, learn.Key, learn.Value, learn.Rate }.Any(n => Halo(n) > 0)) throw new CompileException("TTT154", "rows that are both shifted and learnt from are not part of the schedule");
        var (query, key, value, rate, answers) = (Rows(learn.Query), Rows(learn.Key), Rows(learn.Value), Rows(learn.Rate), Rows(learn));
        w.Line($"float* tok = Scratch(worker); // [{Numbers.Of(memory.MiniBatch)}]: {Formulas.Of([("tok", learn.TokenRate)], n => NameOf(n, tensors)).Last()}");
        var places = new KernelMemory(_layout, locals, tensors, new Dictionary<Node, string>(), null, names);
        var code = new CodeWriter();
        foreach (var line in new RowCode(places, null, [learn.TokenRate], _ => "tok", (_, _) => throw new CompileException("TTT155", "token rates are one pass"), names).Emit(code)) w.Line(line);
        foreach (var line in code.ToString().TrimEnd('\n').Split('\n')) w.Line(line);
        var feature = memory.Model.Width.Size;
        w.Open($"for (int item = worker; item < SliceCount * {Numbers.Of(memory.Heads)}; item += workers)");
        w.Line($"ref BatchSlice slice = ref Slices[item / {Numbers.Of(memory.Heads)}];");
        w.Line($"int head = item % {Numbers.Of(memory.Heads)};");
        w.Line("nint row = slice.First;");
        var layered = segment.Repeat > 1 ? $" + Layer * {Numbers.Of(stride)}L" : "";
        w.Line($"float* state = slice.State{(offset > 0 ? $" + {Numbers.Of(offset)}" : "")}{layered} + head * {Numbers.Of(ModelLayout.HeadState(memory))}L;");
        string Slow(int k)
        {
            var p = memory.Parameters[k];
            return locals.Parameter(p.Name) + (p.Inner > 1 ? $" + head * {Numbers.Of(p.Columns)}" : "");
        }
        var slow = string.Concat(Enumerable.Range(0, memory.Model.Weights.Count).Where(k => !memory.Model.Weights[k].Fast).Select(k => ", " + Slow(k)));
        string At(string tensor, Node n) => $"{tensor} + row * {Stride(n)} + head * {Numbers.Of(feature)}, {Stride(n)}";
        w.Line($"{memory.Name}Scan.Run<float, V>(slice.Count, (int)(slice.Position % {Numbers.Of(memory.MiniBatch)}), {At(key, learn.Key)}, {At(value, learn.Value)}, {At(query, learn.Query)},");
        w.Line($"    {rate} + row * {Stride(learn.Rate)} + head, {Stride(learn.Rate)}, tok, state{slow}, {At(answers, learn)}, Scratch(worker) + {Numbers.Of(tok)});");
        w.Close();
    }

    private void Multiply(ProductKernel kernel, IReadOnlyDictionary<Node, RowTensor> tensors, KernelLocals locals, NameTable names, CodeWriter w)
    {
        var inner = kernel.Groups[0].Products[0].Inner;
        var stride = inner + 16;
        var panels = kernel.Groups.Sum(g => Panels(g.Columns));
        var most = kernel.Groups.Max(g => g.Products.Count);
        var rowCount = kernel.IsHead ? "OutputCount" : "Rows";
        w.Line($"RowShare share = RowShare.Of({rowCount}, {Numbers.Of(panels)}, {Numbers.Of(inner)}, worker, workers);");
        var direct = !kernel.IsHead && tensors.TryGetValue(kernel.Left, out var stored) && stored.Halo == 0 ? stored : null;
        w.Line(direct is null
            ? $"float* block = Scratch(worker); // [share.BlockRows, {Numbers.Of(inner)}], rows {Numbers.Of(stride)} apart"
            : "float* block = Scratch(worker);");
        var tileOffset = direct is null ? $" + share.BlockRows * {Numbers.Of(stride)}" : "";
        for (var t = 0; t < most; t++)
            w.Line($"float* {Tile(t)} = block{tileOffset}{(t == 0 ? "" : $" + {(t == 1 ? "" : $"{Numbers.Of(t)} * ")}share.BlockRows * 32")}; // [share.BlockRows, 32]");
        _scratch.Add($"RowShare.MaxBlockRows({Numbers.Of(inner)}) * {Numbers.Of((direct is null ? stride : 0) + 32L * most)}L");
        w.Open("for (int first = share.FirstRow; first < share.EndRow; first += share.BlockRows)");
        w.Line("int rows = Math.Min(share.BlockRows, share.EndRow - first);");
        string a;
        if (direct is null)
        {
            w.Line($"{kernel.Name}Rows<V>(worker, first, rows, block);");
            Prologue(kernel, inner, stride, tensors);
            a = $"block, {Numbers.Of(stride)}";
        }
        else a = $"{locals.Tensor(direct)} + (nint)first * {Numbers.Of(direct.Stride)}, {Numbers.Of(direct.Stride)}";

        var panel = 0;
        for (var g = 0; g < kernel.Groups.Count; g++)
        {
            var group = kernel.Groups[g];
            var count = Panels(group.Columns);
            var before = panel == 0 ? "" : $" - {Numbers.Of(panel)}";
            var from = panel == 0 ? "share.FirstPanel" : $"Math.Max(share.FirstPanel{before}, 0)";
            w.Open($"for (int p = {from}; p < Math.Min(share.EndPanel{before}, {Numbers.Of(count)}); p++)");
            for (var t = 0; t < group.Products.Count; t++)
            {
                var product = group.Products[t];
                w.Line($"Product.Panel<V>({locals.Matrix(product.Matrix)}, p, {a}, rows, {Tile(t)});");
                if (product.Constant != 1) w.Line($"for (int e = 0; e < rows * 32; e++) {Tile(t)}[e] *= {Numbers.OfSingle(product.Constant)};");
            }
            var method = kernel.Groups.Count == 1 ? $"{kernel.Name}Store" : $"{kernel.Name}Store" + string.Concat(group.Stores.Select(n => Capital(tensors[n].Name)));
            w.Line($"{method}<V>(worker, p, first, rows, {string.Join(", ", Enumerable.Range(0, group.Products.Count).Select(Tile))});");
            w.Close();
            Epilogue(kernel, group, method, tensors);
            panel += count;
        }
        w.Close();
    }

    private static string Tile(int index) => "tile" + (index == 0 ? "" : Numbers.Of(index + 1L));

    private static string Capital(string name) => char.ToUpperInvariant(name[0]) + name.Substring(1);

    /// <summary>
    /// The rows that a product kernel multiplies. Prologues and epilogues are methods of their own: what is inlined into one method is limited.
    /// </summary>
    private void Prologue(ProductKernel kernel, int inner, int stride, IReadOnlyDictionary<Node, RowTensor> tensors)
    {
        var (locals, names, body) = (new KernelLocals(_layout), Fresh(), new CodeWriter());
        var memory = new KernelMemory(_layout, locals, tensors, new Dictionary<Node, string>(), null, names);
        IReadOnlyList<string> formulas = [];
        string row;
        if (tensors.TryGetValue(kernel.Left, out var stored))
            row = $"new ReadOnlySpan<float>({memory.RowOf(stored, 0)}, {Numbers.Of(inner)}).CopyTo(new Span<float>(to, {Numbers.Of(inner)}));";
        else
        {
            row = RowText(memory, [kernel.Left], _ => "to", names, body);
            formulas = Formulas.Of([(kernel.Left.Hint ?? "rows", kernel.Left)], n => NameOf(n, tensors));
        }
        body.Open("for (int r = 0; r < rows; r++)");
        body.Line(kernel.IsHead ? "int i = OutputRows[first + r];" : "int i = first + r;");
        body.Line($"float* to = block + r * {Numbers.Of(stride)};");
        Paste(memory, row, body);
        body.Close();
        Part($"{kernel.Name}Rows", "int worker, int first, int rows, float* block", formulas, locals, body);
    }

    private void Epilogue(ProductKernel kernel, ProductGroup group, string method, IReadOnlyDictionary<Node, RowTensor> tensors)
    {
        var (locals, names, body) = (new KernelLocals(_layout), Fresh(), new CodeWriter());
        body.Line("int c0 = p * 32;");
        if (group.Columns % 32 != 0) body.Line($"int columns = Math.Min(32, {Numbers.Of(group.Columns)} - c0);");
        var tiles = group.Products.Select((p, t) => (p.Node, Name: Tile(t))).ToDictionary(x => x.Node, x => x.Name);
        var memory = new KernelMemory(_layout, locals, tensors, tiles, group.Columns, names);
        Func<Node, string> target = kernel.IsHead
            ? _ => $"LogitRows + (nint)(first + r) * {Numbers.Of(group.Columns)} + c0"
            : n => memory.RowOf(tensors[n], 0);
        var row = RowText(memory, group.Stores, target, names, body);
        body.Open("for (int r = 0; r < rows; r++)");
        if (!kernel.IsHead) body.Line("int i = first + r;");
        Paste(memory, row, body);
        body.Close();
        Part(method, $"int worker, int p, int first, int rows, {string.Join(", ", tiles.Values.Select(t => "float* " + t))}", EpilogueFormulas(kernel, group, tensors), locals, body);
    }

    /// <summary>The products that a panel of columns is made of, then what is made of them.</summary>
    private static IReadOnlyList<string> EpilogueFormulas(ProductKernel kernel, ProductGroup group, IReadOnlyDictionary<Node, RowTensor> tensors)
    {
        var left = tensors.TryGetValue(kernel.Left, out var stored) ? stored.Name : kernel.Left.Hint ?? "rows";
        var products = group.Products.ToDictionary(p => p.Node, p => kernel.IsHead ? "logits" : tensors.TryGetValue(p.Node, out var own) ? own.Name : p.Node.Hint ?? Names.Lower(p.Matrix));
        var made = group.Stores.Where(s => !products.ContainsKey(s)).Select(s => (tensors[s].Name, s)).ToList();
        return
        [
            .. group.Products.Select(p => $"{products[p.Node]} = {(p.Constant == 1 ? "" : Numbers.Short(p.Constant) + " ")}{left} · {Names.Lower(p.Matrix)}"),
            .. Formulas.Of(made, n => products.TryGetValue(n, out var product) ? product : NameOf(n, tensors)),
        ];
    }

    private void Part(string name, string parameters, IReadOnlyList<string> formulas, KernelLocals locals, CodeWriter body)
    {
        var w = new CodeWriter();
        foreach (var line in formulas) w.Line("// " + line);
        w.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        w.Open($"private void {name}<V>({parameters}) where V : struct, ILanes<V, float>");
        foreach (var line in locals.Lines) w.Line(line);
        foreach (var line in body.ToString().TrimEnd('\n').Split('\n')) w.Line(line);
        w.Close();
        _parts.Add(w.ToString());
    }

    private readonly List<string> _parts = [];

    private NameTable Fresh() => new(_model.Parameters.Select(p => Names.Lower(p.Name)).Concat(_segments.SelectMany(s => s.Schedule.Tensors.Select(t => t.Name)))
        .Concat(["worker", "workers", "share", "block", "first", "rows", "r", "p", "c0", "columns", "end", "item", "slice", "head", "state", "to", "a", "tile"]));

    private static int Panels(int columns) => (columns + 31) / 32;
}
