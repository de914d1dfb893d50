using TttGen.Compiler.Ir;
using TttGen.Compiler.Scheduling;

namespace TttGen.Compiler.Emit;

/// <summary>A tile kernel as a C# method over pointers, generic in element type and vector width.</summary>
public sealed class TileKernelEmitter
{
    private readonly TileKernel _kernel;
    private readonly int _maxRows;
    private readonly NameTable _names;
    private readonly List<string> _scratch = [];
    private readonly Dictionary<string, string> _transposed = [];
    private long _scratchSize;
    private bool _usesOne;

    private TileKernelEmitter(TileKernel kernel, int maxRows)
    {
        _kernel = kernel;
        _maxRows = maxRows;
        _names = new NameTable(kernel.Buffers.Values.Select(b => b.Name).Concat(kernel.Accumulations.Values.Select(a => a.Buffer.Name))
            .Concat(kernel.Program.Inputs.Select(i => i.Name))
            .Concat(kernel.Parameters.Where(p => p.Strided).Select(p => p.Name + "Row")));
    }

    /// <summary>Writes the method; answers how many elements of working memory it needs.</summary>
    public static long Emit(TileKernel kernel, int maxRows, CodeWriter w) => new TileKernelEmitter(kernel, maxRows).Run(w);

    private long Run(CodeWriter w)
    {
        foreach (var buffer in _kernel.Buffers.Values.Concat(_kernel.Accumulations.Values.Select(a => a.Buffer)).Where(b => b.Kind == BufferKind.Scratch).Distinct())
            Allocate(buffer.Name, Size(buffer.Shape), $"[{string.Join(", ", buffer.Shape)}]");

        var body = new CodeWriter { Indent = w.Indent + 1 };
        foreach (var stage in _kernel.Stages)
        {
            body.Line();
            switch (stage)
            {
                case ClearStage c: body.Line($"new Span<T>({Pointer(c.Destination)}, {Numbers.Of(Size(c.Destination.Shape))}).Clear();"); break;
                case ContractStage c: Contract(c, body); break;
                case RowsStage r: Rows(r, body); break;
            }
        }

        w.Line($"/// <summary>{Xml(_kernel.Program.Summary)}</summary>");
        foreach (var p in _kernel.Parameters)
            w.Line($"/// <param name=\"{p.Name}\">[{string.Join(", ", p.Shape)}]{(p.Kind == BufferKind.InPlace ? ", replaced" : "")}</param>");
        var parameters = _kernel.Parameters.Select(p => p.Shape.Length == 0 ? $"T {p.Name}" : p.Strided ? $"T* {p.Name}, nint {p.Name}Row" : $"T* {p.Name}");
        w.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        w.Line($"public static void {_kernel.Program.Name}<T, V>(int n, {string.Join(", ", parameters)}, T* scratch)");
        w.Line("    where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T>");
        w.Line("{");
        w.Indent++;
        if (_usesOne) w.Line("T one = T.One;");
        foreach (var line in _scratch) w.Line(line);
        w.Indent--;
        foreach (var line in body.ToString().TrimEnd('\n').Split('\n')) w.Line(line.Length == 0 ? "" : line.Substring(Math.Min(4 * w.Indent, line.Length)));
        w.Line("}");
        foreach (var line in _methods.ToString().TrimEnd('\n').Split('\n')) w.Line(line);
        return _scratchSize;
    }

    internal static string Xml(string text) => text.Replace("&", "&amp;").Replace("<", "&lt;");

    private void Allocate(string name, long size, string shape)
    {
        _scratch.Add($"T* {name} = scratch{Plus(_scratchSize)}; // {shape}");
        _scratchSize += (size + 15) / 16 * 16;
    }

    internal static string Plus(long offset) => offset == 0 ? "" : " + " + Numbers.Of(offset);

    private long Size(Axis[] shape) => shape.Aggregate(1L, (s, a) => s * (a.IsRows ? _maxRows : a.Size));

    private static string Pointer(TileBuffer b) => b.Name;

    private string Stride(TileBuffer b) => b.Strided ? b.Name + "Row" : Numbers.Of(b.Shape[b.Shape.Length - 1] is { IsRows: true } ? _maxRows : b.Shape[b.Shape.Length - 1].Size);

    private static string Bound(Axis? axis) => axis is not { } a ? "1" : a.IsRows ? "n" : Numbers.Of(a.Size);

    private TileBuffer BufferOf(Node n) => _kernel.Buffers[n];

    // ---- products

    private void Contract(ContractStage c, CodeWriter w)
    {
        var (rows, inner, columns) = (Bound(c.Rows), Bound(c.Inner), Bound(c.Columns));
        string a, aRow, aStep;
        if (c.A.Value is null)
        {
            _usesOne = true;
            (a, aRow, aStep) = ("&one", "0", "0");
        }
        else
        {
            var buffer = BufferOf(c.A.Value);
            a = Pointer(buffer);
            (aRow, aStep) = buffer.Shape.Length == 1 ? ("0", "1") : c.A.Transposed ? ("1", Stride(buffer)) : (Stride(buffer), "1");
        }
        var right = BufferOf(c.B.Value!);
        var (b, bRow) = (Pointer(right), Stride(right));
        var to = Pointer(c.Destination);
        var toRow = c.Destination.Shape.Length == 1 ? "0" : Stride(c.Destination);
        var scale = ScaleText(c);
        w.Line($"// {Formula(c)}");
        if (c.B.Transposed && !c.Accumulate && !c.Lower && scale is null && aStep == "1")
        {
            w.Line($"Tile.MultiplyTransposed<T, V>({rows}, {inner}, {columns}, {a}, {aRow}, {b}, {bRow}, {to}, {toRow}, {TransposeScratch(c)});");
            return;
        }
        if (c.B.Transposed)
        {
            var t = TransposeScratch(c);
            w.Line($"Tile.Transpose<T, V>({columns}, {inner}, {b}, {bRow}, {t}, {columns});");
            (b, bRow) = (t, columns);
        }
        var lower = c.Lower ? "Lower" : "";
        var size = $"{rows}, {inner}, {columns}";
        if (!c.Accumulate && scale is not null) w.Line($"new Span<T>({to}, {Numbers.Of(Size(c.Destination.Shape))}).Clear();");
        w.Line(c.Accumulate || scale is not null
            ? $"Tile.Multiply{lower}Add<T, V>({size}, {a}, {aRow}, {aStep}, {b}, {bRow}, {to}, {toRow}, {scale ?? "T.One"});"
            : $"Tile.Multiply{lower}<T, V>({size}, {a}, {aRow}, {aStep}, {b}, {bRow}, {to}, {toRow});");
    }

    private string TransposeScratch(ContractStage c)
    {
        var key = BufferOf(c.B.Value!).Name;
        if (_transposed.TryGetValue(key, out var known)) return known;
        var name = _names.Fresh(key + "Transposed");
        Allocate(name, Size([c.Inner, c.Columns]), $"[{c.Inner}, {c.Columns}]");
        return _transposed[key] = name;
    }

    private static string? ScaleText(ContractStage c)
    {
        var scalars = c.Scalars.Select(s => s is Input i ? i.Name : throw new CompileException("TTT108", "the scale of a product is not an input")).ToList();
        if (c.Constant == 1 && scalars.Count == 0) return null;
        if (scalars.Count == 0) return c.Constant == -1 ? "-T.One" : Constant(c.Constant);
        var product = string.Join(" * ", scalars);
        return c.Constant == 1 ? product : c.Constant == -1 ? "-" + product : $"{Constant(c.Constant)} * {product}";
    }

    private string Formula(ContractStage c)
    {
        var right = BufferOf(c.B.Value!).Name + (c.B.Transposed ? "ᵀ" : "");
        var product = c.A.Value is null ? $"sum of the rows of {right}" : $"{BufferOf(c.A.Value).Name}{(c.A.Transposed ? "ᵀ" : "")} · {right}";
        var factors = c.Scalars.Cast<Input>().Select(s => s.Name).ToList();
        var size = Math.Abs(c.Constant);
        if (size != 1) factors.Insert(0, Numbers.Short(size));
        var sign = (c.Accumulate, c.Constant < 0) switch { (true, true) => "−=", (true, false) => "+=", (false, true) => "= −", _ => "=" };
        return $"{c.Destination.Name} {sign} {string.Concat(factors.Select(s => s + " · "))}{product}{(c.Lower ? ", its lower triangle" : "")}";
    }

    private static string Constant(double value) => value == 1 ? "T.One" : value == 0 ? "T.Zero" : $"T.CreateTruncating({Numbers.Of(value)})";

    // ---- rows

    private void Rows(RowsStage stage, CodeWriter w)
    {
        // a method of its own: what is inlined into one method is limited, and a kernel's stages together would pass the limit
        var names = _names.Copy();
        var memory = new TileMemory(this, stage, names);
        var body = new CodeWriter();
        var name = _methodNames.Fresh(_kernel.Program.Name + Capital(BufferOf(stage.Stores[0]).Name));
        if (stage.RowAxis is not { } axis)
        {
            var passes = new CodeWriter();
            foreach (var line in new RowCode(memory, null, stage.Stores, memory.Target, (hint, size) => memory.Kept(hint, size, $"[{Numbers.Of(size)}]"), names).Emit(passes)) body.Line(line);
            foreach (var line in passes.ToString().TrimEnd('\n').Split('\n')) body.Line(line);
        }
        else
        {
            var rows = axis.IsRows ? _maxRows : axis.Size;
            new RowCode(memory, axis, stage.Stores, memory.Target, (hint, size) => memory.Kept(hint, (long)rows * size, $"[{axis}, {Numbers.Of(size)}]"), names)
                .EmitPassByPass(body, $"for (int i = 0; i < {Bound(axis)}; i++)", memory.TakePointers, kept => memory.Kept(kept + "Of", rows, $"[{axis}]"));
        }
        w.Line($"{name}<T, V>({string.Join(", ", new[] { "n" }.Concat(memory.Used.Select(u => u.Name)))});");
        _methods.Line();
        foreach (var line in Formulas.Of([.. stage.Stores.Select(s => (BufferOf(s).Name, s))], n => _kernel.Buffers.TryGetValue(n, out var b) ? b.Name : null,
            n => _kernel.Accumulations.TryGetValue(n, out var a) ? new StoredPart(a.Buffer.Name, a.Rest) : null)) _methods.Line("// " + line);
        _methods.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        _methods.Line($"private static void {name}<T, V>({string.Join(", ", new[] { "int n" }.Concat(memory.Used.Select(u => $"{u.Type} {u.Name}")))})");
        _methods.Line("    where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T>");
        _methods.Line("{");
        foreach (var line in body.ToString().TrimEnd('\n').Split('\n')) _methods.Line(line.Length == 0 ? "" : "    " + line);
        _methods.Line("}");
    }

    private static string Capital(string name) => char.ToUpperInvariant(name[0]) + name.Substring(1);

    private readonly CodeWriter _methods = new();
    private readonly NameTable _methodNames = new([]);

    /// <summary>Working memory that one stage's passes hand on.</summary>
    private string Kept(string name, long size, string shape)
    {
        var unique = _names.Fresh(name);
        Allocate(unique, size, shape);
        return unique;
    }

    private sealed class TileMemory : IRowMemory
    {
        private readonly TileKernelEmitter _emitter;
        private readonly NameTable _names;
        private readonly Dictionary<string, string> _rows = [];

        public TileMemory(TileKernelEmitter emitter, RowsStage stage, NameTable names)
        {
            _emitter = emitter;
            _names = names;
            MaskFree = stage.Stores.Where(s => Triangles.Of(s) != Triangle.None).All(s =>
                emitter._kernel.Stages.OfType<ContractStage>().Any(c => c.A.Value == s && c.Lower)
                && emitter._kernel.Stages.OfType<ContractStage>().All(c => c.B.Value != s && (c.A.Value != s || c.Lower)));
        }

        private readonly List<string> _pointers = [];

        /// <summary>What the stage's method takes.</summary>
        public List<(string Type, string Name)> Used { get; } = [];

        private string Use(string type, string name)
        {
            if (!Used.Contains((type, name))) Used.Add((type, name));
            return name;
        }

        public string Kept(string name, long size, string shape) => Use("T*", _emitter.Kept(name, size, shape));

        public IReadOnlyList<string> TakePointers()
        {
            var taken = _pointers.ToArray();
            _pointers.Clear();
            _rows.Clear();
            return taken;
        }

        public bool MaskFree { get; }

        public string Element => "T";

        public string Constant(double value) => TileKernelEmitter.Constant(value);

        public ColumnLoop Loop(Axis axis) => axis.IsRows ? new("n", "n", false) : new(Numbers.Of(axis.Size), Numbers.Of(axis.Size), axis.Size % 16 == 0);

        public bool IsGiven(Node node) => false;

        public bool IsStored(Node node) => _emitter._kernel.Buffers.ContainsKey(node);

        public string Row(Node node, string role) => RowOf(_emitter.BufferOf(node), role);

        private string RowOf(TileBuffer buffer, string role)
        {
            Use("T*", buffer.Name);
            if (role != "rc") return buffer.Name;
            if (buffer.Strided) Use("nint", buffer.Name + "Row");
            if (_rows.TryGetValue(buffer.Name, out var known)) return known;
            var name = _names.FreshInside(buffer.Name + "At");
            _pointers.Add($"T* {name} = {buffer.Name} + i * {_emitter.Stride(buffer)};");
            return _rows[buffer.Name] = name;
        }

        public string Scalar(Node node, string role)
        {
            var buffer = _emitter.BufferOf(node);
            return buffer.Shape.Length == 0 ? Use("T", buffer.Name) : $"{Use("T*", buffer.Name)}[i]";
        }

        public Partial? Accumulated(Node node, string role) => _emitter._kernel.Accumulations.TryGetValue(node, out var a)
            ? new Partial(Roles.IsVector(role) ? RowOf(a.Buffer, role) : "", role == "r" ? $"{Use("T*", a.Buffer.Name)}[i]" : a.Buffer.Name, a.Rest)
            : null;

        public string? Special(Node node, Func<Node, string> vector, ColumnLoop loop) => null;

        public string Target(Node node)
        {
            var buffer = _emitter.BufferOf(node);
            return buffer.Shape.Length switch
            {
                0 => buffer.Name,
                1 => node.Shape[0].IsRows ? $"{Use("T*", buffer.Name)}[i]" : Use("T*", buffer.Name),
                _ => RowOf(buffer, "rc"),
            };
        }
    }
}
