using TttGen.Compiler.Ir;
using TttGen.Compiler.Scheduling;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit;

/// <summary>The code of one row: the passes of a <see cref="RowPlan"/>, written with <see cref="RowExpressions"/>.</summary>
internal sealed class RowCode
{
    private readonly IAddressMap _memory;
    private readonly RowDialect _dialect;
    private readonly Axis? _rowAxis;
    private readonly IReadOnlyList<Node> _stores;
    private readonly Func<Node, string> _target;
    private readonly Func<string, int, string> _rowBuffer;
    private readonly NameTable _names;

    /// <param name="memory">Where values lie.</param>
    /// <param name="dialect">How the backend writes them.</param>
    /// <param name="rowAxis">The axis that rows run over.</param>
    /// <param name="stores">What to compute and store.</param>
    /// <param name="target">Pointer expression (vectors) or assignable expression (scalars) of a store.</param>
    /// <param name="rowBuffer">A pointer, under a name, to working memory for a row of so many elements; pass by pass, for that many in each row.</param>
    /// <param name="names">Unique names.</param>
    public RowCode(IAddressMap memory, RowDialect dialect, Axis? rowAxis, IReadOnlyList<Node> stores, Func<Node, string> target, Func<string, int, string> rowBuffer, NameTable names)
    {
        _memory = memory;
        _dialect = dialect;
        _rowAxis = rowAxis;
        _stores = stores;
        _target = target;
        _rowBuffer = rowBuffer;
        _names = names;
    }

    /// <summary>What is added up over the rows: what a row gives, how it is read, and where it goes.</summary>
    public IReadOnlyList<(Node Body, Access Access, string Target)> Sums { get; init; } = [];

    /// <summary>Writes the row's body; returns the lines that are the same for every row, to stand before it.</summary>
    public IReadOnlyList<string> Emit(CodeWriter w)
    {
        var passes = Passes(passByPass: false, static () => []);
        foreach (var (text, _) in passes) text.Write(w);
        return [.. passes.SelectMany(p => p.Text.Once)];
    }

    /// <summary>
    /// Writes a loop over rows for every pass: rows are short here, and while one row waits for its reduction the processor works on the next
    /// ones. Scalars that later passes need are kept, one a row.
    /// </summary>
    /// <param name="w">Where to.</param>
    /// <param name="head">The head of a loop over rows i.</param>
    /// <param name="pointers">Takes the row pointers that were asked for since the last call.</param>
    /// <param name="rowScalars">An array of one number a row.</param>
    public void EmitPassByPass(CodeWriter w, string head, Func<IReadOnlyList<string>> pointers, Func<string, string> rowScalars)
    {
        var passes = Passes(passByPass: true, pointers);
        for (var p = 0; p < passes.Count; p++)
            foreach (var name in passes[p].Text.Scalars.ToArray())
            {
                string? kept = null;
                foreach (var (later, _) in passes.Skip(p + 1).Where(l => l.Text.Reads(name)))
                {
                    kept ??= rowScalars(name);
                    later.Before.Insert(0, $"{_memory.Element} {name} = {kept}[i];");
                }
                if (kept is not null) passes[p].Text.After.Add($"{kept}[i] = {name};");
            }
        foreach (var (text, at) in passes)
        {
            foreach (var line in text.Once) w.Line(line);
            w.Open(head);
            foreach (var pointer in at.Where(l => text.Reads(l.Substring(0, l.IndexOf(" =", StringComparison.Ordinal)).Split(' ').Last()))) w.Line(pointer);
            text.Write(w);
            w.Close();
        }
    }

    private List<(PassText Text, IReadOnlyList<string> Pointers)> Passes(bool passByPass, Func<IReadOnlyList<string>> pointers)
    {
        SumSink[] sums = [.. Sums.Select(s => new SumSink(s.Body, s.Access, s.Target))];
        var plan = new RowPlan(_memory, _rowAxis, _stores, sums);
        var kept = new Dictionary<Node, string>();
        foreach (var n in plan.Kept)
        {
            var size = RowPlan.Columns(n).Size;
            kept[n] = _rowBuffer(Names.Of(n) + "Kept", size) + (passByPass ? $" + i * {Numbers.Of(size)}" : "");
        }
        var expressions = new RowExpressions(_memory, _dialect, plan, _target, kept, _names, passByPass);
        var passes = new List<(PassText, IReadOnlyList<string>)>();
        foreach (var pass in plan.Passes)
        {
            var loop = _memory.Loop(pass.Axis);
            var text = new PassText(_dialect.LoopHead(loop));
            expressions.Begin(pass, text, loop);
            foreach (var sink in pass.Sinks)
                switch (sink)
                {
                    case KeepSink k: text.Body.Add(expressions.Store(kept[k.Node], expressions.Vector(k.Node, k.Access, true))); break;
                    case StoreSink s: text.Body.Add(expressions.Store(_target(s.Node), expressions.Vector(s.Node, s.Access, true))); break;
                    case SumSink s: text.Body.Add(expressions.Store(s.Target, expressions.Added(s.Target, s.Node, s.Access))); break;
                    case ReduceSink r: Reduce(r, expressions, plan, text); break;
                }
            passes.Add((text, pointers()));
            _names.Leave();
        }
        var scalars = new PassText("");
        expressions.BeginScalars(scalars);
        foreach (var s in _stores.Where(s => !plan.AccessOf(s).IsVector()))
        {
            var value = expressions.Scalar(s, plan.AccessOf(s), scalars.Before, true);
            scalars.Before.Add(_dialect.StoreScalar(_target(s), RowExpressions.Unwrapped(value)));
        }
        foreach (var s in sums.Where(s => !s.Access.IsVector()))
        {
            var value = expressions.Scalar(s.Node, s.Access, scalars.Before);
            scalars.Before.Add($"{s.Target} += {RowExpressions.Unwrapped(value)};");
        }
        if (!scalars.IsEmpty) passes.Add((scalars, pointers()));
        return passes;
    }

    private void Reduce(ReduceSink sink, RowExpressions expressions, RowPlan plan, PassText text)
    {
        var e = sink.Reduction;
        var name = _names.Fresh(Names.Of(e));
        var lanes = expressions.NameInPass(name + "Sum");
        var parts = plan.Parts(e, sink.Access).Where(p => p.Node is not Literal).ToArray();
        var inside = parts.Where(p => p.Access.IsVector()).Select(p => expressions.Vector(p.Node, p.Access)).ToList();
        var outside = parts.Where(p => !p.Access.IsVector()).Select(p => expressions.Scalar(p.Node, p.Access, text.After)).ToList();
        text.Before.Add($"{_dialect.Vector} {lanes} = {_dialect.Zero};");
        var left = string.Join(" * ", inside.Take(inside.Count - 1).Select(RowExpressions.Atom));
        var right = inside[inside.Count - 1];
        text.Body.Add(inside.Count == 1
            ? $"{lanes} += {expressions.WithinRow(right)};"
            : expressions.IsExact
                ? $"{lanes} = {_dialect.MultiplyAdd(left, right, lanes)};"
                : $"{lanes} += {expressions.WithinRow($"{left} * {RowExpressions.Atom(right)}")};");
        if (e.Coefficient != 1) outside.Add(_memory.Constant(e.Coefficient));
        outside.Add(_dialect.Sum(lanes));
        text.After.Add($"{_memory.Element} {name} = {string.Join(" * ", outside)};");
        expressions.Define(e, sink.Access, name);
    }
}
