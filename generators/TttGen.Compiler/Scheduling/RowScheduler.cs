using TttGen.Compiler.Derivation;
using TttGen.Compiler.Ir;
using TttGen.Compiler.Language;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Scheduling;

/// <summary>
/// Row program → kernels. Products with one left operand become one kernel; what leads to it is its prologue, what can follow column by column
/// its epilogue. Only what crosses kernels is stored.
/// </summary>
public sealed partial class RowScheduler
{
    private readonly IReadOnlyList<Node> _roots;
    private readonly HashSet<string> _names;
    private readonly List<Node> _live = [];
    private readonly Dictionary<Node, List<Node>> _users = [];
    private readonly Dictionary<Node, Product> _products = [];
    private readonly Dictionary<Node, RowTensor> _tensors = [];
    private readonly HashSet<Node> _made = [];
    private readonly HashSet<Node> _mustStore = [];
    private readonly HashSet<Node> _liveOut = [];
    private readonly List<RowKernel> _kernels = [];
    private readonly List<RowsSum> _sums = [];
    private readonly HashSet<Node> _summed = [];
    private bool _isGradient, _keepsStatistics;

    private RowScheduler(IReadOnlyList<Node> roots, HashSet<string> names, IEnumerable<RowTensor> given)
    {
        _roots = roots;
        _names = names;
        foreach (var t in given)
        {
            _tensors[t.Node] = t;
            _made.Add(t.Node);
        }
        Walk();
    }

    /// <summary>Schedules a segment.</summary>
    /// <param name="segment">What to compute.</param>
    /// <param name="head">The model's head where this is the last segment; else null.</param>
    /// <param name="names">Names in use in the model; the schedule adds its own.</param>
    public static RowSchedule Schedule(LinkedSegment segment, LinkedParameter? head, HashSet<string> names)
    {
        segment = RowsApart.Of(segment);
        var scheduler = new RowScheduler([segment.Result], names, []);
        scheduler.ChooseStored();
        return scheduler.Forward(segment, head);
    }

    /// <summary>Schedules a segment that learns, and its gradient. The head is not among the kernels: the loss is its business.</summary>
    public static (RowSchedule Forward, RowSchedule Backward) Schedule(LinkedSegment segment, SegmentGradient gradient, HashSet<string> names)
    {
        (segment, gradient) = RowsApart.Of(segment, gradient);
        var scheduler = new RowScheduler([segment.Result], names, []);
        scheduler.ChooseStored();
        scheduler._mustStore.Add(segment.Result);
        scheduler._keepsStatistics = true;
        scheduler.KeepFor(gradient.Roots);
        var forward = scheduler.Forward(segment, null);
        var backward = new RowScheduler([.. gradient.Roots], names, forward.Tensors);
        return (forward, backward.Backward(segment, gradient));
    }

    private void Walk()
    {
        var seen = new HashSet<Node>(_made);
        void Visit(Node n)
        {
            if (!seen.Add(n)) return;
            foreach (var o in n.Operands) Visit(o);
            _live.Add(n);
            if (ProductNames.Of(n) is { } p) _products[n] = p;
        }
        foreach (var root in _roots) Visit(root);
        _live.Sort((a, b) => a.Id.CompareTo(b.Id));
        foreach (var n in _live)
            foreach (var o in n.Operands.Distinct()) (_users.TryGetValue(o, out var had) ? had : _users[o] = []).Add(n);
        foreach (var p in _products.Values) ProductNames.Name(p);
    }

    private void ChooseStored()
    {
        foreach (var n in _live)
            switch (n)
            {
                case SequencePrimitive s:
                    _mustStore.UnionWith(s.Rows);
                    break;
                case SequenceGradient s:
                    _mustStore.Add(s.Output);
                    break;
                case Shift s:
                    _mustStore.Add(s.Argument);
                    break;
                // rows of the past are gathered once
                case Sum when n.Operands.Any(ReadsShift) && _users.TryGetValue(n, out var users) && users.Count > 1:
                    _mustStore.Add(n);
                    break;
            }
    }

    /// <summary>What the gradient reads and can't cheaply have again is kept: products.</summary>
    private void KeepFor(IEnumerable<Node> gradients)
    {
        var forward = new HashSet<Node>(_live);
        var seen = new HashSet<Node>();
        foreach (var root in gradients) Visit(root);

        void Visit(Node n)
        {
            if (!seen.Add(n) || (forward.Contains(n) && (n is Lookup or SequencePrimitive || _mustStore.Contains(n)))) return;
            if (_products.ContainsKey(n)) _mustStore.Add(n);
            else
                foreach (var o in n is SequenceGradient s ? s.Operands.Where(o => o.Rank == 2) : n.Operands) Visit(o);
        }
    }

    // ---- the two programs

    private RowSchedule Forward(LinkedSegment segment, LinkedParameter? head)
    {
        RowTensor? stream = null;
        foreach (var n in _live.Where(n => n is Lookup || n == segment.Stream || n == segment.Result)) _liveOut.Add(n);
        if (segment.Stream is { } input)
        {
            stream = Tensor(input, segment.IsStack ? "x" : "hidden");
            _made.Add(input);
        }
        if (head is null) _mustStore.Add(segment.Result);
        Run(segment.Graph);
        if (head is not null)
        {
            // what the head multiplies may be made of anything stored
            var node = segment.Graph.Primitive(id => new Lookup(id, [Axis.Rows, new Axis("Vocabulary", head.Columns)], head.Name));
            var group = new ProductGroup([new MatrixProduct(node, head.Name, 1, head.Inner, false)], head.Columns, [node]);
            _kernels.Add(new ProductKernel(Unique("MultiplyLogits"), segment.Result, [group], true));
            return new RowSchedule(_kernels, [.. _tensors.Values], stream, null);
        }
        Make([segment.Result]);
        return new RowSchedule(_kernels, [.. _tensors.Values], stream, _tensors[segment.Result]);
    }

    /// <summary>The kernels that other kernels wait for, in the order of what they make.</summary>
    private void Run(Graph graph)
    {
        foreach (var n in _live)
        {
            if (_made.Contains(n)) continue;
            switch (n)
            {
                case Lookup l:
                    Tensor(l, "embedded");
                    _kernels.Add(new LookupKernel(Unique("Lookup" + l.Table), l));
                    _made.Add(l);
                    break;
                case SequencePrimitive primitive:
                    Make(primitive.Rows);
                    Tensor(primitive, primitive.Result);
                    SequenceStatistics? statistics = null;
                    if (_keepsStatistics && primitive.Statistics > 0)
                    {
                        statistics = (SequenceStatistics)graph.Primitive(id => new SequenceStatistics(id, primitive));
                        Tensor(statistics, "statistics");
                    }
                    _kernels.Add(new SequenceKernel(Unique(primitive.Name), primitive, statistics));
                    _made.Add(primitive);
                    break;
                case SequenceGradient gradient:
                    Differentiate(graph, gradient);
                    break;
                case Shift s:
                    Make([s.Argument]);
                    break;
                case var _ when _products.TryGetValue(n, out var p):
                    if (_mustStore.Contains(p.A.Value!)) Make([p.A.Value!]);
                    Multiply(p.A.Value!);
                    break;
                case var _ when _mustStore.Contains(n) && ReadsShift(n):
                    Make([n]);
                    break;
            }
        }
    }

    private string Unique(string name)
    {
        var unique = name;
        for (var k = 2; !_names.Add(unique); k++) unique = name + k.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return unique;
    }

    // ---- rows

    /// <summary>Whether a value is made of shifted rows with nothing stored between.</summary>
    private bool ReadsShift(Node n)
    {
        var seen = new HashSet<Node>();
        return Reads(n);

        bool Reads(Node at) => at is Shift || (seen.Add(at) && (at is Sum || (at is Einsum { Reduced: "" } or Map && !_mustStore.Contains(at))) && at.Operands.Any(Reads));
    }

    private RowTensor Tensor(Node n, string fallback)
    {
        if (_tensors.TryGetValue(n, out var known)) return known;
        int[] shifts = [.. _live.OfType<Shift>().Where(s => s.Argument == n).Select(s => s.By)];
        if (shifts.Any(by => by > 0) && shifts.Any(by => by < 0)) throw new CompileException("TTT142", "rows that are read both back and ahead are not part of the schedule");
        var halo = shifts.Select(Math.Abs).DefaultIfEmpty(0).Max();
        return _tensors[n] = new RowTensor(Unique(Names.Lower(n.Hint ?? fallback)), n, n.Shape[1].Size, halo, Stride(n, halo), shifts.Any(by => by < 0));
    }

    /// <summary>Rows that lie a multiple of 4 KiB apart share cache sets: those that products read in tiles are moved apart.</summary>
    private int Stride(Node n, int halo)
    {
        var columns = n.Shape[1].Size;
        return columns % 1024 == 0 && halo == 0 && !_liveOut.Contains(n) ? columns + 16 : columns;
    }

    /// <summary>A rows kernel for what is not made yet.</summary>
    private void Make(IReadOnlyList<Node> nodes)
    {
        var missing = nodes.Where(n => !_made.Contains(n)).Distinct().ToList();
        if (missing.Count > 0) Sweep(missing);
    }

    /// <summary>One pass over the rows: what is wanted, and sums that can be had in it.</summary>
    private void Sweep(List<Node> stores)
    {
        if (stores.Any(n => n.Rank != 2)) throw new CompileException("TTT140", "rows were expected");
        // what reads the same rows is had in the same pass
        if (_isGradient) stores = [.. stores, .. _mustStore.Where(n => n.Rank == 2 && !_made.Contains(n) && !stores.Contains(n) && IsReady(n)).OrderBy(n => n.Id)];
        foreach (var n in stores) Tensor(n, "rows");
        var sums = _sums.Where(s => !_summed.Contains(s.Node) && IsReady(s.Body)).ToList();
        foreach (var s in sums) _summed.Add(s.Node);
        var name = stores.Count > 0 ? "Rows" + string.Concat(stores.Select(n => Names.Capital(_tensors[n].Name))) : "Sum" + string.Concat(sums.Select(s => Names.Capital(s.Name)));
        _kernels.Add(new RowsKernel(Unique(name), stores, sums));
        foreach (var n in stores) _made.Add(n);
    }

    /// <summary>Can be had row by row from what is in memory.</summary>
    private bool IsReady(Node n)
    {
        var seen = new HashSet<Node>();
        return Ready(n);

        bool Ready(Node at) => !seen.Add(at) || at switch
        {
            _ when _made.Contains(at) => true,
            Input or Literal or InverseSize or Zero => true,
            Shift s => _made.Contains(s.Argument),
            SequenceGradient or SequencePrimitive or Lookup => false,
            _ => !_products.ContainsKey(at) && at.Operands.All(Ready),
        };
    }
}
