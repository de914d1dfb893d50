using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Scheduling;

/// <summary>
/// Tensor program → stages: which values are stored, which products add into one tile, which row-wise work shares a loop over rows.
/// States are updated in place, after everything that reads them.
/// </summary>
public sealed class TileScheduler
{
    /// <summary>A sum of products that add into one buffer, and what is left to add when it is read.</summary>
    internal sealed record Accumulation(TileBuffer Buffer, IReadOnlyList<Node> Rest);

    private sealed class Unit(Stage? product, Node? store, Node result)
    {
        public Stage? Product { get; } = product;
        public Node? Store { get; } = store;
        public Node Result { get; } = result;
        public List<(Node Node, string Role)> Reads { get; } = [];
        public HashSet<Unit> After { get; } = [];
    }

    private readonly TensorProgram _program;
    private readonly IReadOnlyDictionary<string, string> _inPlace;
    private readonly HashSet<string> _strided;
    private readonly Dictionary<Node, List<Node>> _users = [];
    private readonly List<Node> _live = [];
    private readonly Dictionary<Node, TileBuffer> _buffers = [];
    private readonly Dictionary<Node, Accumulation> _accumulations = [];
    private readonly Dictionary<Node, Product> _products = [];
    private readonly List<Unit> _units = [];
    private readonly Dictionary<Node, List<Unit>> _makers = [];
    private readonly HashSet<string> _names = [Triangles.Mask, "n", "scratch", "one"];
    private readonly List<Stage> _cleared = [];

    private TileScheduler(TensorProgram program, IReadOnlyDictionary<string, string> inPlace, IEnumerable<string> strided)
    {
        _program = program;
        _inPlace = inPlace;
        _strided = [.. strided];
    }

    /// <summary>Schedules a program.</summary>
    /// <param name="program">What to compute.</param>
    /// <param name="inPlace">Output → the input whose buffer it replaces.</param>
    /// <param name="strided">Inputs and outputs whose rows lie apart by a stride given at run time.</param>
    public static TileKernel Schedule(TensorProgram program, IReadOnlyDictionary<string, string> inPlace, IEnumerable<string> strided)
        => new TileScheduler(program, inPlace, strided).Run();

    private TileKernel Run()
    {
        Walk();
        var parameters = BindParameters();
        ChooseAccumulations();
        ChooseStored();
        MakeUnits();
        var stages = Order();
        return new TileKernel(_program, stages, _buffers, _accumulations, parameters);
    }

    private void Walk()
    {
        var seen = new HashSet<Node>();
        void Visit(Node n)
        {
            if (!seen.Add(n)) return;
            foreach (var o in n.Operands) Visit(o);
            _live.Add(n);
            if (Product.Of(n) is { } p) _products[n] = p;
        }
        foreach (var (_, value) in _program.Outputs) Visit(value);
        foreach (var n in _live)
            foreach (var o in n.Operands.Distinct()) (_users.TryGetValue(o, out var had) ? had : _users[o] = []).Add(n);
    }

    private IReadOnlyList<TileBuffer> BindParameters()
    {
        var parameters = new List<TileBuffer>();
        var replaced = new HashSet<string>(_inPlace.Where(p => _program.Outputs.Any(o => o.Name == p.Key)).Select(p => p.Value));
        foreach (var input in _program.Inputs.Where(i => i.Name != Triangles.Mask))
        {
            var buffer = new TileBuffer(input.Name, input.Shape, replaced.Contains(input.Name) ? BufferKind.InPlace : BufferKind.Input, _strided.Contains(input.Name));
            _names.Add(input.Name);
            _buffers[input] = buffer;
            parameters.Add(buffer);
        }
        foreach (var (name, value) in _program.Outputs)
        {
            if (_inPlace.TryGetValue(name, out var state) && parameters.FirstOrDefault(p => p.Name == state) is { } at)
            {
                // an output that is the state as it was needs nothing
                if (value is Zero) _cleared.Add(new ClearStage(at));
                else if (value is not Input) Place(value, at);
                continue;
            }
            var buffer = new TileBuffer(_inPlace.TryGetValue(name, out var own) ? own : name, value.Shape, BufferKind.Output, _strided.Contains(name));
            _names.Add(buffer.Name);
            parameters.Add(buffer);
            if (value is Zero) _cleared.Add(new ClearStage(buffer));
            else Place(value, buffer);
        }
        return parameters;

        void Place(Node value, TileBuffer buffer)
        {
            if (_buffers.ContainsKey(value)) throw new CompileException("TTT101", $"{_program.Name}: two outputs are the same value");
            _buffers[value] = buffer;
        }
    }

    private TileBuffer Scratch(Node node) => Scratch(node, node.Shape);

    private TileBuffer Scratch(Node node, Axis[] shape)
    {
        var name = Emit.Names.Of(node);
        var unique = name;
        for (var k = 2; !_names.Add(unique); k++) unique = name + k.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return new TileBuffer(unique, shape, BufferKind.Scratch, false);
    }

    private bool UsedOnce(Node n) => _users.TryGetValue(n, out var users) && users.Count == 1 && !_buffers.ContainsKey(n);

    /// <summary>A product, or a product times constants and scalars, that only <paramref name="sum"/> reads.</summary>
    private (Product Product, double Constant, IReadOnlyList<Node> Scalars)? Scaled(Node term)
    {
        var constant = 1.0;
        var scalars = new List<Node>();
        for (var at = term; UsedOnce(at);)
        {
            if (_products.TryGetValue(at, out var p)) return (p, constant * p.Constant, [.. scalars, .. p.Scalars]);
            if (at is not Einsum { Reduced: "" } e) return null;
            var tensors = e.Factors.Where(f => f.Node.Rank > 0).ToArray();
            if (tensors.Length != 1 || tensors[0].Index != e.Out) return null;
            constant *= e.Coefficient;
            scalars.AddRange(e.Factors.Where(f => f.Node.Rank == 0).Select(f => f.Node));
            at = tensors[0].Node;
        }
        return null;
    }

    private void ChooseAccumulations()
    {
        foreach (var sum in _live.OfType<Sum>())
        {
            var terms = sum.Operands.Select(t => (Term: t, Scaled: Scaled(t))).ToArray();
            var products = terms.Where(t => t.Scaled is not null).ToArray();
            if (products.Length == 0) continue;
            var rest = terms.Where(t => t.Scaled is null).Select(t => t.Term).ToList();
            _buffers.TryGetValue(sum, out var own);
            // a state that grows by products alone takes them where it lies
            var initial = own is { Kind: BufferKind.InPlace } ? rest.OfType<Input>().FirstOrDefault(i => _buffers[i] == own) : null;
            if (initial is not null) rest.Remove(initial);
            var onlyProducts = rest.Count == 0;
            if (initial is not null && !onlyProducts) { rest.Add(initial); initial = null; }
            // what lies there is named for its first product where the rest is added on reading it
            var buffer = own is not null && onlyProducts ? own : Scratch(onlyProducts ? sum : products[0].Scaled!.Value.Product.Node, sum.Shape);
            _accumulations[sum] = new Accumulation(buffer, rest);
            if (onlyProducts && own is null) _buffers[sum] = buffer;
            var first = initial is null;
            foreach (var (term, scaled) in products)
            {
                var (p, constant, scalars) = scaled!.Value;
                Add(sum, new ContractStage(p.Node, buffer, p.A, p.B, p.Rows, p.Inner, p.Columns, IsLower(p), !first, constant, scalars));
                _inside.Add(p.Node);
                first = false;
            }
        }
        foreach (var p in _products.Values.Where(p => !_inside.Contains(p.Node)))
        {
            if (!_buffers.TryGetValue(p.Node, out var buffer)) _buffers[p.Node] = buffer = Scratch(p.Node);
            Add(p.Node, new ContractStage(p.Node, buffer, p.A, p.B, p.Rows, p.Inner, p.Columns, IsLower(p), false, p.Constant, p.Scalars));
        }

        void Add(Node result, ContractStage stage)
        {
            var unit = new Unit(stage, null, result);
            _units.Add(unit);
            (_makers.TryGetValue(result, out var had) ? had : _makers[result] = []).Add(unit);
        }
    }

    /// <summary>Products that live inside an accumulation and nowhere else.</summary>
    private readonly HashSet<Node> _inside = [];

    private static bool IsLower(Product p) => p.A is { Value: { } a, Transposed: false } && Triangles.Of(a) == Triangle.Lower;

    /// <summary>Stored: outputs, operands of products, and what is read at another row than it is made for.</summary>
    private void ChooseStored()
    {
        foreach (var stage in _units.Select(u => (ContractStage)u.Product!))
            foreach (var operand in new[] { stage.A.Value, stage.B.Value })
                if (operand is not null) Store(operand);
        var rows = _live.Where(n => n.Rank == 2 || (n.Rank == 1 && n.Shape[0].IsRows)).ToArray();
        foreach (var n in rows)
        {
            if (n is not Einsum e || _products.ContainsKey(n)) continue;
            var role = Roles.Of(n, n.Shape[0]);
            for (var k = 0; k < e.Operands.Count; k++)
            {
                var o = e.Operands[k];
                if (o.Rank == 0 || o is Input) continue;
                var read = Roles.OfOperand(e, role, k);
                if (read == "cr") throw new CompileException("TTT102", $"{_program.Name}: {o.Hint ?? "a value"} is read transposed outside a product");
                if ((read == "c" && o.Shape[0].IsRows) || (o.Rank == 1 && !o.Shape[0].IsRows && role[0] == 'r' && read == "r")) Store(o);
            }
        }

        // dear values that several stages would compute again
        void Store(Node n)
        {
            if (n is Input or Literal or InverseSize or Zero || _buffers.ContainsKey(n)) return;
            if (_accumulations.TryGetValue(n, out var a)) _buffers[n] = a.Buffer;
            else _buffers[n] = Scratch(n);
        }
    }

    private void MakeUnits()
    {
        foreach (var n in _live)
        {
            if (!_buffers.ContainsKey(n) || n is Input || _products.ContainsKey(n)) continue;
            if (_accumulations.TryGetValue(n, out var a) && a.Rest.Count == 0) continue;
            _units.Add(new Unit(null, n, n));
        }
        foreach (var unit in _units.Where(u => u.Store is not null))
            (_makers.TryGetValue(unit.Result, out var had) ? had : _makers[unit.Result] = []).Add(unit);

        foreach (var unit in _units)
        {
            if (unit.Product is ContractStage c)
            {
                if (c.A.Value is { } a) Need(unit, a, "rc");
                if (c.B.Value is { } b) Need(unit, b, "rc");
                foreach (var s in c.Scalars) Need(unit, s, "");
                // the first product of a sum overwrites, the others add
                var siblings = _makers[unit.Result];
                foreach (var earlier in siblings.TakeWhile(u => u != unit)) if (earlier.Product is not null) unit.After.Add(earlier);
            }
            else
            {
                Expand(unit, unit.Store!, Roles.Of(unit.Store!, unit.Store!.Shape.Length > 0 ? unit.Store.Shape[0] : null), true);
            }
        }
        // a state is replaced after everything that reads it
        foreach (var unit in _units)
        {
            var target = unit.Product is ContractStage c ? c.Destination : _buffers[unit.Store!];
            if (target.Kind != BufferKind.InPlace) continue;
            foreach (var other in _units)
            {
                var reads = other.Reads.Any(r => r.Node is Input { Name: not Triangles.Mask } i && _buffers[i] == target);
                if (other != unit && reads && !other.After.Contains(unit) && !SameTarget(other, target)) unit.After.Add(other);
            }
        }

        bool SameTarget(Unit other, TileBuffer target) => (other.Product is ContractStage c ? c.Destination : _buffers[other.Store!]) == target;
    }

    private void Need(Unit unit, Node n, string role)
    {
        if (n is Literal or InverseSize or Zero) return;
        unit.Reads.Add((n, role));
        if (n is Input) return;
        if (_makers.TryGetValue(n, out var makers))
            foreach (var m in makers) unit.After.Add(m);
        else if (n.Rank == 0) Expand(unit, n, role, true);
    }

    /// <summary>Everything stored that the expression of <paramref name="n"/> reads.</summary>
    private void Expand(Unit unit, Node n, string role, bool root)
    {
        if (n is Literal or InverseSize or Zero) return;
        if (n is Input) { unit.Reads.Add((n, role)); return; }
        if (!root && _buffers.ContainsKey(n)) { Need(unit, n, role); return; }
        if (_accumulations.TryGetValue(n, out var sum))
        {
            foreach (var m in _makers[n].Where(m => m.Product is not null && m != unit)) unit.After.Add(m);
            foreach (var t in sum.Rest) Expand(unit, t, role, false);
            return;
        }
        if (n is Einsum e)
            for (var k = 0; k < e.Operands.Count; k++) Expand(unit, e.Operands[k], Roles.OfOperand(e, role, k), false);
        else
            foreach (var o in n.Operands) Expand(unit, o, role, false);
    }

    private IReadOnlyList<Stage> Order()
    {
        var stages = new List<Stage>();
        var waiting = new List<Unit>(_units);
        var done = new HashSet<Unit>();
        List<Node>? open = null;
        Axis? openAxis = null;
        var members = new HashSet<Unit>();
        while (waiting.Count > 0)
        {
            var ready = waiting.Where(u => u.After.All(done.Contains)).ToList();
            if (ready.Count == 0) throw new CompileException("TTT103", $"{_program.Name}: the schedule has a cycle");
            var next = open is null ? null : ready.FirstOrDefault(u => u.Store is { } s && Equals(RowAxis(s), openAxis) && u.After.Where(members.Contains).All(m => SameRow(u, m)));
            if (next is null)
            {
                Close();
                next = ready.FirstOrDefault(u => u.Product is not null) ?? ready[0];
                if (next.Store is { } store) { open = []; openAxis = RowAxis(store); }
            }
            if (next.Product is not null) stages.Add(next.Product);
            else { open!.Add(next.Store!); members.Add(next); }
            done.Add(next);
            waiting.Remove(next);
        }
        Close();
        // a state is emptied after what it held has been read
        stages.AddRange(_cleared);
        return stages;

        void Close()
        {
            if (open is not null) stages.Add(new RowsStage(openAxis, open));
            open = null;
            members.Clear();
        }

        bool SameRow(Unit reader, Unit made) => reader.Reads.Where(r => r.Node == made.Result).All(r => r.Role == Roles.Of(made.Result, RowAxis(made.Result)));
    }

    internal static Axis? RowAxis(Node n) => n.Rank == 2 || (n.Rank == 1 && n.Shape[0].IsRows) ? n.Shape[0] : null;
}
