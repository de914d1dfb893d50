using TttGen.Compiler.Ir;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Scheduling;

/// <summary>
/// Tensor program → stages: which values are stored, which products add into one tile, which row-wise work shares a loop over rows.
/// States are updated in place, after everything that reads them.
/// </summary>
public sealed partial class TileScheduler
{
    /// <summary>A sum of products that add into one buffer, and what is left to add when it is read.</summary>
    internal sealed record Accumulation(TileBuffer Buffer, IReadOnlyList<Node> Rest);

    private readonly TensorProgram _program;
    private readonly Dictionary<Node, List<Node>> _users = [];
    private readonly List<Node> _live = [];
    private readonly Dictionary<Node, TileBuffer> _buffers = [];
    private readonly Dictionary<Node, Accumulation> _accumulations = [];
    private readonly Dictionary<Node, Product> _products = [];
    private readonly List<Unit> _units = [];
    private readonly Dictionary<Node, List<Unit>> _makers = [];
    private readonly HashSet<string> _names = ["n", "scratch", "one"];
    private readonly List<Stage> _first = [], _last = [];
    private readonly Dictionary<Node, ColumnSum> _columnSums = [];
    private readonly Dictionary<Node, TileBuffer> _transposed = [];
    private readonly Dictionary<Node, Unit> _transposing = [];

    private readonly IReadOnlyCollection<Node> _shared;

    /// <summary>States that are read from a copy: two of them are each made of the other as it was.</summary>
    private readonly HashSet<Argument?> _copied = [];

    private TileScheduler(TensorProgram program, IReadOnlyCollection<Node> shared) => (_program, _shared) = (program, shared);

    /// <summary>Schedules a program.</summary>
    public static TileKernel Schedule(TensorProgram program)
    {
        // which values several loops would compute is known once there are loops
        var (kernel, draft) = Schedule(program, []);
        var shared = new SharedValues(draft._live, kernel.Stages, draft._buffers, draft._accumulations).Find();
        return shared.Count == 0 ? kernel : Schedule(program, shared).Kernel;
    }

    /// <summary>Schedules a program, copying what no order of the stages leaves whole until it has been read.</summary>
    private static (TileKernel Kernel, TileScheduler Scheduler) Schedule(TensorProgram program, IReadOnlyCollection<Node> shared)
    {
        var copied = new HashSet<Argument?>();
        while (true)
        {
            var scheduler = new TileScheduler(program, shared);
            scheduler._copied.UnionWith(copied);
            var kernel = scheduler.Run();
            if (copied.SetEquals(scheduler._copied)) return (kernel, scheduler);
            copied.UnionWith(scheduler._copied);
        }
    }

    private TileKernel Run()
    {
        Walk();
        var parameters = BindParameters();
        ChooseAccumulations();
        ChooseStored();
        MakeUnits();
        var stages = Order();
        return new TileKernel(_program, stages, _buffers, _accumulations, _transposed, parameters);
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
        foreach (var output in _program.Outputs) Visit(output.Value);
        // a column sum of what is stored anyway is a product with a row of ones
        var stored = new HashSet<Node>(_products.Values.Where(p => p.A.Value is not null).SelectMany(p => new[] { p.A.Value!, p.B.Value! })
            .Concat(_products.Keys).Concat(_program.Outputs.Select(o => o.Value)).Concat(_program.Inputs));
        foreach (var n in _live)
            if ((!_products.TryGetValue(n, out var p) || (p.A.Value is null && !stored.Contains(p.B.Value!))) && ColumnSum.Of(_program.Graph, n) is { } sum)
            {
                // a sum along one row is a reduction like any other, but where it adds to a number that the caller owns
                if (sum.RowAxis is null && !_program.Outputs.Any(o => o.Value is Sum s && s.Operands.Contains(n))) continue;
                _columnSums[n] = sum;
                _products.Remove(n);
            }
        foreach (var n in _live)
            foreach (var o in n.Operands.Distinct()) (_users.TryGetValue(o, out var had) ? had : _users[o] = []).Add(n);
    }

    private IReadOnlyList<TileBuffer> BindParameters()
    {
        var parameters = new List<TileBuffer>();
        HashSet<Argument?> replaced = [.. _program.Outputs.Select(o => o.Replaces).Where(r => r is not null)];
        foreach (var input in _program.Inputs.Where(i => i is not Mask))
        {
            var buffer = new TileBuffer(input.Name, input.Shape, replaced.Contains(input.Argument) ? BufferKind.InPlace : BufferKind.Input, input.Argument);
            _names.Add(input.Name);
            _buffers[input] = buffer;
            parameters.Add(buffer);
            if (buffer.Kind != BufferKind.InPlace || !_copied.Contains(input.Argument)) continue;
            _buffers[input] = Scratch(input);
            _first.Add(new CopyStage(buffer, _buffers[input]));
        }
        foreach (var (argument, value, replaces) in _program.Outputs)
        {
            if (replaces is not null && parameters.FirstOrDefault(p => p.Argument == replaces) is { } at)
            {
                // an output that is the state as it was needs nothing
                if (value is Zero) _last.Add(new ClearStage(at));
                else if (value is not Input) Place(value, at);
                continue;
            }
            var result = replaces ?? argument;
            var buffer = new TileBuffer(result.Name, value.Shape, BufferKind.Output, result);
            _names.Add(buffer.Name);
            parameters.Add(buffer);
            if (value is Zero) _last.Add(new ClearStage(buffer));
            else Place(value, buffer);
        }
        return parameters;

        void Place(Node value, TileBuffer buffer)
        {
            // two outputs of one value: an input is copied before anything replaces it
            if (_buffers.TryGetValue(value, out var had)) (value is Input ? _first : _last).Add(new CopyStage(had, buffer));
            else _buffers[value] = buffer;
        }
    }

    private TileBuffer Scratch(Node node) => Scratch(node, node.Shape);

    private TileBuffer Scratch(Node node, Axis[] shape) => new(Unique(node.Called), shape, BufferKind.Scratch);

    private string Unique(string name)
    {
        var unique = name;
        for (var k = 2; !_names.Add(unique); k++) unique = name + k.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return unique;
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
            var sums = terms.Where(t => t.Scaled is null && UsedOnce(t.Term) && _columnSums.ContainsKey(t.Term)).Select(t => t.Term).ToArray();
            if (products.Length + sums.Length == 0) continue;
            var rest = terms.Where(t => t.Scaled is null).Select(t => t.Term).Except(sums).ToList();
            _buffers.TryGetValue(sum, out var own);
            // a state that grows by products alone takes them where it lies
            var initial = own is { Kind: BufferKind.InPlace } ? rest.OfType<Input>().FirstOrDefault(i => _buffers[i] == own) : null;
            // but for those that are made of it as it was
            if (initial is not null && (products.Any(t => t.Scaled!.Value.Product.A.Value == initial || t.Scaled!.Value.Product.B.Value == initial)
                || sums.Any(t => Reads(_columnSums[t].Body, initial)))) initial = null;
            if (initial is not null) rest.Remove(initial);
            var onlyProducts = rest.Count == 0;
            if (initial is not null && !onlyProducts) { rest.Add(initial); initial = null; }
            // what lies there is named for its first product where the rest is added on reading it
            var buffer = own is not null && onlyProducts ? own : Scratch(onlyProducts || products.Length == 0 ? sum : products[0].Scaled!.Value.Product.Node, sum.Shape);
            _accumulations[sum] = new Accumulation(buffer, rest);
            if (onlyProducts && own is null) _buffers[sum] = buffer;
            var first = initial is null;
            if (first && products.Length == 0) Add(sum, buffer, new ClearStage(buffer));
            foreach (var (term, scaled) in products)
            {
                var (p, constant, scalars) = scaled!.Value;
                Add(sum, buffer, new ContractStage(p.Node, buffer, p.A, p.B, p.Rows, p.Inner, p.Columns, TriangleOf(p), !first, constant, scalars));
                _inside.Add(p.Node);
                first = false;
            }
            foreach (var term in sums)
            {
                AddSum(sum, buffer, _columnSums[term]);
                _inside.Add(term);
            }
        }
        foreach (var p in _products.Values.Where(p => !_inside.Contains(p.Node)))
        {
            if (!_buffers.TryGetValue(p.Node, out var buffer)) _buffers[p.Node] = buffer = Scratch(p.Node);
            Add(p.Node, buffer, new ContractStage(p.Node, buffer, p.A, p.B, p.Rows, p.Inner, p.Columns, TriangleOf(p), false, p.Constant, p.Scalars));
        }
        foreach (var node in _columnSums.Keys.Where(s => !_inside.Contains(s)).ToArray())
        {
            if (_columnSums[node].RowAxis is null)
            {
                _columnSums.Remove(node);
                continue;
            }
            if (!_buffers.TryGetValue(node, out var buffer)) _buffers[node] = buffer = Scratch(node);
            Add(node, buffer, new ClearStage(buffer));
            AddSum(node, buffer, _columnSums[node]);
        }

        void Add(Node result, TileBuffer buffer, Stage stage) => AddMaker(new Unit(result, buffer) { Whole = stage });

        void AddSum(Node result, TileBuffer buffer, ColumnSum sum) =>
            AddMaker(new Unit(result, buffer) { Sum = new RowSum(result, sum.Body, sum.Access, buffer), RowAxis = sum.RowAxis });
    }

    private bool Reads(Node root, Node input)
    {
        var seen = new HashSet<Node>();
        return In(root);

        bool In(Node n) => n == input || (seen.Add(n) && !_products.ContainsKey(n) && n.Operands.Any(In));
    }

    private void AddMaker(Unit unit)
    {
        _units.Add(unit);
        (_makers.TryGetValue(unit.Result, out var had) ? had : _makers[unit.Result] = []).Add(unit);
    }

    /// <summary>Products and column sums that live inside an accumulation and nowhere else.</summary>
    private readonly HashSet<Node> _inside = [];

    private static Triangle TriangleOf(Product p) => p.A.Value is not { } a ? Triangle.None : (Triangles.Of(a), p.A.Transposed) switch
    {
        (Triangle.None, _) => Triangle.None,
        (Triangle.Lower, false) or (Triangle.Upper, true) => Triangle.Lower,
        _ => Triangle.Upper,
    };

    /// <summary>Stored: outputs, operands of products, what several loops share, and what is read at another row than it is made for.</summary>
    private void ChooseStored()
    {
        foreach (var stage in _units.Select(u => u.Whole).OfType<ContractStage>())
        {
            foreach (var operand in new[] { stage.A.Value, stage.B.Value })
                if (operand is not null) Store(operand);
            foreach (var scalar in stage.Scalars) Store(scalar);
        }
        foreach (var n in _shared.OrderBy(n => n.Id)) Store(n);
        var across = new CrossRowReads(_live, _buffers, _accumulations, _columnSums, _products).Find();
        foreach (var n in _live.Where(n => n.Rank == 2 || (n.Rank == 1 && n.Shape[0].IsRows)).Concat(_live))
            foreach (var o in n.Operands)
                if (across.Stored.Contains(o)) Store(o);
        foreach (var n in across.Transposed.OrderBy(n => n.Id))
            _transposed[n] = new TileBuffer(Unique(_buffers[n].Name + "ByColumns"), [n.Shape[1], n.Shape[0]], BufferKind.Scratch);

        void Store(Node n)
        {
            if (n is Input or Literal or InverseSize or Zero || _buffers.ContainsKey(n)) return;
            if (_accumulations.TryGetValue(n, out var a)) _buffers[n] = a.Buffer;
            else _buffers[n] = Scratch(n);
        }
    }
}
