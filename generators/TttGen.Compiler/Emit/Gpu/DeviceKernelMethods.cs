using TttGen.Compiler.Ir;
using TttGen.Compiler.Language;
using TttGen.Compiler.Scheduling;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit.Gpu;

/// <summary>The kernels of a model on a device, and the lines of the host's plan that launch them.</summary>
internal sealed partial class DeviceKernelMethods : IPlanKernels
{
    private readonly LinkedModel _model;
    private readonly IReadOnlyDictionary<string, ScheduledMemory> _memories;
    private readonly ModelLayout _layout;
    private readonly CarryLayout _states;
    private readonly DevicePrecision _precision;
    private readonly HashSet<string> _taken;
    private readonly List<DeviceKernelText> _kernels = [];
    private readonly List<(DeviceKernelText Kernel, string Spec)> _specs = [];
    private readonly HashSet<string> _shared = [];
    private readonly List<string> _classes = [];
    private readonly Dictionary<string, (int Heads, int Workspace)> _workspaces = [];

    public DeviceKernelMethods(LinkedModel model, IReadOnlyDictionary<string, ScheduledMemory> memories, ModelLayout layout, CarryLayout states, DevicePrecision precision, IEnumerable<RowTensor> tensors)
    {
        (_model, _memories, _layout, _states, _precision) = (model, memories, layout, states, precision);
        _taken = [.. model.Parameters.Select(p => Names.Lower(p.Name)), .. tensors.Select(t => t.Name), .. model.Settings.Select(s => ModelLayout.SettingName(s.Name))];
    }

    /// <summary>Names of the kernels, in order.</summary>
    public IEnumerable<string> KernelNames => _kernels.Select(k => k.Name);

    /// <summary>Device memory that scans need: blocks a sequence, elements a block.</summary>
    public IEnumerable<(int Heads, int Elements)> Workspaces => _workspaces.Values.Select(w => (w.Heads, w.Workspace));

    /// <summary>The class of the kernels; without those that plans of any precision share, where another has them.</summary>
    public void Write(CodeWriter w, bool withShared)
    {
        for (var k = 0; k < _kernels.Count; k++)
        {
            if (!withShared && _shared.Contains(_kernels[k].Name)) continue;
            if (k > 0) w.Line();
            _kernels[k].Write(w, _specs[k].Spec);
        }
        foreach (var c in _classes)
        {
            w.Line();
            w.Lines(c.TrimEnd('\n'));
        }
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Add(RowKernel kernel, IReadOnlyDictionary<Node, RowTensor> tensors) => kernel switch
    {
        LookupKernel l => Lookup(l, tensors),
        RowsKernel { Sums.Count: 0 } r => Rows(r, tensors),
        SequenceKernel { Primitive: Learn learn } => Scan(kernel.Name, learn, tensors),
        ProductKernel p => Multiply(p, tensors),
        SequenceKernel { Primitive: Attend or Rotate or Recur } s => throw new CompileException("TTT166", $"{s.Primitive.Call} has no kernel for CUDA yet: take <TttGenCuda> out of this project, and put models that attend into one of their own"),
        _ => throw new CompileException("TTT162", $"{kernel.Name} is no kernel of inference"),
    };

    /// <inheritdoc/>
    public IEnumerable<string> HandOn(RowTensor stream, RowTensor result) => [$"(_{stream.Name}, _{result.Name}) = (_{result.Name}, _{stream.Name});"];

    /// <inheritdoc/>
    public IEnumerable<string> Halo(RowTensor t)
    {
        if (_kernels.All(k => k.Name != "EnterHalo"))
        {
            Halo("EnterHalo", "the rows of the past before each sequence's own", "rows[before + e] = states[at + e];");
            Halo("LeaveHalo", "each sequence's last rows into its state", "states[at + e] = rows[before + (long)slices[2 * slice + 1] * columns + e];");
        }
        var at = _states.Of(t).OfLayer("L");
        return [.. new[] { "enterHalo", "leaveHalo" }.Select(k => $"Launch(_{k}, new Grid(Slices), [States, StateOffsets, SliceRows, _{t.Name}, {Numbers.Of(t.Columns)}, {Numbers.Of(t.Halo)}, {at}]);")];
    }

    private void Halo(string name, string comment, string statement)
    {
        var kernel = New(name, 256, "", isShared: true);
        kernel.Comments.Add(comment);
        foreach (var (type, parameter) in new[] { ("ArrayView<float>", "states"), ("ArrayView<long>", "stateOffsets"), ("ArrayView<int>", "slices"), ("ArrayView<float>", "rows"), ("int", "columns"), ("int", "halo"), ("long", "offset") })
            kernel.Take(type, parameter, "");
        kernel.Body.Line("int slice = Grid.IdxX;");
        kernel.Body.Line("long at = stateOffsets[slice] + offset;");
        kernel.Body.Line("long before = ((long)slices[2 * slice] + (long)slice * halo) * columns;");
        kernel.Body.Line($"for (int e = Group.IdxX; e < halo * columns; e += 256) {statement}");
    }

    private DeviceKernelText New(string name, int threads, string spec, bool isShared = false)
    {
        var kernel = new DeviceKernelText(isShared ? name : name + _precision.Suffix, threads, _layout, _precision);
        if (isShared) _shared.Add(name);
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
        k.Body.Line($"for (int j = Group.IdxX; j < {Numbers.Of(to.Columns)}; j += {Numbers.Of(k.Threads)}) {ThreadDialect.Write(Storage.Float, Expr.Element(Expr.Name(rows), Expr.Name("to") + J), ThreadDialect.Read(_precision.MatrixStorage, Expr.Element(Expr.Name(table), Expr.Name("from") + J)))}");
        return [Launch(k, "Rows")];
    }

    private static string Field(string name) => "_" + Names.Lower(name);

    private static string Launch(DeviceKernelText kernel, string grid) => $"Launch({Field(kernel.Name)}, new Grid({grid}), [{kernel.Arguments}]);";

    // ---- rows

    private IReadOnlyList<string> Rows(RowsKernel kernel, IReadOnlyDictionary<Node, RowTensor> tensors)
    {
        var widest = kernel.Stores.Max(s => s.Shape[1].Size);
        var k = New(kernel.Name, ThreadsOf(widest), "");
        k.Comments.Add(KernelSummary.Of(kernel, tensors.ToDictionary(t => t.Key, t => t.Value.Name)));
        k.Comments.AddRange(Formulas.Of([.. kernel.Stores.Select(s => (tensors[s].Name, s))], n => KernelSummary.NameOf(n, tensors)));
        Row(k, kernel.Stores, (memory, n) => memory.RowOf(tensors[n], 0), "Grid.IdxX", tensors, NoTiles);
        return [Launch(k, "Rows")];
    }

    private static readonly IReadOnlyDictionary<Node, Address> NoTiles = new Dictionary<Node, Address>();

    private static readonly Expr J = Expr.Name("j");

    /// <summary>A group of threads for one row: the whole of a kernel.</summary>
    private void Row(DeviceKernelText k, IReadOnlyList<Node> stores, Func<DeviceAddresses, Node, Address> target, string row, IReadOnlyDictionary<Node, RowTensor> tensors, IReadOnlyDictionary<Node, Address> tiles)
    {
        var shared = RowBody(k, k.Body, 0, stores, target, row, tensors, tiles);
        if (shared > 0) k.Locals.Insert(0, $"ArrayView<float> memory = SharedMemory.Allocate<float>({Numbers.Of(shared)});");
    }

    /// <summary>A group's work on one row; answers the floats of shared memory up to which it needs some, from those on that others have.</summary>
    private int RowBody(DeviceKernelText k, CodeWriter w, int from, IReadOnlyList<Node> stores, Func<DeviceAddresses, Node, Address> target, string row, IReadOnlyDictionary<Node, RowTensor> tensors, IReadOnlyDictionary<Node, Address> tiles)
    {
        var names = Fresh();
        var memory = new DeviceAddresses(_layout, k, tensors, tiles, names, _precision, null);
        var lanes = Numbers.Of(k.Threads);
        var kept = 0;
        var sums = false;
        var views = new List<string>();
        var scratch = from == 0 ? Expr.Name("memory") : Expr.Call("memory.SubView", Expr.Of(from), Expr.Of(k.Threads));
        var dialect = new ThreadDialect(loop => $"for (int j = lane; j < {loop.Bound}; j += {lanes})", parts =>
        {
            sums = true;
            return Expr.Call("TttGen.Kernels.Rows.Sum", scratch, Expr.Of(0), Expr.Name("lane"), Expr.Of(k.Threads), parts);
        }, null);
        var code = new RowCode(memory, dialect, Axis.Rows, stores, n => target(memory, n), (hint, size) =>
        {
            var name = names.Fresh(hint);
            views.Add($"ArrayView<float> {name} = memory.SubView({Numbers.Of(from + k.Threads + kept)}, {Numbers.Of(size)});");
            kept += (size + 3) / 4 * 4;
            return Address.View(Expr.Name(name));
        }, names);
        var emitted = code.Emit();
        foreach (var view in views) w.Line(view);
        w.Line("int lane = Group.IdxX;");
        w.Line($"int i = {row};");
        foreach (var line in memory.Pointers.Select(p => p.ToString()).Concat(emitted.Once)) w.Line(line);
        emitted.Write(w);
        return sums || kept > 0 ? from + k.Threads + kept : from;
    }

    // ---- the scan

    private IReadOnlyList<string> Scan(string name, Learn learn, IReadOnlyDictionary<Node, RowTensor> tensors)
    {
        var memory = _model.Memories.Single(m => m.Name == learn.Memory);
        var prefill = Scan(name, memory, learn, tensors, decode: false);
        var decode = Scan(name + "Step", memory, learn, tensors, decode: true);
        return [$"if (Rows == Slices) {decode}", $"else {prefill}"];
    }

    private string Scan(string name, LinkedMemory memory, Learn learn, IReadOnlyDictionary<Node, RowTensor> tensors, bool decode)
    {
        var rows = new Dictionary<string, Node> { [Argument.Key.Name] = learn.Key, [Argument.Value.Name] = learn.Value, [Argument.Query.Name] = learn.Query };
        for (var i = 0; i < learn.Inputs.Count; i++) rows[memory.Optimiser is null ? "rate" : $"input{Numbers.Of(i)}"] = learn.Inputs[i];
        rows["answer"] = learn;
        DeviceKernelText? k = null;
        var scan = BlockScanEmitter.Emit(memory, _memories[memory.Name], decode, _precision.IsBf16, view => _precision.StoresBf16(tensors[rows[view]]), name + _precision.Suffix + "Parts", (w, threads) =>
        {
            k = New(name, threads, memory.Spec);

            // Unrolled, the products of one row take every register there is, and with heads of 96 some more.
            if (decode) (k.KeepsLoops, k.MinBlocks) = (true, 2);
            if (learn.TokenRate is not null) TokenRates(w, k, learn, threads, tensors);
        });
        k!.Comments.Add($"{tensors[learn].Name} = {learn.Call}({string.Join(", ", learn.Rows.Select(n => tensors[n].Name))}){(decode ? ", a row of each sequence" : "")}");
        k.Take("ArrayView<int>", "slices", "SliceRows");
        k.Take("ArrayView<long>", "positions", "Positions");
        k.Take("ArrayView<long>", "stateOffsets", "StateOffsets");
        k.Take("ArrayView<float>", "states", "States");
        k.Take("long", "layerOffset", _states.Of(memory.Carry).OfLayer("L"));
        foreach (var view in rows)
        {
            var tensor = tensors[view.Value];
            k.Take($"ArrayView<{_precision.ElementOf(tensor)}>", view.Key + "Rows", "_" + tensor.Name);
            k.Locals.Add($"const int {view.Key}Stride = {Numbers.Of(tensor.Columns)};");
        }
        for (var p = 0; p < memory.Parameters.Count; p++)
            if (!memory.Model.Weights[p].Fast)
                k.Take("ArrayView<float>", memory.Model.Weights[p].Name + "All", _layout.OnDevice(memory.Parameters[p].Name));
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
        w.Line($"// {Formulas.Of([("tokenRates", learn.TokenRate!)], n => KernelSummary.NameOf(n, tensors)).Last()}");
        var names = Fresh();
        var memory = new DeviceAddresses(_layout, k, tensors, NoTiles, names, _precision, null);
        var dialect = new ThreadDialect(loop => $"for (int j = thread; j < {loop.Bound}; j += {Numbers.Of(threads)})", _ => throw new CompileException("TTT155", "token rates are one pass"), null);
        var row = new RowCode(memory, dialect, null, [learn.TokenRate!], _ => Address.View(Expr.Name("tokenRates")), (_, _) => throw new CompileException("TTT155", "token rates are one pass"), names).Emit();
        foreach (var line in row.Once) w.Line(line);
        row.Write(w);
    }
}
