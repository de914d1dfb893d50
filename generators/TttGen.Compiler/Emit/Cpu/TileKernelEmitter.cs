using TttGen.Compiler.Ir;
using TttGen.Compiler.Scheduling;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit.Cpu;

/// <summary>A tile kernel as a C# method over pointers, generic in element type and vector width.</summary>
public sealed partial class TileKernelEmitter
{
    private readonly TileKernel _kernel;
    private readonly int _maxRows;
    private readonly NameTable _names;
    private readonly ScratchLayout _scratch = new();
    private readonly Dictionary<string, string> _transposed = [];
    private readonly TransposedReads _transposedReads;
    private bool _usesOne;

    private TileKernelEmitter(TileKernel kernel, int maxRows)
    {
        _kernel = kernel;
        _maxRows = maxRows;
        _transposedReads = new TransposedReads(kernel);
        _names = new NameTable(kernel.AllBuffers.Select(b => b.Name)
            .Concat(kernel.Program.Inputs.Select(i => i.Name))
            .Concat(kernel.Parameters.Where(p => p.Strided).Select(p => p.Name + "Row")));
    }

    /// <summary>Writes the method; answers how many elements of working memory it needs.</summary>
    public static long Emit(TileKernel kernel, int maxRows, CodeWriter w) => new TileKernelEmitter(kernel, maxRows).Run(w);

    private long Run(CodeWriter w)
    {
        foreach (var buffer in _kernel.AllBuffers.Where(b => b.Kind == BufferKind.Scratch))
            _scratch.Add(buffer.Name, Size(buffer.Shape), $"[{string.Join(", ", buffer.Shape)}]");

        var body = new CodeWriter { Indent = w.Indent + 1 };
        foreach (var stage in _kernel.Stages)
        {
            if (stage is not TransposeStage copy || !_transposedReads.IsMade(copy.Source)) body.Line();
            switch (stage)
            {
                case ClearStage c: Clear(c.Destination, body); break;
                case TransposeStage t when !_transposedReads.IsMade(t.Source): Transpose(t, body); break;
                case CopyStage c: Copy(c, body); break;
                case ContractStage c: Contract(c, body); break;
                case RowsStage r: Rows(r, body); break;
            }
            _transposedReads.Leave(stage);
            _scratch.Stage++;
        }
        var tensors = new List<string>();
        var scratchSize = _scratch.Place("scratch", tensors);

        w.Line($"/// <summary>{Texts.Xml(_kernel.Program.Summary)}</summary>");
        foreach (var p in _kernel.Parameters)
            w.Line($"/// <param name=\"{p.Name}\">[{string.Join(", ", p.Shape)}]{(p.Kind == BufferKind.InPlace ? ", in and out" : "")}</param>");
        var parameters = _kernel.Parameters.Select(p => IsByValue(p) ? $"T {p.Name}" : p.Strided ? $"T* {p.Name}, nint {p.Name}Row" : $"T* {p.Name}");
        w.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        w.Line($"public static void {_kernel.Program.Name}<T, V>({string.Join(", ", ["int n", .. parameters, "T* scratch"])})");
        w.Line("    where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T>");
        w.Line("{");
        w.Indent++;
        if (_usesOne) w.Line("T one = T.One;");
        foreach (var line in tensors) w.Line(line);
        if (_usesOne || tensors.Count > 0) w.Line();
        w.Indent--;
        foreach (var line in body.ToString().Trim('\n').Split('\n')) w.Line(line.Length == 0 ? "" : line.Substring(Math.Min(4 * w.Indent, line.Length)));
        w.Line("}");
        foreach (var line in _methods.ToString().TrimEnd('\n').Split('\n')) w.Line(line);
        return scratchSize;
    }

    private long Size(Axis[] shape) => shape.Aggregate(1L, (s, a) => s * (a.IsRows ? _maxRows : a.Size));

    private string Pointer(TileBuffer b) => Touched(b.Name);

    private string Touched(string name)
    {
        _scratch.Touch(name);
        return name;
    }

    private string Stride(TileBuffer b) => b.Strided ? b.Name + "Row" : Numbers.Of(b.Shape[b.Shape.Length - 1] is { IsRows: true } ? _maxRows : b.Shape[b.Shape.Length - 1].Size);

    /// <summary>A number that a kernel is given; all others lie in memory.</summary>
    private static bool IsByValue(TileBuffer b) => b is { Kind: BufferKind.Input, Shape.Length: 0 };

    /// <summary>A scalar's value.</summary>
    private string Number(TileBuffer b) => IsByValue(b) ? b.Name : "*" + Pointer(b);

    /// <summary>Zeros: rows apart, one by one.</summary>
    private void Clear(TileBuffer b, CodeWriter w)
    {
        if (b.Strided) w.Line($"for (int i = 0; i < {Bound(b.Shape[0])}; i++) new Span<T>({Pointer(b)} + i * {Stride(b)}, {Bound(b.Shape[1])}).Clear();");
        else w.Line($"new Span<T>({Pointer(b)}, {(b.Kind != BufferKind.Scratch && b.Shape.Length == 1 ? Bound(b.Shape[0]) : Numbers.Of(Size(b.Shape)))}).Clear();");
    }

    private void Transpose(TransposeStage t, CodeWriter w)
    {
        _transposedReads.Made(t.Source);
        w.Line($"// {t.Destination.Name} = {t.Source.Name}ᵀ");
        Transpose(t.Source, Pointer(t.Destination), Stride(t.Destination), w);
    }

    private void Transpose(TileBuffer source, string to, string toRow, CodeWriter w) =>
        w.Line($"Tile.Transpose<T, V>({Bound(source.Shape[0])}, {Bound(source.Shape[1])}, {Pointer(source)}, {Stride(source)}, {to}, {toRow});");

    private void Copy(CopyStage c, CodeWriter w)
    {
        w.Line($"// {c.Destination.Name} = {c.Source.Name}");
        if (c.Source.Shape.Length == 0)
        {
            w.Line($"{Number(c.Destination)} = {Number(c.Source)};");
            return;
        }
        var (rows, columns) = c.Source.Shape.Length == 1 ? ("1", Bound(c.Source.Shape[0])) : (Bound(c.Source.Shape[0]), Bound(c.Source.Shape[1]));
        w.Line($"for (int i = 0; i < {rows}; i++)");
        w.Line($"    new ReadOnlySpan<T>({Pointer(c.Source)} + i * {Stride(c.Source)}, {columns}).CopyTo(new Span<T>({Pointer(c.Destination)} + i * {Stride(c.Destination)}, {columns}));");
    }

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
        w.Line($"// {ProductFormula.Of(_kernel, c)}");
        if (c.IsDotProducts && !_transposedReads.IsNeeded(right))
        {
            w.Line($"Tile.MultiplyTransposed<T, V>({rows}, {inner}, {columns}, {a}, {aRow}, {b}, {bRow}, {to}, {toRow}, {TransposeScratch(c)});");
            return;
        }
        if (c.B.Transposed) (b, bRow) = Transposed(c, w);
        var triangle = c.Triangle == Triangle.None ? "" : c.Triangle.ToString();
        var size = $"{rows}, {inner}, {columns}";
        if (!c.Accumulate && scale is not null) Clear(c.Destination, w);
        w.Line(c.Accumulate || scale is not null
            ? $"Tile.Multiply{triangle}Add<T, V>({size}, {a}, {aRow}, {aStep}, {b}, {bRow}, {to}, {toRow}, {scale ?? "T.One"});"
            : $"Tile.Multiply{triangle}<T, V>({size}, {a}, {aRow}, {aStep}, {b}, {bRow}, {to}, {toRow});");
    }

    /// <summary>The right operand with rows and columns exchanged: once, for as long as it stays as it is.</summary>
    private (string Pointer, string Stride) Transposed(ContractStage c, CodeWriter w)
    {
        var source = BufferOf(c.B.Value!);
        var copy = _transposedReads.Copy(source);
        var (to, toRow) = copy is null ? (TransposeScratch(c), Numbers.Of(source.Shape[0] is { IsRows: true } ? _maxRows : source.Shape[0].Size)) : (Pointer(copy), Stride(copy));
        if (_transposedReads.IsMade(source)) return (to, toRow);
        _transposedReads.Made(source);
        Transpose(source, to, toRow, w);
        return (to, toRow);
    }

    private string TransposeScratch(ContractStage c)
    {
        var key = BufferOf(c.B.Value!).Name;
        if (_transposed.TryGetValue(key, out var known)) return Touched(known);
        var name = _names.Fresh(key + "Transposed");
        _scratch.Add(name, Size([c.Inner, c.Columns]), $"[{c.Inner}, {c.Columns}]");
        return _transposed[key] = Touched(name);
    }

    private string? ScaleText(ContractStage c)
    {
        var scalars = c.Scalars.Select(s => Number(BufferOf(s))).ToList();
        if (c.Constant == 1 && scalars.Count == 0) return null;
        if (scalars.Count == 0) return c.Constant == -1 ? "-T.One" : Constant(c.Constant);
        var product = string.Join(" * ", scalars);
        return c.Constant == 1 ? product : c.Constant == -1 ? "-" + product : $"{Constant(c.Constant)} * {product}";
    }

    internal static string Constant(double value) => value == 1 ? "T.One" : value == 0 ? "T.Zero" : $"T.CreateTruncating({Numbers.Of(value)})";

    // ---- rows

    private static readonly Expr I = Expr.Name("i");

    private void Rows(RowsStage stage, CodeWriter w)
    {
        // a method of its own: what is inlined into one method is limited, and a kernel's stages together would pass the limit
        var names = _names.Copy();
        var memory = new TileAddresses(this, stage, names);
        var body = new CodeWriter();
        var name = _methodNames.Fresh(_kernel.Program.Name + Names.Capital(stage.Stores.Count > 0 ? BufferOf(stage.Stores[0]).Name : stage.Sums[0].Destination.Name));
        SumTarget[] sums = [.. stage.Sums.Select(s => new SumTarget(s.Body, s.Access, memory.SumTarget(s)))];
        if (stage.RowAxis is not { } axis)
        {
            var row = new RowCode(memory, new LanesDialect(memory.Element), null, stage.Stores, memory.Target, (hint, size) => Address.Pointer(memory.Kept(hint, size, $"[{Numbers.Of(size)}]")), names) { Sums = sums }.Emit();
            foreach (var line in row.Once) body.Line(line);
            row.Write(body);
        }
        else
        {
            var rows = axis.IsRows ? _maxRows : axis.Size;
            new RowCode(memory, new LanesDialect(memory.Element), axis, stage.Stores, memory.Target, (hint, size) => Address.Pointer(Expr.Name(memory.Kept(hint, (long)rows * size, $"[{axis}, {Numbers.Of(size)}]")) + I * Expr.Of(size)), names) { Sums = sums }
                .EmitPassByPass(body, $"for (int i = 0; i < {Bound(axis)}; i++)", memory.TakePointers, kept => memory.Kept(kept + "Of", rows, $"[{axis}]"));
        }
        w.Line($"{name}<T, V>({string.Join(", ", new[] { "n" }.Concat(memory.Used.Select(u => u.Name)))});");
        _methods.Line();
        var partNames = new NameTable([]);
        (RowSum Sum, string Name)[] parts = [.. stage.Sums.Select(s => (s, partNames.Fresh(s.Destination.Name + "Part")))];
        foreach (var line in Formulas.Of([.. stage.Stores.Select(s => (BufferOf(s).Name, s)), .. parts.Select(p => (p.Name, p.Sum.Body))], n => _kernel.Buffers.TryGetValue(n, out var b) ? b.Name : null,
            n => _kernel.Accumulations.TryGetValue(n, out var a) ? new StoredPart(a.Buffer.Name, a.Rest) : null)) _methods.Line("// " + line);
        foreach (var (sum, part) in parts) _methods.Line($"// {sum.Destination.Name} += {(stage.RowAxis is null ? "" : "Σ_i ")}{part}");
        _methods.Line("[MethodImpl(MethodImplOptions.AggressiveOptimization)]");
        _methods.Line($"private static void {name}<T, V>({string.Join(", ", new[] { "int n" }.Concat(memory.Used.Select(u => $"{u.Type} {u.Name}")))})");
        _methods.Line("    where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T>");
        _methods.Line("{");
        foreach (var line in body.ToString().TrimEnd('\n').Split('\n')) _methods.Line(line.Length == 0 ? "" : "    " + line);
        _methods.Line("}");
    }

    private readonly CodeWriter _methods = new();
    private readonly NameTable _methodNames = new([]);

    /// <summary>Working memory that one stage's passes hand on.</summary>
    private string Kept(string name, long size, string shape)
    {
        var unique = _names.Fresh(name);
        _scratch.Add(unique, size, shape);
        return unique;
    }
}
