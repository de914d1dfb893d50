using TttGen.Compiler.Ir;
using TttGen.Compiler.Scheduling;

namespace TttGen.Compiler.Emit;

/// <summary>What a pass over the columns is for.</summary>
internal abstract record Sink(Node Node, Access Access);

/// <summary>A value that the stage stores.</summary>
internal sealed record StoreSink(Node Node, Access Access) : Sink(Node, Access);

/// <summary>A value that a later pass reads instead of computing it again.</summary>
internal sealed record KeepSink(Node Node, Access Access) : Sink(Node, Access);

/// <summary>What the row adds to a sum over rows.</summary>
internal sealed record SumSink(Node Node, Access Access, Address Target) : Sink(Node, Access);

/// <summary>A sum along the row.</summary>
internal sealed record ReduceSink(Einsum Reduction, Access Access) : Sink(Reduction, Access);

/// <summary>Sums along each head of the row: a later pass reads them, each in the place of its head's columns.</summary>
internal sealed record HeadSink(HeadSum Sum, Access Access) : Sink(Sum, Access);

/// <summary>One loop over a column axis; its level is the number of reductions that had to come before.</summary>
internal sealed record RowPass(Axis Axis, int Level, List<Sink> Sinks);

/// <summary>
/// Divides the work of one row into passes over its columns. A value that needs a reduction lives in a later pass; what is cheap is computed
/// again there, what is costly is kept.
/// </summary>
internal sealed class RowPlan
{
    /// <summary>From this many loads and operations on, a value is kept for later passes rather than recomputed.</summary>
    private const int CostlyFrom = 6;

    private readonly IAddressMap _memory;
    private readonly Axis? _rowAxis;
    private readonly HashSet<Node> _stores;
    private readonly IReadOnlyList<SumSink> _sums;
    private readonly HashSet<Node> _kept = [];
    private readonly List<RowPass> _passes = [];
    private readonly Dictionary<(Node, Access), int> _levels = [];
    private readonly Dictionary<Node, int> _storeLevels = [];
    private readonly HashSet<(Node, Access)> _seen = [];

    public RowPlan(IAddressMap memory, Axis? rowAxis, IReadOnlyList<Node> stores, IReadOnlyList<SumSink> sums)
    {
        _sums = sums;
        _memory = memory;
        _rowAxis = rowAxis;
        _stores = [.. stores];
        foreach (var s in stores)
        {
            var access = AccessOf(s);
            Discover(s, access, true);
            if (access.IsVector()) PassOf(Columns(s), StoreLevel(s)).Sinks.Add(new StoreSink(s, access));
        }
        foreach (var s in sums)
        {
            Discover(s.Node, s.Access, false);
            if (s.Access.IsVector()) PassOf(Columns(s.Node), Level(s.Node, s.Access)).Sinks.Add(s);
        }
        KeepCostlyValues();
        _passes.Sort((a, b) => a.Level.CompareTo(b.Level));
    }

    /// <summary>In order.</summary>
    public IReadOnlyList<RowPass> Passes => _passes;

    /// <summary>Values that later passes read instead of computing them again.</summary>
    public IEnumerable<Node> Kept => _kept;

    public bool IsKept(Node n) => _kept.Contains(n);

    public bool IsStoredHere(Node n) => _stores.Contains(n);

    public Access AccessOf(Node n) => Accesses.Of(n, _rowAxis);

    public static Axis Columns(Node n) => n.Shape[n.Rank - 1];

    public static bool IsReduction(Node n) => n is HeadSum or Einsum { Reduced: not "" };

    /// <summary>Whether a value is read rather than computed. The root of a store is computed, whatever lies in its place.</summary>
    public bool InMemory(Node n, bool root) =>
        _memory.IsInRegister(n) || n is Input and not Mask || (!root && _memory.IsStored(n) && !_stores.Contains(n));

    /// <summary>Nothing to compute: a constant, or what lies in memory.</summary>
    public bool IsLeaf(Node n, bool root) => n is Literal or InverseSize or Zero or Input || InMemory(n, root);

    /// <summary>What a value is computed from, each with the access in which it is read.</summary>
    public IEnumerable<(Node Node, Access Access)> Parts(Node n, Access access)
    {
        if (_memory.Accumulated(n, access) is { } sum) return sum.Left.Select(t => (t, access));
        return n is Einsum e
            ? Enumerable.Range(0, e.Operands.Count).Select(k => (e.Operands[k], Accesses.OfOperand(e, access, k)))
            : n.Operands.Select(o => (o, access));
    }

    /// <summary>The vectors that a sink starts from: the value itself, or what is summed.</summary>
    public IEnumerable<(Node Node, Access Access, bool Root)> Roots(Sink sink) => sink is ReduceSink or HeadSink
        ? Parts(sink.Node, sink.Access).Select(p => (p.Node, p.Access, false))
        : [(sink.Node, sink.Access, sink is not SumSink)];

    /// <summary>Reductions between here and memory: the pass in which a value can first be had.</summary>
    public int Level(Node n, Access access, bool root = false)
    {
        if (IsLeaf(n, root)) return 0;
        if (_levels.TryGetValue((n, access), out var known)) return known;
        var level = Parts(n, access).Select(p => Level(p.Node, p.Access)).DefaultIfEmpty(0).Max();
        return _levels[(n, access)] = IsReduction(n) ? level + 1 : level;
    }

    /// <summary>The pass in which a value is stored: the one in which it can first be had, or, where it replaces an input, the last that reads that.</summary>
    public int StoreLevel(Node store)
    {
        if (_storeLevels.TryGetValue(store, out var known)) return known;
        var own = Level(store, AccessOf(store), true);
        return _storeLevels[store] = _memory.Replaced(store) is not { } input ? own
            : _stores.Where(s => s != store && IsMadeOf(s, input)).Select(s => Level(s, AccessOf(s), true)).Append(own).Max();
    }

    private bool IsMadeOf(Node root, Input input)
    {
        var seen = new HashSet<(Node, Access)>();
        return In(root, AccessOf(root), true);

        bool In(Node n, Access access, bool isRoot) => n == input || (!IsLeaf(n, isRoot) && seen.Add((n, access)) && Parts(n, access).Any(p => In(p.Node, p.Access, false)));
    }

    private RowPass PassOf(Axis axis, int level)
    {
        if (_passes.FirstOrDefault(p => p.Axis == axis && p.Level == level) is { } known) return known;
        var pass = new RowPass(axis, level, []);
        _passes.Add(pass);
        return pass;
    }

    /// <summary>Finds every reduction that a value needs.</summary>
    private void Discover(Node n, Access access, bool root)
    {
        if (IsLeaf(n, root) || !_seen.Add((n, access))) return;
        foreach (var (part, at) in Parts(n, access)) Discover(part, at, false);
        if (n is HeadSum heads)
        {
            _kept.Add(n);
            PassOf(Columns(n), Level(n, access, root) - 1).Sinks.Add(new HeadSink(heads, access));
        }
        if (n is not Einsum { Reduced: not "" } e) return;
        if (Parts(n, access).Any(p => p.Access == Access.Matrix)) throw new CompileException("TTT104", "a sum over a tile that is read along both of its axes at once is not part of the schedule");
        if (e.Reduced.Length != 1) throw new CompileException("TTT104", "a sum over two axes at once is not part of the schedule");
        PassOf(e.AxisOf(e.Reduced[0]), Level(n, access, root) - 1).Sinks.Add(new ReduceSink(e, access));
    }

    /// <summary>A costly value that several passes need is computed in the first of them and kept; the costliest first, for it may spare others.</summary>
    private void KeepCostlyValues()
    {
        while (true)
        {
            var needed = new Dictionary<Node, List<RowPass>>();
            foreach (var pass in _passes)
                foreach (var n in pass.Sinks.SelectMany(s => Vectors(s, pass.Level)).Distinct().Where(n => !_kept.Contains(n) && !_stores.Contains(n) && !Columns(n).IsRows))
                    (needed.TryGetValue(n, out var had) ? had : needed[n] = []).Add(pass);
            var (costliest, passes, _) = needed.Where(p => p.Value.Count > 1).Select(p => (p.Key, p.Value, Cost: Cost(p.Key))).Where(c => c.Cost >= CostlyFrom)
                .OrderByDescending(c => c.Cost).ThenBy(c => c.Key.Id).FirstOrDefault();
            if (costliest is null) return;
            _kept.Add(costliest);
            passes.OrderBy(p => p.Level).First().Sinks.Insert(0, new KeepSink(costliest, AccessOf(costliest)));
        }
    }

    /// <summary>Values along the row that a sink computes, but for those that it reads by columns, or that an earlier pass has stored.</summary>
    private IEnumerable<Node> Vectors(Sink sink, int level)
    {
        var found = new HashSet<(Node Node, Access Access)>();
        void Visit(Node n, Access access, bool root)
        {
            if (!access.IsVector() || IsLeaf(n, root) || (!root && (IsReduction(n) || _kept.Contains(n) || (_stores.Contains(n) && StoreLevel(n) < level))) || !found.Add((n, access))) return;
            foreach (var (part, at) in Parts(n, access)) Visit(part, at, false);
        }
        foreach (var (n, access, root) in Roots(sink)) Visit(n, access, root);
        return found.Where(f => f.Access == AccessOf(f.Node)).Select(f => f.Node);
    }

    /// <summary>Loads and operations that a vector takes; functions count tenfold.</summary>
    private int Cost(Node node)
    {
        var seen = new HashSet<(Node, Access)>();
        int Of(Node n, Access access, bool root)
        {
            if (!access.IsVector() || n is Literal or InverseSize or Zero || !seen.Add((n, access))) return 0;
            if (IsLeaf(n, root) || (!root && (_kept.Contains(n) || IsReduction(n)))) return 1;
            var own = n is Map m && !m.Function.Rule().IsCheap ? 10 : _memory.Accumulated(n, access) is { } sum ? 1 + sum.Left.Count : Math.Max(0, n.Operands.Count - 1);
            return own + Parts(n, access).Sum(p => Of(p.Node, p.Access, false));
        }
        return Of(node, AccessOf(node), true);
    }

    /// <summary>How many values are made of a scalar; views are read through.</summary>
    public int ScalarUses(Node n)
    {
        if (_users.Count == 0) foreach (var s in _stores.Concat(_sums.Select(s => s.Node))) Visit(s);
        return _users.TryGetValue(n, out var users) ? users.Sum(u => u is Einsum { IsView: true } ? ScalarUses(u) : 1) : 0;

        void Visit(Node node)
        {
            foreach (var operand in node.Operands)
            {
                if (!_users.TryGetValue(operand, out var users)) _users[operand] = users = [];
                users.Add(node);
                if (users.Count == 1) Visit(operand);
            }
        }
    }

    private readonly Dictionary<Node, List<Node>> _users = [];
}
