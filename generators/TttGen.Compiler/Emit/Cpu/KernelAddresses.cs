using TttGen.Compiler.Ir;
using TttGen.Compiler.Language;
using TttGen.Compiler.Scheduling;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit.Cpu;

/// <summary>Rows, parameters and tiles as a model's kernels see them: row i of the call, columns from c0 where a panel is at work.</summary>
internal sealed class KernelAddresses : IAddressMap
{
    private readonly ModelLayout _layout;
    private readonly KernelLocals _locals;
    private readonly IReadOnlyDictionary<Node, RowTensor> _tensors;
    private readonly IReadOnlyDictionary<Node, string> _tiles;
    private readonly int? _panelColumns;
    private readonly NameTable _names;
    private readonly Dictionary<string, string> _rows = [];

    /// <param name="layout">The model's fields.</param>
    /// <param name="locals">The kernel's pointers.</param>
    /// <param name="tensors">Stored rows.</param>
    /// <param name="tiles">Finished products of the panel at work; empty outside an epilogue.</param>
    /// <param name="panelColumns">Columns of the product in an epilogue; null: whole rows.</param>
    /// <param name="names">Unique names of the kernel.</param>
    public KernelAddresses(ModelLayout layout, KernelLocals locals, IReadOnlyDictionary<Node, RowTensor> tensors, IReadOnlyDictionary<Node, string> tiles, int? panelColumns, NameTable names)
    {
        _layout = layout;
        _locals = locals;
        _tensors = tensors;
        _tiles = tiles;
        _panelColumns = panelColumns;
        _names = names;
    }

    /// <summary>Pointers to put at the start of a row's code.</summary>
    public List<string> Pointers { get; } = [];

    /// <summary>Vectors in memory: sums over rows and over heads.</summary>
    public IReadOnlyDictionary<Node, string> Vectors { get; init; } = new Dictionary<Node, string>();

    public string Element => "float";

    public bool MaskIsImplied => true;

    private string Column => _panelColumns is null ? "" : " + c0";

    public string Constant(double value) => Numbers.OfSingle(value);

    public ColumnLoop Loop(Axis axis) => _panelColumns is { } columns
        ? columns % 32 == 0 ? new("32", "32", true) : new("columns", "columns", columns % 16 == 0)
        : new(Numbers.Of(axis.Size), Numbers.Of(axis.Size), axis.Size % 16 == 0);

    public Input? Replaced(Node node) => null;

    public bool IsInRegister(Node node) => _tiles.ContainsKey(node);

    public bool IsStored(Node node) => _tiles.ContainsKey(node) || _tensors.ContainsKey(node) || Vectors.ContainsKey(node);

    public string Row(Node node, Access access)
    {
        if (_tiles.TryGetValue(node, out var tile)) return $"{tile} + r * 32";
        if (_tensors.TryGetValue(node, out var tensor)) return RowOf(tensor, 0);
        if (Vectors.TryGetValue(node, out var vector)) return vector;
        if (node is Harmonic) return "_harmonic" + Column;
        return node is Input input ? _locals.Parameter(input) + Column : throw new CompileException("TTT150", "a value is not in memory");
    }

    /// <summary>How far ahead of a panel's columns memory is asked for: measured, 8 and 16 rows alike.</summary>
    private const int RowsAhead = 8;

    public string RowOf(RowTensor tensor, int by)
    {
        var key = tensor.Name + (by == 0 ? "" : (by > 0 ? "Back" : "Ahead") + Numbers.Of(Math.Abs(by)));
        if (_rows.TryGetValue(key, out var known)) return known;
        var name = _names.Fresh(key + "At");
        Pointers.Add($"float* {name} = {_locals.Tensor(tensor)} + {RowIndex(tensor.Halo, by)} * {Numbers.Of(tensor.Stride)}{Column};");
        if (Column.Length > 0) Pointers.Add($"Prefetching.Row({name} + {Numbers.Of(RowsAhead * tensor.Stride)});");
        return _rows[key] = name;
    }

    private static string RowIndex(int halo, int by) => halo == 0 ? "(nint)i" : $"((nint)i + (SliceOf[i] + 1) * {Numbers.Of(halo)}{(by == 0 ? "" : by > 0 ? $" - {Numbers.Of(by)}" : $" + {Numbers.Of(-by)}")})";

    public string Scalar(Node node, Access access) => node is Setting setting ? $"(float){_layout.Setting(setting.Name)}" : throw new CompileException("TTT151", "a scalar is not in memory");

    public Partial? Accumulated(Node node, Access access) => null;

    public string? Special(Node node, Func<Node, string> vector, Func<Node, string> swapped, Func<string, string> load)
    {
        switch (node)
        {
            case Shift s:
                return load(RowOf(_tensors[s.Argument], s.By));
            case RotatePairs r:
                var table = _layout.Rotary(r);
                var rotated = vector(r.Argument);
                if (r.Back) return $"{rotated} * {load(TableRow(r, table, "Cosine"))} - {swapped(r.Argument)} * {load(TableRow(r, table, "Sine"))}";
                return $"V.MultiplyAdd({swapped(r.Argument)}, {load(TableRow(r, table, "Sine"))}, {rotated} * {load(TableRow(r, table, "Cosine"))})";
            default:
                return null;
        }
    }

    private string TableRow(RotatePairs rotation, string table, string part)
    {
        if (_rows.TryGetValue(table + part, out var known)) return known;
        var name = _names.Fresh(Names.Lower(part) + "At");
        var period = Numbers.Of(rotation.Period);
        // an unsigned remainder by a constant is a few instructions, and a mask for powers of two
        Pointers.Add($"float* {name} = {_locals.Rotary(table, part)} + (nint)((ulong)Positions[i] % {period}) * {Numbers.Of(rotation.Shape[1].Size)}{Column};");
        return _rows[table + part] = name;
    }
}

/// <summary>Pointers that a kernel takes into locals, in the order of their first use.</summary>
internal sealed class KernelLocals(ModelLayout layout)
{
    private readonly Dictionary<string, string> _locals = [];

    public List<string> Lines { get; } = [];

    public string Tensor(RowTensor tensor)
    {
        if (_locals.TryGetValue(tensor.Name, out var known)) return known;
        Lines.Add($"float* {tensor.Name} = _{tensor.Name}; // [rows, {Numbers.Of(tensor.Columns)}]{(tensor.Stride == tensor.Columns ? "" : $", rows {Numbers.Of(tensor.Stride)} apart")}");
        return _locals[tensor.Name] = tensor.Name;
    }

    /// <summary>Cosines or sines of a rotary table.</summary>
    public string Rotary(string table, string part)
    {
        var local = table.Substring(1) + part + "s";
        if (_locals.ContainsKey(local)) return local;
        Lines.Add($"float* {local} = {table}.{part}s;");
        return _locals[local] = local;
    }

    /// <summary>A vector parameter, or a tap of one.</summary>
    public string Parameter(Input input) => input is Tap tap ? Pointer(tap.Parameter, "") + At(tap) : Parameter(input.Name);

    /// <summary>A vector parameter.</summary>
    public string Parameter(string name) => Pointer(name, "");

    public string Matrix(string name, bool transposed = false)
    {
        var local = Names.Lower(name) + (transposed ? Transposed : "");
        if (_locals.ContainsKey(local)) return local;
        var parameter = layout.Parameter(name);
        var (inner, columns) = transposed ? (parameter.Columns, parameter.Inner) : (parameter.Inner, parameter.Columns);
        Lines.Add($"PackedMatrix {local} = _{local}[{(parameter.Layers > 1 ? "Layer" : "0")}]; // [{Numbers.Of(inner)}, {Numbers.Of(columns)}]");
        return _locals[local] = local;
    }

    /// <summary>Where the gradient of a parameter, or of a tap of one, is added up.</summary>
    public string Gradient(Input input) => input is Tap tap ? Pointer(tap.Parameter, GradientOf) + At(tap) : Gradient(input.Name);

    /// <summary>Where the gradient of a parameter is added up.</summary>
    public string Gradient(string name) => Pointer(name, GradientOf);

    private string Pointer(string name, string suffix)
    {
        var (parameter, local) = (layout.Parameter(name), Names.Lower(name) + suffix);
        if (!_locals.ContainsKey(local))
        {
            Lines.Add($"float* {local} = _{local}{Layered(parameter)}; // [{string.Join(", ", parameter.Shape)}]");
            _locals[local] = local;
        }
        return local;
    }

    private string At(Tap tap) => Texts.Plus(tap.Place * (long)layout.Parameter(tap.Parameter).Columns);

    /// <summary>What is appended to a matrix's name where it is packed the other way round.</summary>
    public const string Transposed = "Transposed";

    /// <summary>What is appended to a parameter's name for its gradient.</summary>
    public const string GradientOf = "Gradient";

    private static string Layered(LinkedParameter parameter) => parameter.Layers > 1 ? $" + Layer * {Numbers.Of(ModelLayout.Stride(parameter))}L" : "";
}
