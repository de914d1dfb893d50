using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Scheduling;

/// <summary>
/// Finds what several loops over rows would each compute, and what is cheaper to compute in the first of them and to store. Work is counted for one
/// row: a load or an operation on a vector is one, a function and a reduction ten.
/// </summary>
internal sealed class SharedValues
{
    private const int FunctionWork = 10, ReductionWork = 10;

    /// <summary>What storing has to save beside the store itself: less is not worth the memory.</summary>
    private const int LeastSaving = 4;

    private readonly HashSet<Node> _live;
    private readonly RowsStage[] _loops;
    private readonly IReadOnlyDictionary<Node, TileBuffer> _buffers;
    private readonly IReadOnlyDictionary<Node, TileScheduler.Accumulation> _accumulations;
    private readonly Dictionary<Node, int> _makers = [];

    // one a loop; recomputed for the loops in which a value that is stored now is read
    private readonly List<(Node Node, Access Access, bool Root)>?[] _computed;
    private readonly Dictionary<Node, int>[] _workWith;

    public SharedValues(
        IEnumerable<Node> live, IEnumerable<Stage> stages, IReadOnlyDictionary<Node, TileBuffer> buffers, IReadOnlyDictionary<Node, TileScheduler.Accumulation> accumulations)
    {
        _live = [.. live];
        _loops = [.. stages.OfType<RowsStage>().Where(s => s.RowAxis is not null)];
        _buffers = buffers;
        _accumulations = accumulations;
        _computed = new List<(Node, Access, bool)>?[_loops.Length];
        _workWith = [.. _loops.Select(_ => new Dictionary<Node, int>())];
    }

    /// <summary>What saves most first, for it may spare others.</summary>
    public IReadOnlyCollection<Node> Find()
    {
        while (true)
        {
            var readers = Readers();
            var work = Enumerable.Range(0, _loops.Length).Select(k => Work(k, Computed(k), null)).ToArray();
            var best = readers.Where(r => r.Value.Count > 1).Select(r => (Node: r.Key, Maker: r.Value[0], Saving: r.Value.Skip(1).Sum(k => work[k] - WorkWith(k, r.Key)) - 1))
                .Where(c => c.Saving >= LeastSaving).OrderByDescending(c => c.Saving).ThenBy(c => c.Node.Id).FirstOrDefault();
            if (best.Node is null) return _makers.Keys;
            _makers[best.Node] = best.Maker;
            foreach (var k in readers[best.Node])
            {
                _computed[k] = null;
                _workWith[k].Clear();
            }
        }
    }

    /// <summary>For each value that can be stored, the loops that compute it.</summary>
    private Dictionary<Node, List<int>> Readers()
    {
        var readers = new Dictionary<Node, List<int>>();
        var otherwise = new HashSet<Node>();
        for (var k = 0; k < _loops.Length; k++)
        {
            var axis = _loops[k].RowAxis!.Value;
            foreach (var (n, access, root) in Computed(k))
            {
                if (IsThere(k, n, root, null)) continue;
                if (!Equals(TileScheduler.RowAxis(n), axis) || access != Accesses.Of(n, axis)) otherwise.Add(n);
                else if (!root && _live.Contains(n) && !(n.Rank == 2 && n.Shape[1].IsRows)) (readers.TryGetValue(n, out var had) ? had : readers[n] = []).Add(k);
            }
        }
        return readers.Where(r => !otherwise.Contains(r.Key) && !_makers.ContainsKey(r.Key)).ToDictionary(r => r.Key, r => r.Value);
    }

    private List<(Node Node, Access Access, bool Root)> Computed(int loop) => _computed[loop] ??= Computed(loop, null);

    private int WorkWith(int loop, Node stored) => _workWith[loop].TryGetValue(stored, out var known) ? known : _workWith[loop][stored] = Work(loop, Computed(loop, stored), stored);

    /// <summary>The work of one row of a loop, were <paramref name="stored"/> stored by another.</summary>
    private int Work(int loop, List<(Node Node, Access Access, bool Root)> computed, Node? stored) => computed.Sum(c => (c.Node, c.Access.IsVector()) switch
    {
        (_, var isVector) when IsThere(loop, c.Node, c.Root, stored) => isVector ? 1 : 0,
        (Einsum { Reduced: not "" }, _) => ReductionWork,
        (_, false) => 0,
        (Map m, _) when !m.Function.Rule().IsCheap => FunctionWork,
        var (n, _) => _accumulations.TryGetValue(n, out var sum) ? 1 + sum.Rest.Count : Math.Max(0, n.Operands.Count - 1),
    });

    /// <summary>What a loop computes and what it reads for that, each once.</summary>
    private List<(Node Node, Access Access, bool Root)> Computed(int loop, Node? stored)
    {
        var seen = new HashSet<(Node, Access)>();
        var computed = new List<(Node, Access, bool)>();
        void Visit(Node n, Access access, bool root)
        {
            if (n is Literal or InverseSize or Zero || !seen.Add((n, access))) return;
            computed.Add((n, access, root));
            if (IsThere(loop, n, root, stored)) return;
            if (_accumulations.TryGetValue(n, out var sum))
                foreach (var t in sum.Rest) Visit(t, access, false);
            else if (n is Einsum e)
                for (var o = 0; o < e.Operands.Count; o++) Visit(e.Operands[o], Accesses.OfOperand(e, access, o), false);
            else
                foreach (var o in n.Operands) Visit(o, access, false);
        }
        foreach (var s in _loops[loop].Stores) Visit(s, Accesses.Of(s, _loops[loop].RowAxis), true);
        foreach (var s in _loops[loop].Sums) Visit(s.Body, s.Access, false);
        return computed;
    }

    private bool IsThere(int loop, Node n, bool root, Node? stored) =>
        !root && (n is Input || n == stored || _buffers.ContainsKey(n) || (_makers.TryGetValue(n, out var maker) && maker != loop));
}
