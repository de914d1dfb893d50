using TttGen.Compiler.Ir;
using TttGen.Compiler.Scheduling;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit.Cpu;

/// <content>Where a stage over rows finds its values.</content>
public sealed partial class TileKernelEmitter
{
    private sealed class TileAddresses : IAddressMap
    {
        private readonly TileKernelEmitter _emitter;
        private readonly NameTable _names;
        private readonly Dictionary<string, Address> _rows = [];

        public TileAddresses(TileKernelEmitter emitter, RowsStage stage, NameTable names)
        {
            _emitter = emitter;
            _names = names;
            MaskIsImplied = stage.Sums.Count == 0 && stage.Stores.All(s => Triangles.Of(s) == Triangle.None ? !Reads(s, true, IsMask) : IsLowerOnly(s));
        }

        /// <summary>Only products that stop at the diagonal read it, and tiles of which the same is true: what the mask would hide is no one's business.</summary>
        private bool IsLowerOnly(Node s)
        {
            var kernel = _emitter._kernel;
            var products = kernel.Stages.OfType<ContractStage>().Where(c => c.A.Value == s || c.B.Value == s).ToArray();
            return products.Length > 0 && products.All(c => c.B.Value != s && c is { Triangle: Triangle.Lower, A.Transposed: false }) && !kernel.Transposed.ContainsKey(s)
                && kernel.Stages.OfType<RowsStage>().All(r => r.Sums.All(n => !Reads(n.Body, false, x => x == s))
                    && r.Stores.All(n => n == s || !Reads(n, true, x => x == s) || (Triangles.Of(n) != Triangle.None && IsLowerOnly(n))));
        }

        private static bool IsMask(Node n) => n is Mask;

        private bool Reads(Node start, bool isRoot, Func<Node, bool> what)
        {
            var seen = new HashSet<Node>();
            return In(start, isRoot);

            bool In(Node n, bool root)
            {
                if (!root && what(n)) return true;
                if ((!root && _emitter._kernel.Buffers.ContainsKey(n)) || !seen.Add(n)) return false;
                return (_emitter._kernel.Accumulations.TryGetValue(n, out var a) ? a.Rest : n.Operands).Any(o => In(o, false));
            }
        }

        private readonly List<Declaration> _pointers = [];

        /// <summary>What the stage's method takes.</summary>
        public List<(string Type, string Name)> Used { get; } = [];

        private string Use(string type, string name)
        {
            if (!Used.Contains((type, name))) Used.Add((type, name));
            return _emitter.Touched(name);
        }

        public string Kept(string name, long size, string shape) => Use("T*", _emitter.Kept(name, size, shape));

        public IReadOnlyList<Declaration> TakePointers()
        {
            var taken = _pointers.ToArray();
            _pointers.Clear();
            _rows.Clear();
            return taken;
        }

        public bool MaskIsImplied { get; }

        public string Element => "T";

        public Expr Constant(double value) => Expr.Name(TileKernelEmitter.Constant(value));

        public ColumnLoop Loop(Axis axis) => axis.IsRows ? new("n", false) : new(Numbers.Of(axis.Size), axis.Size % 16 == 0);

        public bool IsInRegister(Node node) => false;

        public Input? Replaced(Node node) => _emitter._kernel.Replaced(node);

        public bool IsStored(Node node) => _emitter._kernel.Buffers.ContainsKey(node);

        public Address Row(Node node, Access access) => RowOf(access == Access.Transposed ? _emitter._kernel.Transposed[node] : _emitter.BufferOf(node), access);

        private Address RowOf(TileBuffer buffer, Access access)
        {
            Use("T*", buffer.Name);
            if (!access.IsOfTile()) return Address.Pointer(buffer.Name);
            if (buffer.Strided) Use("nint", buffer.Name + "Row");
            if (_rows.TryGetValue(buffer.Name, out var known)) return known;
            var name = _names.FreshInside(buffer.Name + "At");
            _pointers.Add(Statement.Declare("T*", name, Expr.Name(buffer.Name) + I * Expr.Name(_emitter.Stride(buffer))));
            return _rows[buffer.Name] = Address.Pointer(name);
        }

        public Expr Scalar(Node node, Access access)
        {
            var buffer = _emitter.BufferOf(node);
            if (IsByValue(buffer)) return Expr.Name(Use("T", buffer.Name));
            return buffer.Shape.Length == 0 ? Expr.At(Expr.Name(Use("T*", buffer.Name))) : OfRow(buffer);
        }

        /// <summary>The row's number of a buffer that has one a row.</summary>
        private Expr OfRow(TileBuffer buffer) => Expr.Element(Expr.Name(Use("T*", buffer.Name)), I);

        public Partial? Accumulated(Node node, Access access) => _emitter._kernel.Accumulations.TryGetValue(node, out var a)
            ? new Partial(access.IsVector() ? RowOf(a.Buffer, access) : Address.Number(access == Access.PerRow ? OfRow(a.Buffer) : Expr.At(Expr.Name(Use("T*", a.Buffer.Name)))), a.Rest)
            : null;

        public Expr? Special(Node node, Func<Node, Expr> vector, Func<Node, Expr> swapped, Func<Address, Expr> load) => null;

        /// <summary>Where a sum over rows is added up.</summary>
        public Address SumTarget(RowSum sum)
        {
            var place = Expr.Name(Use("T*", sum.Destination.Name));
            return sum.Access.IsVector() ? Address.Pointer(place) : Address.Number(Expr.At(place));
        }

        public Address Target(Node node)
        {
            var buffer = _emitter.BufferOf(node);
            return buffer.Shape.Length switch
            {
                0 => Address.Number(Expr.At(Expr.Name(Use("T*", buffer.Name)))),
                1 => node.Shape[0].IsRows ? Address.Number(OfRow(buffer)) : Address.Pointer(Use("T*", buffer.Name)),
                _ => RowOf(buffer, Access.AlongRow),
            };
        }
    }
}
