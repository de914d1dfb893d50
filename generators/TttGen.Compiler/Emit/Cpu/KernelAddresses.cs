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
    private readonly Dictionary<string, Expr> _rows = [];

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
    public List<Statement> Pointers { get; } = [];

    /// <summary>Vectors in memory: sums over rows and over heads.</summary>
    public IReadOnlyDictionary<Node, string> Vectors { get; init; } = new Dictionary<Node, string>();

    public string Element => "float";

    public bool MaskIsImplied => true;

    /// <summary>The first column at work, counted from there on.</summary>
    private Expr FromColumn(Expr row) => _panelColumns is null ? row : row + Expr.Name("c0");

    public Expr Constant(double value) => Expr.Name(Numbers.OfSingle(value));

    public ColumnLoop Loop(Axis axis) => _panelColumns is { } columns
        ? columns % 32 == 0 ? new("32", true) : new("columns", columns % 16 == 0)
        : new(Numbers.Of(axis.Size), axis.Size % 16 == 0);

    public Input? Replaced(Node node) => null;

    public bool IsInRegister(Node node) => _tiles.ContainsKey(node);

    public bool IsStored(Node node) => _tiles.ContainsKey(node) || _tensors.ContainsKey(node) || Vectors.ContainsKey(node);

    public Address Row(Node node, Access access)
    {
        if (_tiles.TryGetValue(node, out var tile)) return Address.Pointer(Expr.Name(tile) + Expr.Name("r") * Expr.Of(32));
        if (_tensors.TryGetValue(node, out var tensor)) return RowOf(tensor, 0);
        if (Vectors.TryGetValue(node, out var vector)) return Address.Pointer(vector);
        if (node is Harmonic) return Address.Pointer(FromColumn(Expr.Name("_harmonic")));
        return node is Input input ? Address.Pointer(FromColumn(_locals.Parameter(input))) : throw new CompileException("TTT150", "a value is not in memory");
    }

    /// <summary>How far ahead of a panel's columns memory is asked for: measured, 8 and 16 rows alike.</summary>
    private const int RowsAhead = 8;

    public Address RowOf(RowTensor tensor, int by) => Address.Pointer(PointerTo(tensor, by));

    /// <summary>The pointer to a row of a tensor: this one's, or the one of some rows before.</summary>
    public Expr PointerTo(RowTensor tensor, int by = 0)
    {
        var key = tensor.Name + (by == 0 ? "" : (by > 0 ? "Back" : "Ahead") + Numbers.Of(Math.Abs(by)));
        if (_rows.TryGetValue(key, out var known)) return known;
        var name = Expr.Name(_names.Fresh(key + "At"));
        Pointers.Add(Statement.Declare("float*", name.ToString(), FromColumn(Expr.Name(_locals.Tensor(tensor)) + RowIndex(tensor.Halo, by) * Expr.Of(tensor.Stride))));
        if (_panelColumns is not null) Pointers.Add(Statement.Do(Expr.Call("Prefetching.Row", name + Expr.Of(RowsAhead * tensor.Stride))));
        return _rows[key] = name;
    }

    private static Expr RowIndex(int halo, int by)
    {
        Expr i = Expr.Name("i"), row = Expr.Cast("nint", i);
        if (halo == 0) return row;
        var behindHalo = row + (Expr.Element(Expr.Name("SliceOf"), i) + Expr.Of(1)) * Expr.Of(halo);
        return by switch { 0 => behindHalo, > 0 => behindHalo - Expr.Of(by), _ => behindHalo + Expr.Of(-by) };
    }

    public Expr Scalar(Node node, Access access) => node is Setting setting ? Expr.Cast("float", Expr.Name(_layout.Setting(setting.Name))) : throw new CompileException("TTT151", "a scalar is not in memory");

    public Partial? Accumulated(Node node, Access access) => null;

    /// <summary>The target of code that stores nothing.</summary>
    public Address Unstored(Node node) => throw new InvalidOperationException($"{node.Called} is not stored");

    public Expr? Special(Node node, Func<Node, Expr> vector, Func<Node, Expr> swapped, Func<Address, Expr> load)
    {
        switch (node)
        {
            case Shift s:
                return load(RowOf(_tensors[s.Argument], s.By));
            case RotatePairs r:
                var table = _layout.Rotary(r);
                var rotated = vector(r.Argument);
                if (r.Back) return rotated * load(TableRow(r, table, "Cosine")) - swapped(r.Argument) * load(TableRow(r, table, "Sine"));
                return Expr.Call("V.MultiplyAdd", swapped(r.Argument), load(TableRow(r, table, "Sine")), rotated * load(TableRow(r, table, "Cosine")));
            default:
                return null;
        }
    }

    private Address TableRow(RotatePairs rotation, string table, string part)
    {
        if (_rows.TryGetValue(table + part, out var known)) return Address.Pointer(known);
        var name = Expr.Name(_names.Fresh(Names.Lower(part) + "At"));
        // an unsigned remainder by a constant is a few instructions, and a mask for powers of two
        var place = Expr.Binary(Expr.Cast("ulong", Expr.Element(Expr.Name("Positions"), Expr.Name("i"))), "%", Expr.Of(rotation.Period));
        Pointers.Add(Statement.Declare("float*", name.ToString(), FromColumn(Expr.Name(_locals.Rotary(table, part)) + Expr.Cast("nint", place) * Expr.Of(rotation.Shape[1].Size))));
        return Address.Pointer(_rows[table + part] = name);
    }
}

/// <summary>Pointers that a kernel takes into locals, in the order of their first use.</summary>
/// <param name="layout">The model's fields.</param>
/// <param name="keep">A worker's own memory for so many elements, as an expression.</param>
internal sealed class KernelLocals(ModelLayout layout, Func<int, string> keep)
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
        var local = table + part + "s";
        if (_locals.ContainsKey(local)) return local;
        Lines.Add($"float* {local} = _{table}.{part}s;");
        return _locals[local] = local;
    }

    /// <summary>A vector parameter, a tap of one, or one that is repeated for each head.</summary>
    public Expr Parameter(Input input) => input switch
    {
        Tap tap => At(Pointer(tap.Parameter, ""), tap),
        EachHead each => Expr.Name(Repeated(each)),
        _ => Expr.Name(Parameter(input.Name)),
    };

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
    public Expr Gradient(Input input) => input is Tap tap ? At(Pointer(tap.Parameter, GradientOf), tap) : Expr.Name(Gradient(input.Name));

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

    private string Repeated(EachHead each)
    {
        var local = Names.Lower(each.Name);
        if (_locals.ContainsKey(local)) return local;
        var one = Pointer(each.Parameter, "");
        Lines.Add($"float* {local} = {keep(each.Shape[0].Size)}; // [{Numbers.Of(each.Shape[0].Size)}]");
        Lines.Add($"HeadRows.Repeat({one}, {Numbers.Of(each.Feature)}, {Numbers.Of(each.Heads)}, {local});");
        return _locals[local] = local;
    }

    private Expr At(string taps, Tap tap) => tap.Place == 0 ? Expr.Name(taps) : Expr.Name(taps) + Expr.Of(tap.Place * (long)layout.Parameter(tap.Parameter).Columns);

    /// <summary>What is appended to a matrix's name where it is packed the other way round.</summary>
    public const string Transposed = "Transposed";

    /// <summary>What is appended to a parameter's name for its gradient.</summary>
    public const string GradientOf = "Gradient";

    private static string Layered(LinkedParameter parameter) => parameter.Layers > 1 ? $" + Layer * {Numbers.Of(ModelLayout.Stride(parameter))}L" : "";
}
