using TttGen.Compiler.Ir;
using TttGen.Compiler.Scheduling;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit.Gpu;

/// <summary>Rows, parameters and finished products as a kernel's threads see them: row i of the call, column j.</summary>
/// <param name="layout">The model's fields.</param>
/// <param name="kernel">The kernel that is being written.</param>
/// <param name="tensors">Stored rows.</param>
/// <param name="tiles">Finished products, as elements at row r and column j.</param>
/// <param name="names">Unique names of the kernel.</param>
/// <param name="precision">What rows are kept in.</param>
/// <param name="loop">The bound of a loop over columns, where it is not the axis: a tile's.</param>
internal sealed class DeviceAddresses(
    ModelLayout layout, DeviceKernelText kernel, IReadOnlyDictionary<Node, RowTensor> tensors, IReadOnlyDictionary<Node, string> tiles, NameTable names, DevicePrecision precision, string? loop) : IAddressMap
{
    private readonly Dictionary<string, string> _rows = [];

    /// <summary>Addresses of the row, to stand before its code.</summary>
    public List<string> Pointers { get; } = [];

    public string Element => "float";

    public bool MaskIsImplied => true;

    public string Constant(double value) => Numbers.OfSingle(value);

    public ColumnLoop Loop(Axis axis) => new(loop ?? Numbers.Of(axis.Size), loop ?? Numbers.Of(axis.Size), true);

    public Input? Replaced(Node node) => null;

    public bool IsInRegister(Node node) => tiles.ContainsKey(node);

    public bool IsStored(Node node) => tiles.ContainsKey(node) || tensors.ContainsKey(node);

    public string Row(Node node, Access access)
    {
        if (tiles.TryGetValue(node, out var tile)) return tile;
        if (tensors.TryGetValue(node, out var tensor)) return RowOf(tensor, 0);
        return node switch
        {
            Harmonic => "(1f / ($j + 1))",
            Tap tap => $"{kernel.Parameter(tap.Parameter)}[$j * {Numbers.Of(layout.Parameter(tap.Parameter).Inner)} + {Numbers.Of(tap.Place)}]",
            Input input => $"{kernel.Parameter(input.Name)}[$j]",
            _ => throw new CompileException("TTT150", "a value is not in memory"),
        };
    }

    public string RowOf(RowTensor tensor, int by)
    {
        var key = tensor.Name + (by == 0 ? "" : "Back" + Numbers.Of(by));
        if (_rows.TryGetValue(key, out var known)) return known;
        if (tensor.Ahead || by < 0) throw new CompileException("TTT161", "rows that are read ahead are not part of inference");
        var at = names.Fresh(key + "At");
        var row = tensor.Halo == 0 ? "(long)i" : $"((long)i + ({kernel.Take("ArrayView<int>", "sliceOf", "SliceOf")}[i] + 1) * {Numbers.Of(tensor.Halo)}{(by == 0 ? "" : $" - {Numbers.Of(by)}")})";
        Pointers.Add($"long {at} = {row} * {Numbers.Of(tensor.Columns)};");
        return _rows[key] = $"{(precision.StoresBf16(tensor) ? ThreadDialect.Half : "")}{kernel.Tensor(tensor)}[{at} + $j]";
    }

    public string Scalar(Node node, Access access) => node is Setting setting ? kernel.Setting(setting.Name) : throw new CompileException("TTT151", "a scalar is not in memory");

    public Partial? Accumulated(Node node, Access access) => null;

    public string? Special(Node node, Func<Node, string> vector, Func<Node, string> swapped, Func<string, string> load)
    {
        switch (node)
        {
            case Shift s:
                return load(RowOf(tensors[s.Argument], s.By));
            case RotatePairs r:
                var table = layout.Rotary(r);
                var rotated = vector(r.Argument);
                var turned = $"{swapped(r.Argument)} * {load(TableRow(r, table, "Sine"))}";
                return $"{rotated} * {load(TableRow(r, table, "Cosine"))} {(r.Back ? "-" : "+")} {turned}";
            default:
                return null;
        }
    }

    private string TableRow(RotatePairs rotation, string table, string part)
    {
        if (_rows.TryGetValue(table + part, out var known)) return known;
        var at = names.Fresh(Names.Lower(part) + "At");
        var view = kernel.Take("ArrayView<float>", table.Substring(1) + part + "s", $"{table}{part}s");
        Pointers.Add($"long {at} = {kernel.Take("ArrayView<long>", "positions", "Positions")}[i] % {Numbers.Of(rotation.Period)} * {Numbers.Of(rotation.Shape[1].Size)};");
        return _rows[table + part] = $"{view}[{at} + $j]";
    }
}
