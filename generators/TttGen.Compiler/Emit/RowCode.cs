using TttGen.Compiler.Ir;
using TttGen.Compiler.Scheduling;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit;

/// <summary>What a row adds to a sum over rows.</summary>
/// <param name="Body">What a row gives.</param>
/// <param name="Access">How it is read.</param>
/// <param name="Target">Where the sum lies.</param>
internal sealed record SumTarget(Node Body, Access Access, Address Target);

/// <summary>The code of one row: the passes of a <see cref="RowPlan"/>, written with <see cref="RowExpressions"/>.</summary>
internal sealed class RowCode
{
    private readonly IAddressMap _memory;
    private readonly RowDialect _dialect;
    private readonly Axis? _rowAxis;
    private readonly IReadOnlyList<Node> _stores;
    private readonly Func<Node, Address> _target;
    private readonly Func<string, int, Address> _rowBuffer;
    private readonly NameTable _names;

    /// <param name="memory">Where values lie.</param>
    /// <param name="dialect">How the backend writes them.</param>
    /// <param name="rowAxis">The axis that rows run over.</param>
    /// <param name="stores">What to compute and store.</param>
    /// <param name="target">Where a store goes.</param>
    /// <param name="rowBuffer">Working memory, under a name, for a row of so many elements; pass by pass, for that many in each row.</param>
    /// <param name="names">Unique names.</param>
    public RowCode(IAddressMap memory, RowDialect dialect, Axis? rowAxis, IReadOnlyList<Node> stores, Func<Node, Address> target, Func<string, int, Address> rowBuffer, NameTable names)
    {
        _memory = memory;
        _dialect = dialect;
        _rowAxis = rowAxis;
        _stores = stores;
        _target = target;
        _rowBuffer = rowBuffer;
        _names = names;
    }

    /// <summary>What is added up over the rows.</summary>
    public IReadOnlyList<SumTarget> Sums { get; init; } = [];

    /// <summary>The row's code.</summary>
    public EmittedRow Emit() => new([.. Passes(passByPass: false, static () => []).Select(p => p.Text)]);

    /// <summary>
    /// Writes a loop over rows for every pass: rows are short here, and while one row waits for its reduction the processor works on the next
    /// ones. Scalars that later passes need are kept, one a row.
    /// </summary>
    /// <param name="w">Where to.</param>
    /// <param name="head">The head of a loop over rows i.</param>
    /// <param name="pointers">Takes the row pointers that were asked for since the last call.</param>
    /// <param name="rowScalars">An array of one number a row.</param>
    public void EmitPassByPass(CodeWriter w, string head, Func<IReadOnlyList<Declaration>> pointers, Func<string, string> rowScalars)
    {
        var passes = Passes(passByPass: true, pointers);
        for (var p = 0; p < passes.Count; p++)
            foreach (var name in passes[p].Text.Scalars.ToArray())
            {
                Expr? kept = null;
                foreach (var (later, _) in passes.Skip(p + 1).Where(l => l.Text.Mentions(name)))
                {
                    kept ??= Expr.Element(Expr.Name(rowScalars(name)), Expr.Name("i"));
                    later.Before.Insert(0, Statement.Declare(_memory.Element, name, kept));
                }
                if (kept is not null) passes[p].Text.After.Add(Statement.Assign(kept, Expr.Name(name)));
            }
        foreach (var (text, at) in passes)
        {
            foreach (var s in text.Once) w.Line(s.ToString());
            w.Open(head);
            foreach (var pointer in at.Where(l => text.Mentions(l.Name))) w.Line(pointer.ToString());
            text.Write(w);
            w.Close();
        }
    }

    private List<(PassText Text, IReadOnlyList<Declaration> Pointers)> Passes(bool passByPass, Func<IReadOnlyList<Declaration>> pointers)
    {
        SumSink[] sums = [.. Sums.Select(s => new SumSink(s.Body, s.Access, s.Target))];
        var plan = new RowPlan(_memory, _rowAxis, _stores, sums);
        var kept = plan.Kept.ToDictionary(n => n, n => _rowBuffer(n.Called + "Kept", RowPlan.Columns(n).Size));
        var expressions = new RowExpressions(_memory, _dialect, plan, _target, kept, _names, passByPass);
        var passes = new List<(PassText, IReadOnlyList<Declaration>)>();
        foreach (var pass in plan.Passes)
        {
            var loop = _memory.Loop(pass.Axis);
            var text = new PassText(_dialect.LoopHead(loop), _dialect.LoopNames);
            expressions.Begin(pass, text, loop);
            foreach (var sink in pass.Sinks)
                switch (sink)
                {
                    case KeepSink k: text.Body.Add(expressions.Store(kept[k.Node], expressions.Vector(k.Node, k.Access, true))); break;
                    case StoreSink s: text.Body.Add(expressions.Store(_target(s.Node), expressions.Vector(s.Node, s.Access, true))); break;
                    case SumSink s: text.Body.Add(expressions.Store(s.Target, expressions.Added(s.Target, s.Node, s.Access))); break;
                    case HeadSink h:
                        text.Body.Add(expressions.Store(kept[h.Node], expressions.Vector(h.Sum.Argument, h.Access)));
                        text.After.Add(_dialect.SumHeads(kept[h.Node], h.Sum));
                        break;
                    case ReduceSink r: Reduce(r, expressions, plan, text); break;
                }
            passes.Add((text, pointers()));
            _names.Leave();
        }
        var scalars = new PassText("", []);
        expressions.BeginScalars(scalars);
        foreach (var s in _stores.Where(s => !plan.AccessOf(s).IsVector()))
        {
            var value = expressions.Scalar(s, plan.AccessOf(s), scalars.Before, true);
            scalars.Before.Add(_dialect.StoreScalar(_target(s), value));
        }
        foreach (var s in sums.Where(s => !s.Access.IsVector()))
        {
            var value = expressions.Scalar(s.Node, s.Access, scalars.Before);
            scalars.Before.Add(Statement.Assign(s.Target.Single, value, "+="));
        }
        if (!scalars.IsEmpty) passes.Add((scalars, pointers()));
        return passes;
    }

    private void Reduce(ReduceSink sink, RowExpressions expressions, RowPlan plan, PassText text)
    {
        var e = sink.Reduction;
        var name = _names.Fresh(e.Called);
        var lanesName = expressions.NameInPass(name + "Sum");
        var lanes = Expr.Name(lanesName);
        var parts = plan.Parts(e, sink.Access).Where(p => p.Node is not Literal).ToArray();
        var inside = parts.Where(p => p.Access.IsVector()).Select(p => expressions.Vector(p.Node, p.Access)).ToList();
        var outside = parts.Where(p => !p.Access.IsVector()).Select(p => expressions.Scalar(p.Node, p.Access, text.After)).ToList();
        text.Before.Add(Statement.Declare(_dialect.Vector, lanesName, _dialect.Zero));
        var right = inside[inside.Count - 1];
        var left = inside.Count == 1 ? null : Expr.Product(inside.Take(inside.Count - 1));
        text.Body.Add(left is null ? Statement.Assign(lanes, expressions.WithinRow(right), "+=")
            : expressions.IsExact ? Statement.Assign(lanes, _dialect.MultiplyAdd(left, right, lanes))
            : Statement.Assign(lanes, expressions.WithinRow(left * right), "+="));
        if (e.Coefficient != 1) outside.Add(_memory.Constant(e.Coefficient));
        outside.Add(_dialect.Sum(lanes));
        text.After.Add(Statement.Declare(_memory.Element, name, Expr.Product(outside)));
        expressions.Define(e, sink.Access, name);
    }
}

/// <summary>The code of a row: passes over its columns.</summary>
internal sealed class EmittedRow(IReadOnlyList<PassText> passes)
{
    /// <summary>The lines that are the same for every row, to stand before it.</summary>
    public IEnumerable<string> Once => passes.SelectMany(p => p.Once).Select(s => s.ToString());

    /// <summary>Whether an identifier stands in the code of the row.</summary>
    public bool Mentions(string name) => passes.Any(p => p.Mentions(name));

    /// <summary>Writes the row's body.</summary>
    public void Write(CodeWriter w)
    {
        foreach (var pass in passes) pass.Write(w);
    }
}
