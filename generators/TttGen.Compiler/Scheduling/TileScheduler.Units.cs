using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Scheduling;

/// <content>Units: stages, stores and sums, what each reads, and the order that follows.</content>
public sealed partial class TileScheduler
{
    /// <summary>What is ordered: a stage of its own, or a store or a sum that shares a loop over rows with others.</summary>
    private sealed class Unit(Node result, TileBuffer target)
    {
        public Node Result { get; } = result;
        public TileBuffer Target { get; } = target;
        public Stage? Whole { get; init; }
        public Node? Store { get; init; }
        public RowSum? Sum { get; init; }
        public Axis? RowAxis { get; init; }
        public List<(Node Node, Access Access)> Reads { get; } = [];
        public HashSet<Unit> After { get; } = [];
        public HashSet<(Node, Access)> Expanded { get; } = [];
    }

    private void MakeUnits()
    {
        foreach (var n in _live)
        {
            if (!_buffers.ContainsKey(n) || n is Input || _products.ContainsKey(n) || _columnSums.ContainsKey(n)) continue;
            if (_accumulations.TryGetValue(n, out var a) && a.Rest.Count == 0) continue;
            AddMaker(new Unit(n, _buffers[n]) { Store = n, RowAxis = RowAxis(n) });
        }
        foreach (var n in _transposed.Keys)
        {
            var unit = new Unit(n, _transposed[n]) { Whole = new TransposeStage(_buffers[n], _transposed[n]) };
            _units.Add(_transposing[n] = unit);
        }

        foreach (var unit in _units)
        {
            switch (unit)
            {
                case { Whole: ContractStage c }:
                    if (c.A.Value is { } a) Need(unit, a, Access.AlongRow);
                    if (c.B.Value is { } b) Need(unit, b, Access.AlongRow);
                    foreach (var s in c.Scalars) Need(unit, s, Access.Scalar);
                    break;
                case { Whole: TransposeStage }:
                    Need(unit, unit.Result, Access.AlongRow);
                    break;
                case { Store: { } store }:
                    Expand(unit, store, Accesses.Of(store, store.Shape.Length > 0 ? store.Shape[0] : null), true);
                    break;
                case { Sum: { } sum }:
                    Expand(unit, sum.Body, sum.Access, false);
                    break;
            }
            // the first product of a sum overwrites, the others add
            if (unit.Whole is ContractStage || unit.Sum is not null)
                foreach (var earlier in _makers[unit.Result].TakeWhile(u => u != unit)) if (earlier.Whole is not null) unit.After.Add(earlier);
        }
        // a state is replaced after everything that reads it, or read from a copy where what reads it comes after that
        foreach (var unit in _units)
        {
            if (unit.Target.Kind != BufferKind.InPlace) continue;
            foreach (var other in _units)
            {
                if (other == unit || other.Target == unit.Target) continue;
                var read = other.Reads.Select(r => r.Node).OfType<Input>().FirstOrDefault(i => i is not Mask && _buffers[i] == unit.Target);
                if (read is null) continue;
                if (ComesAfter(other, unit)) _copied.Add(read.Argument);
                else unit.After.Add(other);
            }
        }

        static bool ComesAfter(Unit unit, Unit earlier)
        {
            var seen = new HashSet<Unit>();
            return Of(unit);

            bool Of(Unit at) => at.After.Contains(earlier) || at.After.Any(u => seen.Add(u) && Of(u));
        }
    }

    private void Need(Unit unit, Node n, Access access)
    {
        if (n is Literal or InverseSize or Zero) return;
        unit.Reads.Add((n, access));
        if (access == Access.Transposed) unit.After.Add(_transposing[n]);
        if (n is Input) return;
        if (_makers.TryGetValue(n, out var makers))
            foreach (var m in makers.Where(m => m != unit)) unit.After.Add(m);
        else if (n.Rank == 0) Expand(unit, n, access, true);
    }

    /// <summary>Everything stored that the expression of <paramref name="n"/> reads.</summary>
    private void Expand(Unit unit, Node n, Access access, bool root)
    {
        if (n is Literal or InverseSize or Zero) return;
        if (n is Mask) return;
        if (n is Input) { Need(unit, n, access); return; }
        if (!root && _buffers.ContainsKey(n)) { Need(unit, n, access); return; }
        if (!unit.Expanded.Add((n, access))) return;
        if (_accumulations.TryGetValue(n, out var sum))
        {
            foreach (var m in _makers[n].Where(m => m.Store is null && m != unit)) unit.After.Add(m);
            foreach (var t in sum.Rest) Expand(unit, t, access, false);
            return;
        }
        if (n is Einsum e)
            for (var k = 0; k < e.Operands.Count; k++) Expand(unit, e.Operands[k], Accesses.OfOperand(e, access, k), false);
        else
            foreach (var o in n.Operands) Expand(unit, o, access, false);
    }

    private IReadOnlyList<Stage> Order()
    {
        var stages = new List<Stage>(_first);
        var waiting = new List<Unit>(_units);
        var done = new HashSet<Unit>();
        var members = new List<Unit>();
        while (waiting.Count > 0)
        {
            var ready = waiting.Where(u => u.After.All(done.Contains)).ToList();
            if (ready.Count == 0) throw new CompileException("TTT103", $"{_program.Name}: the schedule has a cycle");
            var next = members.Count == 0 ? null : ready.FirstOrDefault(u => u.Whole is null && Equals(u.RowAxis, members[0].RowAxis)
                && u.After.Where(members.Contains).All(m => SameRow(u, m)));
            if (next is null)
            {
                Close();
                next = ready.FirstOrDefault(u => u.Whole is not null) ?? ready[0];
            }
            if (next.Whole is not null) stages.Add(next.Whole);
            else members.Add(next);
            done.Add(next);
            waiting.Remove(next);
        }
        Close();
        // a state is emptied after what it held has been read
        stages.AddRange(_last);
        return stages;

        void Close()
        {
            if (members.Count > 0)
                stages.Add(new RowsStage(members[0].RowAxis, [.. members.Where(m => m.Store is not null).Select(m => m.Store!)], [.. members.Where(m => m.Sum is not null).Select(m => m.Sum!)]));
            members.Clear();
        }

        // a sum over rows is there after the last of them; what it replaces is read by all of them
        bool SameRow(Unit reader, Unit made) => made.Sum is null
            && reader.Reads.Where(r => r.Node == made.Result).All(r => r.Access == Accesses.Of(made.Result, RowAxis(made.Result)))
            && made.Reads.Where(r => r.Node is Input && _buffers[r.Node] == reader.Target).All(r => reader.Sum is null && r.Access == Accesses.Of(r.Node, RowAxis(r.Node)));
    }

    internal static Axis? RowAxis(Node n) => n.Rank == 2 || (n.Rank == 1 && n.Shape[0].IsRows) ? n.Shape[0] : null;
}
