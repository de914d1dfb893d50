using TttGen.Compiler.Ir;
using TttGen.Compiler.Language;

namespace TttGen.Compiler.Scheduling;

/// <summary>
/// Row program → kernels. Products with one left operand become one kernel; what leads to it is its prologue, what can follow column by column
/// its epilogue. Only what crosses kernels is stored.
/// </summary>
public sealed class RowScheduler
{
    private readonly LinkedSegment _segment;
    private readonly List<Node> _live = [];
    private readonly Dictionary<Node, List<Node>> _users = [];
    private readonly Dictionary<Node, Product> _products = [];
    private readonly Dictionary<Node, RowTensor> _tensors = [];
    private readonly HashSet<Node> _made = [];
    private readonly HashSet<Node> _mustStore = [];
    private readonly List<RowKernel> _kernels = [];
    private readonly HashSet<string> _names;

    private RowScheduler(LinkedSegment segment, HashSet<string> names)
    {
        _segment = segment;
        _names = names;
    }

    /// <summary>Schedules a segment.</summary>
    /// <param name="segment">What to compute.</param>
    /// <param name="head">The model's head where this is the last segment; else null.</param>
    /// <param name="names">Names in use in the model; the schedule adds its own.</param>
    public static RowSchedule Schedule(LinkedSegment segment, LinkedParameter? head, HashSet<string> names) =>
        new RowScheduler(segment, names).Run(head);

    private RowSchedule Run(LinkedParameter? head)
    {
        Walk();
        ChooseStored(head is not null);
        RowTensor? stream = null;
        if (_segment.Stream is { } input)
        {
            stream = Tensor(input, _segment.IsStack ? "x" : "hidden");
            _made.Add(input);
        }
        foreach (var n in _live)
        {
            switch (n)
            {
                case Lookup l:
                    Tensor(l, "embedded");
                    _kernels.Add(new LookupKernel(Unique("Lookup" + l.Table), l));
                    _made.Add(l);
                    break;
                case Learn learn:
                    Make([learn.Query, learn.Key, learn.Value, learn.Rate]);
                    Tensor(learn, "answers");
                    _kernels.Add(new ScanKernel(Unique("Learn" + learn.Memory), learn));
                    _made.Add(learn);
                    break;
                case Shift s:
                    Make([s.Argument]);
                    break;
                case var _ when _products.TryGetValue(n, out var p) && !_made.Contains(n):
                    if (_mustStore.Contains(p.A.Value!)) Make([p.A.Value!]);
                    Multiply(p.A.Value!);
                    break;
                case var _ when _mustStore.Contains(n) && ReadsShift(n):
                    Make([n]);
                    break;
            }
        }
        if (head is not null)
        {
            // what the head multiplies may be made of anything stored
            var node = _segment.Graph.Primitive(id => new Lookup(id, [Axis.Rows, new Axis("Vocabulary", head.Columns)], head.Name));
            var group = new ProductGroup([new MatrixProduct(node, head.Name, 1, head.Inner)], head.Columns, [node]);
            _kernels.Add(new ProductKernel(Unique("MultiplyLogits"), _segment.Result, [group], true));
            return new RowSchedule(_kernels, [.. _tensors.Values], stream, null);
        }
        Make([_segment.Result]);
        return new RowSchedule(_kernels, [.. _tensors.Values], stream, _tensors[_segment.Result]);
    }

    private string Unique(string name)
    {
        var unique = name;
        for (var k = 2; !_names.Add(unique); k++) unique = name + k.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return unique;
    }

    private void Walk()
    {
        var seen = new HashSet<Node>();
        void Visit(Node n)
        {
            if (!seen.Add(n)) return;
            foreach (var o in n.Operands) Visit(o);
            _live.Add(n);
            if (Product.Of(n) is { B.Value: Input { Rank: 2 } matrix, A.Value.Rank: 2 } p && !matrix.Shape[0].IsRows) _products[n] = p;
        }
        Visit(_segment.Result);
        _live.Sort((a, b) => a.Id.CompareTo(b.Id));
        foreach (var n in _live)
            foreach (var o in n.Operands.Distinct()) (_users.TryGetValue(o, out var had) ? had : _users[o] = []).Add(n);
        foreach (var p in _products.Values) Name(p);
    }

    /// <summary>A product that nobody named is called after its matrix, without Proj; so is what it multiplies.</summary>
    private static void Name(Product product)
    {
        var matrix = Emit.Names.Lower(product.B.Value!.Hint ?? ((Input)product.B.Value).Name);
        const string Suffix = "Proj";
        product.Node.Named(matrix.EndsWith(Suffix, StringComparison.Ordinal) ? matrix.Substring(0, matrix.Length - Suffix.Length) : matrix + "Row");
        if (product.A.Value is not Input) product.A.Value!.Named(matrix + "Input");
    }

    private void ChooseStored(bool tail)
    {
        foreach (var n in _live)
            switch (n)
            {
                case Learn l:
                    foreach (var o in new[] { l.Query, l.Key, l.Value, l.Rate }) _mustStore.Add(o);
                    break;
                case Shift s:
                    _mustStore.Add(s.Argument);
                    break;
                // rows of the past are gathered once
                case Sum when n.Operands.Any(ReadsShift) && _users.TryGetValue(n, out var users) && users.Count > 1:
                    _mustStore.Add(n);
                    break;
            }
        if (!tail) _mustStore.Add(_segment.Result);
    }

    /// <summary>Whether a value is made of shifted rows with nothing stored between.</summary>
    private bool ReadsShift(Node n) => n is Shift || (n is Sum or Einsum { Reduced: "" } or Map && !_mustStore.Contains(n) && n.Operands.Any(ReadsShift)) || (n is Sum && n.Operands.Any(ReadsShift));

    private RowTensor Tensor(Node n, string fallback)
    {
        if (_tensors.TryGetValue(n, out var known)) return known;
        var halo = _live.OfType<Shift>().Where(s => s.Argument == n).Select(s => s.By).DefaultIfEmpty(0).Max();
        return _tensors[n] = new RowTensor(Unique(Emit.Names.Lower(n.Hint ?? fallback)), n, n.Shape[1].Size, halo, Stride(n, halo));
    }

    /// <summary>Rows that lie a multiple of 4 KiB apart share cache sets: those that products read in tiles are moved apart.</summary>
    private int Stride(Node n, int halo)
    {
        var columns = n.Shape[1].Size;
        var crosses = n is Lookup || n == _segment.Stream || n == _segment.Result;
        return columns % 1024 == 0 && halo == 0 && !crosses ? columns + 16 : columns;
    }

    /// <summary>A rows kernel for what is not made yet.</summary>
    private void Make(IReadOnlyList<Node> nodes)
    {
        var missing = nodes.Where(n => !_made.Contains(n)).Distinct().ToList();
        if (missing.Count == 0) return;
        foreach (var n in missing)
        {
            if (n.Rank != 2) throw new CompileException("TTT140", "rows were expected");
            Tensor(n, "rows");
        }
        _kernels.Add(new RowsKernel(Unique("Rows" + string.Concat(missing.Select(n => Capital(_tensors[n].Name)))), missing));
        foreach (var n in missing) _made.Add(n);
    }

    private static string Capital(string name) => char.ToUpperInvariant(name[0]) + name.Substring(1);

    // ---- products

    private void Multiply(Node left)
    {
        var products = _live.Where(n => _products.TryGetValue(n, out var p) && p.A.Value == left).ToList();
        var inside = new HashSet<Node>(products);
        var absorbed = new List<Node>();
        foreach (var n in _live)
        {
            if (inside.Contains(n) || _made.Contains(n) || n.Rank != 2 || _products.ContainsKey(n) || !IsColumnWise(n)) continue;
            if (!n.Operands.Any(inside.Contains) || !n.Operands.All(o => inside.Contains(o) ? o.Shape[1].Size == n.Shape[1].Size : Available(o))) continue;
            inside.Add(n);
            absorbed.Add(n);
        }
        foreach (var n in absorbed.Where(IsCheapLater).ToList())
        {
            inside.Remove(n);
            absorbed.Remove(n);
        }
        var groups = new List<ProductGroup>();
        foreach (var cluster in Clusters(products, absorbed))
        {
            var members = new HashSet<Node>(cluster);
            var stores = cluster.Where(n => _mustStore.Contains(n) || (_users.TryGetValue(n, out var users) && users.Any(u => !members.Contains(u)))).ToList();
            foreach (var s in stores) Tensor(s, "rows");
            var parts = cluster.Where(_products.ContainsKey).Select(n => _products[n]).ToList();
            groups.Add(new ProductGroup(
                [.. parts.Select(p => new MatrixProduct(p.Node, ((Input)p.B.Value!).Name, p.Constant, p.Inner.Size))], parts[0].Columns.Size, stores));
        }
        _kernels.Add(new ProductKernel(Unique("Multiply" + string.Concat(groups.SelectMany(g => g.Stores).Select(n => Capital(_tensors[n].Name)))), left, groups, false));
        foreach (var n in inside) if (_tensors.ContainsKey(n)) _made.Add(n);
        foreach (var p in products) _made.Add(p);
    }

    /// <summary>A product of rows that are stored anyway, for a kernel further on: cheaper to have again there than to store and load.</summary>
    private bool IsCheapLater(Node n) => n is Einsum && !_mustStore.Contains(n) && n.Operands.All(o => o.Rank < 2 || _mustStore.Contains(o))
        && _users.TryGetValue(n, out var users) && users.All(u => ReadsShift(u));

    private static bool IsColumnWise(Node n) => n is Sum or Map or RotatePairs or Einsum { Reduced: "" };

    /// <summary>Can be had in an epilogue without another product of this kernel: in memory, or column-wise of such.</summary>
    private bool Available(Node n) => n switch
    {
        Input or Literal or InverseSize or Zero => true,
        Shift s => _tensors.ContainsKey(s.Argument) && _made.Contains(s.Argument),
        _ when _tensors.ContainsKey(n) && _made.Contains(n) => true,
        _ => !_products.ContainsKey(n) && IsColumnWise(n) && n.Operands.All(Available),
    };

    /// <summary>Products that meet in a common value, with all that is made of them.</summary>
    private static IEnumerable<List<Node>> Clusters(List<Node> products, List<Node> absorbed)
    {
        var of = products.ToDictionary(p => p, p => new List<Node> { p });
        foreach (var n in absorbed)
        {
            var lists = n.Operands.Where(of.ContainsKey).Select(o => of[o]).Distinct().ToList();
            var first = lists[0];
            foreach (var other in lists.Skip(1))
            {
                first.AddRange(other);
                foreach (var m in other) of[m] = first;
            }
            first.Add(n);
            of[n] = first;
        }
        return of.Values.Distinct().Select(l => l.OrderBy(n => n.Id).ToList());
    }
}
