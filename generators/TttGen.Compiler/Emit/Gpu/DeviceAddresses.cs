using TttGen.Compiler.Ir;
using TttGen.Compiler.Scheduling;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit.Gpu;

/// <summary>Rows, parameters and finished products as a kernel's threads see them: row i of the call, column j.</summary>
/// <param name="layout">The model's fields.</param>
/// <param name="kernel">The kernel that is being written.</param>
/// <param name="tensors">Stored rows.</param>
/// <param name="tiles">Finished products, at row r.</param>
/// <param name="names">Unique names of the kernel.</param>
/// <param name="precision">What rows are kept in.</param>
/// <param name="loop">The bound of a loop over columns, where it is not the axis: a tile's.</param>
internal sealed class DeviceAddresses(
    ModelLayout layout, DeviceKernelText kernel, IReadOnlyDictionary<Node, RowTensor> tensors, IReadOnlyDictionary<Node, Address> tiles, NameTable names, DevicePrecision precision, string? loop) : IAddressMap
{
    private readonly Dictionary<string, Address> _rows = [];

    /// <summary>Addresses of the row, to stand before its code.</summary>
    public List<Statement> Pointers { get; } = [];

    public string Element => "float";

    public bool MaskIsImplied => true;

    public Expr Constant(double value) => Expr.Name(Numbers.OfSingle(value));

    public ColumnLoop Loop(Axis axis) => new(loop ?? Numbers.Of(axis.Size), true);

    public Input? Replaced(Node node) => null;

    public bool IsInRegister(Node node) => tiles.ContainsKey(node);

    public bool IsStored(Node node) => tiles.ContainsKey(node) || tensors.ContainsKey(node);

    public Address Row(Node node, Access access)
    {
        if (tiles.TryGetValue(node, out var tile)) return tile;
        if (tensors.TryGetValue(node, out var tensor)) return RowOf(tensor, 0);
        return node switch
        {
            Harmonic => new(column => Expr.Name("1f") / (column + Expr.Of(1))),
            Tap tap => Taps(Expr.Name(kernel.Parameter(tap.Parameter)), layout.Parameter(tap.Parameter).Inner, tap.Place),
            Input input => Address.View(Expr.Name(kernel.Parameter(input.Name))),
            _ => throw new CompileException("TTT150", "a value is not in memory"),
        };
    }

    private static Address Taps(Expr taps, int count, int place) => new(column => Expr.Element(taps, column * Expr.Of(count) + Expr.Of(place)));

    public Address RowOf(RowTensor tensor, int by)
    {
        var key = tensor.Name + (by == 0 ? "" : "Back" + Numbers.Of(by));
        if (_rows.TryGetValue(key, out var known)) return known;
        if (tensor.Ahead || by < 0) throw new CompileException("TTT161", "rows that are read ahead are not part of inference");
        var at = names.Fresh(key + "At");
        Expr i = Expr.Name("i"), row = Expr.Cast("long", i);
        if (tensor.Halo > 0) row += (Expr.Element(Expr.Name(kernel.Take("ArrayView<int>", "sliceOf", "SliceOf")), i) + Expr.Of(1)) * Expr.Of(tensor.Halo);
        if (by > 0) row -= Expr.Of(by);
        Pointers.Add(Statement.Declare("long", at, row * Expr.Of(tensor.Columns)));
        return _rows[key] = Address.View(Expr.Name(kernel.Tensor(tensor)), Expr.Name(at), precision.StorageOf(tensor));
    }

    public Expr Scalar(Node node, Access access) => node is Setting setting ? Expr.Name(kernel.Setting(setting.Name)) : throw new CompileException("TTT151", "a scalar is not in memory");

    public Partial? Accumulated(Node node, Access access) => null;

    public Expr? Special(Node node, Func<Node, Expr> vector, Func<Node, Expr> swapped, Func<Address, Expr> load)
    {
        switch (node)
        {
            case Shift s:
                return load(RowOf(tensors[s.Argument], s.By));
            case RotatePairs r:
                var table = layout.Rotary(r);
                var rotated = vector(r.Argument);
                var turned = swapped(r.Argument) * load(TableRow(r, table, "Sine"));
                var straight = rotated * load(TableRow(r, table, "Cosine"));
                return r.Back ? straight - turned : straight + turned;
            default:
                return null;
        }
    }

    private Address TableRow(RotatePairs rotation, string table, string part)
    {
        if (_rows.TryGetValue(table + part, out var known)) return known;
        var at = names.Fresh(Names.Lower(part) + "At");
        var view = kernel.Take("ArrayView<float>", table + part + "s", $"_{table}{part}s");
        var position = Expr.Element(Expr.Name(kernel.Take("ArrayView<long>", "positions", "Positions")), Expr.Name("i"));
        Pointers.Add(Statement.Declare("long", at, Expr.Binary(position, "%", Expr.Of(rotation.Period)) * Expr.Of(rotation.Shape[1].Size)));
        return _rows[table + part] = Address.View(Expr.Name(view), Expr.Name(at));
    }
}
