using TttGen.Compiler.Ir;
using TttGen.Compiler.Language;
using TttGen.Compiler.Scheduling;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit.Cpu;

/// <summary>The kernels of a model over packed rows, each a method: of inference, or of a model that learns.</summary>
internal sealed partial class KernelMethods : IPlanKernels
{
    private readonly LinkedModel _model;
    private readonly ModelLayout _layout;
    private readonly CarryLayout _states;
    private readonly IReadOnlyDictionary<string, ScanEmitter.Scan> _scans;
    private readonly bool _learns;
    private readonly HashSet<string> _taken;
    private readonly List<string> _scratch = [];
    private readonly List<string> _methods = [];
    private readonly List<string> _parts = [];
    private readonly List<string> _calls = [];
    private readonly List<(string Name, int Columns)> _sums = [];
    private int _keptElements;

    /// <param name="model">The model.</param>
    /// <param name="layout">Its fields.</param>
    /// <param name="states">Its carries.</param>
    /// <param name="scans">The scan of each memory.</param>
    /// <param name="tensors">All rows in memory: their names are taken.</param>
    /// <param name="learns">Work is divided in the same way for any number of workers, and states are not overwritten.</param>
    public KernelMethods(LinkedModel model, ModelLayout layout, CarryLayout states, IReadOnlyDictionary<string, ScanEmitter.Scan> scans, IEnumerable<RowTensor> tensors, bool learns)
    {
        _model = model;
        _layout = layout;
        _states = states;
        _scans = scans;
        _learns = learns;
        _taken = [.. model.Parameters.Select(p => Names.Lower(p.Name)), .. tensors.Select(t => t.Name)];
        if (learns)
            foreach (var p in model.Parameters)
            {
                _taken.Add(Names.Lower(p.Name) + KernelLocals.GradientOf);
                _taken.Add(Names.Lower(p.Name) + KernelLocals.Transposed);
            }
    }

    /// <summary>The method of each kernel, by its number.</summary>
    public IReadOnlyList<string> Calls => _calls;

    /// <summary>The methods' text, in order.</summary>
    public IReadOnlyList<string> Methods => _methods;

    /// <summary>Sums over rows: [blocks of rows, columns].</summary>
    public IReadOnlyList<(string Name, int Columns)> Sums => _sums;

    /// <inheritdoc/>
    public IEnumerable<string> Halo(RowTensor tensor)
    {
        var rows = $"_{tensor.Name}, {Numbers.Of(tensor.Columns)}, {Numbers.Of(tensor.Halo)}";
        if (tensor.Ahead) return [$"ClearHalo({rows});"];
        var at = _states.Of(tensor).OfLayer("");
        return [$"EnterHalo({rows}, {at});", $"LeaveHalo({rows}, {at});"];
    }

    /// <inheritdoc/>
    public IEnumerable<string> HandOn(RowTensor stream, RowTensor result) =>
    [
        $"float* swapped = _{stream.Name};",
        $"_{stream.Name} = _{result.Name};",
        $"_{result.Name} = swapped;",
        $"Observe(_{stream.Name}, {Numbers.Of(stream.Columns)});",
    ];

    /// <summary>The number of the head's kernel.</summary>
    public int Head { get; private set; }

    /// <summary>The expression of the working memory that a worker needs.</summary>
    public void WriteScratchSize(CodeWriter w)
    {
        w.Line("/// <summary>Elements of working memory that a worker needs: the largest of any kernel.</summary>");
        if (_scratch.Count == 0)
        {
            w.Line($"private const long ScratchSize = {Numbers.Of(_keptElements)};").Line();
            return;
        }
        w.Line("private static readonly long ScratchSize = new long[]").Line("{");
        foreach (var s in _scratch.Distinct()) w.Line($"    {s},");
        w.Line($"}}.Max(){(_keptElements > 0 ? $" + {Numbers.Of(_keptElements)}" : "")};").Line();
    }

    /// <summary>Execute: a kernel by its number, in the widest lanes that there are.</summary>
    public void WriteExecute(CodeWriter w)
    {
        w.Open("public override void Execute(int kernel, int worker, int workers)");
        w.Line("if (Vector512.IsHardwareAccelerated) Execute<Lanes512>(kernel, worker, workers);");
        w.Line("else if (Vector256.IsHardwareAccelerated) Execute<Lanes256>(kernel, worker, workers);");
        w.Line("else Execute<Lanes128>(kernel, worker, workers);");
        w.Close().Line();
        w.Open("private void Execute<V>(int kernel, int worker, int workers) where V : struct, ILanes<V, float>");
        w.Open("switch (kernel)");
        for (var k = 0; k < _calls.Count; k++) w.Line($"case {Numbers.Of(k)}: {_calls[k]}<V>(worker, workers); break;");
        w.Close();
        w.Close();
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Add(RowKernel kernel, IReadOnlyDictionary<Node, RowTensor> tensors)
    {
        if (kernel is MatrixGradientKernel gradient) return MatrixGradients(gradient, tensors);
        var before = kernel is SequenceKernel { Primitive: Attend attends } ? AppendKeys(kernel.Name, attends, tensors) : null;
        var id = NextId(kernel.Name);
        var locals = Locals();
        var names = Fresh();
        // sums over rows are locals of the kernel, too
        foreach (var sum in kernel switch { RowsKernel r => r.Sums, VectorKernel v => v.Sums, _ => [] }) names.Fresh(sum.Name);
        var body = new CodeWriter();
        switch (kernel)
        {
            case LookupKernel l: Lookup(l, tensors, locals, body); break;
            case RowsKernel r: Rows(r, tensors, locals, names, body); break;
            case SequenceKernel { Primitive: Learn learn }: Scan(learn, tensors, locals, names, body); break;
            case SequenceKernel { Primitive: Attend attend } s: Attention(s, attend, tensors, locals, body); break;
            case SequenceKernel { Primitive: Rotate rotate }: Rotation(rotate, tensors, locals, body); break;
            case SequenceKernel { Primitive: Recur recur }: Recurrence(recur, tensors, locals, body); break;
            case ProductKernel p: Multiply(p, tensors, locals, names, body); break;
            case SequenceGradientKernel { Primitive: Learn learn } l: LearnBackward(learn, l, tensors, locals, names, body); break;
            case SequenceGradientKernel { Primitive: Attend attend } g: AttentionBackward(attend, g, tensors, locals, body); break;
            case SequenceGradientKernel { Primitive: Recur recur } g: RecurrenceBackward(recur, g, tensors, locals, body); break;
            case ScatterKernel s: Scatter(s, tensors, locals, body); break;
            case VectorKernel v: Vectors(v, tensors, locals, names, body); break;
            default: throw new CompileException("TTT162", $"{kernel.Name} has no code on a CPU");
        }
        IReadOnlyList<string> formulas = kernel switch
        {
            RowsKernel rows => Formulas.Of([.. rows.Stores.Select(s => (tensors[s].Name, s)), .. rows.Sums.Select(s => (s.Name, s.Node))], n => KernelSummary.NameOf(n, tensors)),
            VectorKernel v => Formulas.Of([.. v.Gradients.Select(g => (Names.Lower(g.Parameter.Name) + KernelLocals.GradientOf, g.Gradient))], n => v.Sums.FirstOrDefault(s => s.Node == n)?.Name ?? KernelSummary.NameOf(n, tensors)),
            _ => [],
        };
        Write(kernel.Name, Title(id, kernel, tensors), formulas, locals, body);
        if (kernel is ProductKernel { IsHead: true }) Head = id;
        var run = $"{(kernel is LookupKernel or RowsKernel { Sums.Count: 0 } or SequenceKernel { Primitive: Rotate } ? "RunRows" : "Run")}({Numbers.Of(id)}); // {kernel.Name}";
        if (before is not null) return [before, run];
        if (kernel is SequenceGradientKernel { Primitive: Recur shared } places && AddPlaces(shared, places, tensors) is { } after) return [run, after];
        return _learns && kernel is SequenceKernel { Primitive: Learn watched } ? [run, InnerLossProbe(watched, tensors)] : [run];
    }

    private int NextId(string method)
    {
        _calls.Add(method);
        return _calls.Count - 1;
    }

    private static string Title(int id, RowKernel kernel, IReadOnlyDictionary<Node, RowTensor> tensors) => $"{Numbers.Of(id)}. {KernelSummary.Of(kernel, tensors.ToDictionary(t => t.Key, t => t.Value.Name))}";

    /// <summary>A kernel's method, and those that it is made of.</summary>
    private void Write(string name, string title, IReadOnlyList<string> formulas, KernelLocals locals, CodeWriter body)
    {
        var w = new CodeWriter();
        w.Line("// " + title);
        foreach (var line in formulas) w.Line("// " + line);
        w.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        w.Open($"private void {name}<V>(int worker, int workers) where V : struct, ILanes<V, float>");
        foreach (var line in locals.Lines) w.Line(line);
        foreach (var line in body.ToString().TrimEnd('\n').Split('\n')) w.Line(line);
        w.Close();
        _methods.Add(w.ToString());
        _methods.AddRange(_parts);
        _parts.Clear();
    }

    private static void Lookup(LookupKernel kernel, IReadOnlyDictionary<Node, RowTensor> tensors, KernelLocals locals, CodeWriter w)
    {
        var to = locals.Tensor(tensors[kernel.Lookup]);
        var table = locals.Matrix(kernel.Lookup.Table);
        w.Line("var (first, end) = RowShare.OfRows(Rows, worker, workers);");
        w.Line($"for (int i = first; i < end; i++) {table}.GetRow(TokenIds[i], {to} + (nint)i * {Numbers.Of(tensors[kernel.Lookup].Stride)});");
    }

    private void Rows(RowsKernel kernel, IReadOnlyDictionary<Node, RowTensor> tensors, KernelLocals locals, NameTable names, CodeWriter w)
    {
        var memory = new KernelAddresses(_layout, locals, tensors, new Dictionary<Node, string>(), null, names);
        if (kernel.Sums.Count == 0)
        {
            w.Line("var (first, end) = RowShare.OfRows(Rows, worker, workers);");
            var row = RowText(memory, kernel.Stores, [], n => memory.RowOf(tensors[n], 0), names, w);
            w.Open("for (int i = first; i < end; i++)");
            Paste(memory, row, w);
            w.Close();
            return;
        }
        w.Line("// a sum for each block of rows, so that it does not depend on who makes it");
        w.Line("var (firstBlock, endBlock) = RowShare.OfSums(Rows, worker, workers);");
        var code = RowText(memory, kernel.Stores, [.. kernel.Sums.Select(s => new SumTarget(s.Body, Access.AlongRow, Address.Pointer(s.Name)))], n => memory.RowOf(tensors[n], 0), names, w);
        w.Open("for (int b = firstBlock; b < endBlock; b++)");
        foreach (var s in kernel.Sums)
        {
            var columns = s.Node.Shape[0].Size;
            _sums.Add((s.Name, columns));
            w.Line($"float* {s.Name} = _{s.Name} + (nint)b * {Numbers.Of(Rounded(columns))}; // [{Numbers.Of(columns)}]");
            w.Line($"new Span<float>({s.Name}, {Numbers.Of(columns)}).Clear();");
        }
        w.Line("int end = Math.Min(Rows, (b + 1) * RowShare.SumRows);");
        w.Open("for (int i = b * RowShare.SumRows; i < end; i++)");
        Paste(memory, code, w);
        w.Close();
        w.Close();
    }

    private EmittedRow RowText(KernelAddresses memory, IReadOnlyList<Node> stores, IReadOnlyList<SumTarget> sums, Func<Node, Address> target, NameTable names, CodeWriter outer) =>
        Emitted(new RowCode(memory, new LanesDialect(memory.Element), Axis.Rows, stores, target, (hint, size) => KeptRow(hint, size, names, outer), names) { Sums = sums }, outer);

    private static EmittedRow Emitted(RowCode code, CodeWriter outer)
    {
        var row = code.Emit();
        foreach (var line in row.Once) outer.Line(line);
        return row;
    }

    /// <summary>Working memory for values along a row that several passes read.</summary>
    private Address KeptRow(string hint, int size, NameTable names, CodeWriter outer)
    {
        var name = names.Fresh(hint);
        outer.Line($"float* {name} = {Keep(size)}; // [{Numbers.Of(size)}]");
        return Address.Pointer(name);
    }

    /// <summary>A worker's memory for so many elements, which no other kernel uses.</summary>
    private string Keep(int size)
    {
        _keptElements += Rounded(size);
        return $"Scratch(worker) + ScratchSize - {Numbers.Of(_keptElements)}";
    }

    private KernelLocals Locals() => new(_layout, Keep);

    private static int Rounded(int size) => (size + 15) / 16 * 16;

    private static void Paste(KernelAddresses memory, EmittedRow row, CodeWriter w)
    {
        foreach (var pointer in memory.Pointers) w.Line(pointer.ToString());
        row.Write(w);
    }

    private NameTable Fresh() => new(_taken.Concat(["worker", "workers", "share", "block", "first", "rows", "r", "p", "b", "c0", "columns", "end", "item", "slice", "head", "state", "to", "a", "tile"]));

    private static int Panels(int columns) => (columns + 31) / 32;
}
