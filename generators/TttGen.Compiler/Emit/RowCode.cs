using TttGen.Compiler.Ir;
using TttGen.Compiler.Scheduling;

namespace TttGen.Compiler.Emit;

/// <summary>
/// The code of one row: passes over the columns, reductions between them. A value that needs a reduction lives in a later pass; what is cheap
/// is computed again there, what is dear (exp, tanh …) is kept in a row buffer.
/// </summary>
public sealed class RowCode
{
    private readonly IRowMemory _memory;
    private readonly IReadOnlyList<Node> _stores;
    private readonly Axis? _rowAxis;
    private readonly Func<Node, string> _target;
    private readonly Func<string, int, string> _rowBuffer;
    private readonly NameTable _names;

    private readonly Dictionary<(Node, string), int> _levels = [];
    private readonly Dictionary<(Node, string), string> _scalars = [];
    private readonly Dictionary<string, string> _broadcasts = [];
    private readonly Dictionary<string, string> _constants = [];
    private readonly Dictionary<Node, string> _kept = [];
    private readonly List<(Axis Axis, int Level)> _passes = [];
    private readonly Dictionary<(Axis, int), List<Sink>> _sinks = [];
    private readonly HashSet<(Node, string)> _seen = [];
    private readonly HashSet<Node> _storedHere = [];

    private abstract record Sink(Node Node, string Role);
    private sealed record StoreSink(Node Node, string Role) : Sink(Node, Role);
    private sealed record KeepSink(Node Node, string Role) : Sink(Node, Role);
    private sealed record ReduceSink(Einsum Reduction, string Role) : Sink(Reduction, Role);

    /// <param name="memory">Where values lie.</param>
    /// <param name="rowAxis">The axis that rows run over.</param>
    /// <param name="stores">What to compute and store.</param>
    /// <param name="target">Pointer expression (vectors) or assignable expression (scalars) of a store.</param>
    /// <param name="rowBuffer">A pointer to a row of so many elements under a name: working memory of the stage.</param>
    /// <param name="names">Unique names.</param>
    public RowCode(IRowMemory memory, Axis? rowAxis, IReadOnlyList<Node> stores, Func<Node, string> target, Func<string, int, string> rowBuffer, NameTable names)
    {
        _memory = memory;
        _rowAxis = rowAxis;
        _stores = stores;
        _target = target;
        _rowBuffer = rowBuffer;
        _names = names;
        _storedHere = [.. stores];
    }

    /// <summary>Writes the row's body; answers the lines that are the same for every row, to stand before it.</summary>
    public IReadOnlyList<string> Emit(CodeWriter w)
    {
        Plan();
        var once = new List<string>();
        foreach (var pass in _passes)
        {
            var text = Pass(pass.Axis, pass.Level);
            once.AddRange(text.Once);
            text.Write(w);
            _names.Leave();
        }
        var last = Scalars();
        last.Write(w);
        return once;
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
        _passByPass = true;
        Plan();
        var passes = new List<(PassText Text, IReadOnlyList<string> Pointers)>();
        foreach (var pass in _passes)
        {
            _broadcasts.Clear();
            var text = Pass(pass.Axis, pass.Level);
            passes.Add((text, pointers()));
            _names.Leave();
        }
        _broadcasts.Clear();
        var last = Scalars();
        if (!last.IsEmpty) passes.Add((last, pointers()));
        for (var p = 0; p < passes.Count; p++)
            foreach (var name in passes[p].Text.Scalars.ToArray())
            {
                string? kept = null;
                foreach (var later in passes.Skip(p + 1).Where(l => l.Text.Reads(name)))
                {
                    kept ??= rowScalars(name);
                    later.Text.Before.Insert(0, $"{_memory.Element} {name} = {kept}[i];");
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

    private bool _passByPass;

    private void Plan()
    {
        foreach (var s in _stores)
        {
            var role = Roles.Of(s, _rowAxis);
            Discover(s, role, true);
            if (Roles.IsVector(role)) AddSink(s.Shape[s.Rank - 1], Level(s, role, true), new StoreSink(s, role));
        }
        KeepDearValues();
        _passes.Sort((a, b) => a.Level.CompareTo(b.Level));
    }

    private PassText Scalars()
    {
        var text = new PassText("");
        foreach (var s in _stores.Where(s => !Roles.IsVector(Roles.Of(s, _rowAxis))))
        {
            var value = Scalar(s, Roles.Of(s, _rowAxis), text.Before, true);
            text.Before.Add($"{_target(s)} = {Unwrapped(value)};");
        }
        text.Scalars.AddRange(_newScalars);
        _newScalars.Clear();
        return text;
    }

    private readonly List<string> _newScalars = [];

    private void AddSink(Axis axis, int level, Sink sink)
    {
        if (!_sinks.TryGetValue((axis, level), out var list))
        {
            _sinks[(axis, level)] = list = [];
            _passes.Add((axis, level));
        }
        list.Add(sink);
    }

    private bool InMemory(Node n, bool root) => _memory.IsGiven(n) || !root && (n is Input { Name: not Triangles.Mask } || _memory.IsStored(n)) && !_storedHere.Contains(n);

    private static bool IsReduction(Node n) => n is Einsum { Reduced: not "" };

    private static Axis ReducedAxis(Einsum e) => e.AxisOf(e.Reduced[0]);

    /// <summary>Reductions between here and memory: the pass in which a value can first be had.</summary>
    private int Level(Node n, string role, bool root = false)
    {
        if (n is Literal or InverseSize or Zero or Input || InMemory(n, root)) return 0;
        if (_levels.TryGetValue((n, role), out var known)) return known;
        int level;
        if (_memory.Accumulated(n, role) is { } sum) level = sum.Left.Select(t => Level(t, role)).DefaultIfEmpty(0).Max();
        else if (n is Einsum e)
        {
            level = Enumerable.Range(0, e.Operands.Count).Select(k => Level(e.Operands[k], Roles.OfOperand(e, role, k))).DefaultIfEmpty(0).Max();
            if (IsReduction(n)) level++;
        }
        else level = n.Operands.Select(o => Level(o, role)).DefaultIfEmpty(0).Max();
        return _levels[(n, role)] = level;
    }

    /// <summary>Finds every reduction that the stores need.</summary>
    private void Discover(Node n, string role, bool root)
    {
        if (n is Literal or InverseSize or Zero or Input || InMemory(n, root) || !_seen.Add((n, role))) return;
        if (_memory.Accumulated(n, role) is { } sum)
        {
            foreach (var t in sum.Left) Discover(t, role, false);
            return;
        }
        if (n is Einsum e)
        {
            for (var k = 0; k < e.Operands.Count; k++) Discover(e.Operands[k], Roles.OfOperand(e, role, k), false);
            if (!IsReduction(n)) return;
            if (e.Reduced.Length != 1) throw new CompileException("TTT104", "a sum over two axes at once is not part of the schedule");
            AddSink(ReducedAxis(e), Level(n, role, root) - 1, new ReduceSink(e, role));
        }
        else
        {
            foreach (var o in n.Operands) Discover(o, role, false);
        }
    }

    /// <summary>From this many loads and operations on, a value is kept for later passes rather than computed again.</summary>
    private const int DearCost = 6;

    /// <summary>A dear value that several passes need is computed in the first of them and kept; the dearest first, for it may spare others.</summary>
    private void KeepDearValues()
    {
        while (true)
        {
            var needed = new Dictionary<Node, List<(Axis Axis, int Level)>>();
            foreach (var pass in _passes)
                foreach (var n in _sinks[pass].SelectMany(VectorsOf).Distinct())
                    if (!_kept.ContainsKey(n) && !_storedHere.Contains(n)) (needed.TryGetValue(n, out var had) ? had : needed[n] = []).Add(pass);
            var dearest = needed.Where(p => p.Value.Count > 1).Select(p => (p.Key, p.Value, Cost: Cost(p.Key))).Where(c => c.Cost >= DearCost)
                .OrderByDescending(c => c.Cost).ThenBy(c => c.Key.Id).FirstOrDefault();
            if (dearest.Key is null) return;
            var first = dearest.Value.OrderBy(x => x.Level).First();
            var size = dearest.Key.Shape[dearest.Key.Rank - 1];
            var buffer = _rowBuffer((dearest.Key.Hint ?? "value") + "Kept", size.Size);
            _kept[dearest.Key] = _passByPass ? $"{buffer} + i * {Numbers.Of(size.Size)}" : buffer;
            _sinks[first].Insert(0, new KeepSink(dearest.Key, Roles.Of(dearest.Key, _rowAxis)));
        }
    }

    /// <summary>Loads and operations that a vector takes; functions count tenfold.</summary>
    private int Cost(Node node)
    {
        var seen = new HashSet<(Node, string)>();
        int Of(Node n, string role, bool root)
        {
            if (!Roles.IsVector(role) || n is Literal or InverseSize or Zero || !seen.Add((n, role))) return 0;
            if (n is Input || InMemory(n, root) || (!root && _kept.ContainsKey(n)) || (IsReduction(n) && !root)) return 1;
            if (_memory.Accumulated(n, role) is { } sum) return 1 + sum.Left.Sum(t => 1 + Of(t, role, false));
            if (n is Einsum e) return Math.Max(0, e.Operands.Count - 1) + Enumerable.Range(0, e.Operands.Count).Sum(k => Of(e.Operands[k], Roles.OfOperand(e, role, k), false));
            return (n is Map { Function: not (Function.Max0 or Function.Step) } ? 10 : n.Operands.Count - 1) + n.Operands.Sum(o => Of(o, role, false));
        }
        return Of(node, Roles.Of(node, _rowAxis), true);
    }

    private IEnumerable<Node> VectorsOf(Sink sink)
    {
        var seen = new HashSet<Node>();
        var found = new List<Node>();
        void Visit(Node n, string role, bool root)
        {
            if (!Roles.IsVector(role) || n is Literal or InverseSize or Zero or Input || InMemory(n, root) || (IsReduction(n) && !root) || !seen.Add(n)) return;
            if (!root && _kept.ContainsKey(n)) return;
            found.Add(n);
            if (_memory.Accumulated(n, role) is { } sum) { foreach (var t in sum.Left) Visit(t, role, false); return; }
            if (n is Einsum e) for (var k = 0; k < e.Operands.Count; k++) Visit(e.Operands[k], Roles.OfOperand(e, role, k), false);
            else foreach (var o in n.Operands) Visit(o, role, false);
        }
        if (sink is ReduceSink r)
            for (var k = 0; k < r.Reduction.Operands.Count; k++) Visit(r.Reduction.Operands[k], Roles.OfOperand(r.Reduction, r.Role, k), false);
        else
            Visit(sink.Node, sink.Role, true);
        return found;
    }

    // ---- one pass over the columns

    private List<string> _once = [];
    private List<string> _prelude = [];
    private List<string> _body = [];
    private readonly Dictionary<(Node, string), string> _vectors = [];
    private readonly Dictionary<(Node, string), int> _uses = [];
    private ColumnLoop _loop = new("", "", true);
    private int _level;

    private PassText Pass(Axis axis, int level)
    {
        _once = [];
        _prelude = [];
        _body = [];
        _vectors.Clear();
        _uses.Clear();
        _loop = _memory.Loop(axis);
        _level = level;
        var sinks = _sinks[(axis, level)];
        foreach (var sink in sinks) CountUses(sink);
        var text = new PassText($"for (int j = 0; j < {_loop.Step}; j += V.Count)");
        var after = text.After;
        // reductions first: what they read is then at hand for the stores
        foreach (var sink in sinks)
            switch (sink)
            {
                case KeepSink k:
                    var kept = Vector(k.Node, k.Role, true);
                    _body.Add(StoreTo(_kept[k.Node], kept));
                    break;
                case StoreSink s:
                    var value = Vector(s.Node, s.Role, true);
                    _body.Add(StoreTo(_target(s.Node), value));
                    break;
                case ReduceSink r:
                    Reduce(r, after);
                    break;
            }
        text.Once.AddRange(_once);
        text.Before.AddRange(_prelude);
        text.Body.AddRange(_body);
        text.Scalars.AddRange(_newScalars);
        _newScalars.Clear();
        foreach (var s in sinks.OfType<KeepSink>()) _vectors.Remove((s.Node, s.Role));
        return text;
    }

    private void CountUses(Sink sink)
    {
        void Visit(Node n, string role, bool root)
        {
            if (!Roles.IsVector(role)) return;
            _uses.TryGetValue((n, role), out var had);
            _uses[(n, role)] = had + 1;
            if (had > 0 || (!root && _kept.ContainsKey(n)) || n is Literal or InverseSize or Zero or Input || InMemory(n, root) || (IsReduction(n) && !root)) return;
            if (_memory.Accumulated(n, role) is { } sum) { foreach (var t in sum.Left) Visit(t, role, false); return; }
            if (n is Einsum e) for (var k = 0; k < e.Operands.Count; k++) Visit(e.Operands[k], Roles.OfOperand(e, role, k), false);
            else foreach (var o in n.Operands) Visit(o, role, false);
        }
        if (sink is ReduceSink r)
            for (var k = 0; k < r.Reduction.Operands.Count; k++) Visit(r.Reduction.Operands[k], Roles.OfOperand(r.Reduction, r.Role, k), false);
        else
            Visit(sink.Node, sink.Role, true);
    }

    private string Load(string row) => _loop.Exact ? $"V.Load({row} + j)" : $"V.LoadPartial({row} + j, {_loop.Bound} - j)";

    private string StoreTo(string row, string value) => _loop.Exact ? $"V.Store({value}, {row} + j);" : $"V.StorePartial({value}, {row} + j, {_loop.Bound} - j);";

    private void Reduce(ReduceSink sink, List<string> after)
    {
        var e = sink.Reduction;
        var name = _names.Fresh(e.Hint ?? "sum");
        var sum = OfPass(name + "Sum");
        var inside = new List<string>();
        var outside = new List<string>();
        double constant = 1;
        for (var k = 0; k < e.Operands.Count; k++)
        {
            var role = Roles.OfOperand(e, sink.Role, k);
            if (e.Operands[k] is Literal l) constant *= l.Value;
            else if (Roles.IsVector(role)) inside.Add(Vector(e.Operands[k], role));
            else outside.Add(Scalar(e.Operands[k], role, after));
        }
        _prelude.Add($"V {sum} = V.Zero;");
        var keep = !_loop.Exact;
        if (inside.Count == 1) _body.Add($"{sum} += {(keep ? $"V.Keep({inside[0]}, {_loop.Bound} - j)" : inside[0])};");
        else
        {
            var left = string.Join(" * ", inside.Take(inside.Count - 1).Select(Atom));
            var right = inside[inside.Count - 1];
            _body.Add(keep
                ? $"{sum} += V.Keep({left} * {Atom(right)}, {_loop.Bound} - j);"
                : $"{sum} = V.MultiplyAdd({left}, {right}, {sum});");
        }
        if (constant != 1) outside.Add(_memory.Constant(constant));
        outside.Add($"V.Sum({sum})");
        after.Add($"{_memory.Element} {name} = {string.Join(" * ", outside)};");
        _scalars[(e, sink.Role)] = name;
        _newScalars.Add(name);
    }

    private static string Atom(string x) => x.IndexOf(' ') < 0 || (x[0] == 'V' && x.EndsWith(")", StringComparison.Ordinal) && Balanced(x)) ? x : $"({x})";

    /// <summary>One call and nothing after it.</summary>
    private static bool Balanced(string x)
    {
        var depth = 0;
        for (var i = 0; i < x.Length; i++)
        {
            if (x[i] == '(') depth++;
            if (x[i] == ')' && --depth == 0 && i < x.Length - 1) return false;
        }
        return true;
    }

    /// <summary>A vector value: an expression, or the name of a local that this adds to the loop.</summary>
    private string Vector(Node n, string role, bool root = false)
    {
        if (_vectors.TryGetValue((n, role), out var known)) return known;
        var text = VectorText(n, role, root);
        var used = _uses.TryGetValue((n, role), out var uses) ? uses : 1;
        var trivial = text.IndexOf(' ') < 0 && text.IndexOf('(') < 0;
        if (trivial || (used < 2 && (n.Hint is null || root || n is Input) && text.Length < 120)) return text;
        var name = _names.FreshInside(LocalName(n, root));
        _body.Add($"V {name} = {text};");
        _vectors[(n, role)] = name;
        return name;
    }

    /// <summary>What lies in memory is a row of it; all else has the name that its composite gave.</summary>
    private string LocalName(Node n, bool root) => n is Input input ? Names.Lower(input.Name) + "Row"
        : InMemory(n, root) && !_memory.IsGiven(n) ? (n.Hint ?? "value") + "Row"
        : n.Hint ?? "value";

    /// <summary>A vector value under a name, for code that reads it twice.</summary>
    private string Named(Node n, string role)
    {
        var text = Vector(n, role);
        if (text.IndexOf('(') < 0 && text.IndexOf(' ') < 0) return text;
        var name = _names.FreshInside(LocalName(n, false));
        _body.Add($"V {name} = {text};");
        return _vectors[(n, role)] = name;
    }

    private string VectorText(Node n, string role, bool root)
    {
        if (!root && _kept.TryGetValue(n, out var kept)) return Load(kept);
        if (n is Zero) return "V.Zero";
        if (n is Input { Name: Triangles.Mask }) return _memory.MaskFree ? Broadcast(1) : $"V.Keep({Broadcast(1)}, i + 1 - j)";
        if (InMemory(n, root)) return Load(_memory.Row(n, role));
        if (!root && _storedHere.Contains(n) && Level(n, role, true) < _level) return Load(_target(n));
        if (_memory.Special(n, x => Named(x, role), _loop) is { } special) return special;
        switch (n)
        {
            case Sum s:
                var terms = s.Operands.ToList();
                string? start = null;
                if (_memory.Accumulated(n, role) is { } sum)
                {
                    start = Load(sum.Row);
                    terms = [.. sum.Left];
                }
                return SumText(terms, role, start);
            case Map m:
                return MapText(m.Function, Vector(m.Argument, role));
            case Einsum e:
                var (factors, scalar, negative) = Factors(e, role);
                return ProductText(factors, scalar, negative);
            default:
                throw new CompileException("TTT105", $"{n.GetType().Name} can't be computed along a row");
        }
    }

    private string SumText(List<Node> terms, string role, string? start)
    {
        var plain = new List<(string Text, bool Negative)>();
        var products = new List<(string Left, string Right, bool Negative)>();
        foreach (var t in terms)
        {
            if (t is Einsum { Reduced: "" } e && !_vectors.ContainsKey((t, role)) && !InMemory(t, false) && !_storedHere.Contains(t) && !_kept.ContainsKey(t)
                && e.Hint is null && (!_uses.TryGetValue((t, role), out var uses) || uses < 2))
            {
                var (factors, scalar, negative) = Factors(e, role);
                if (scalar is not null) factors.Insert(0, scalar);
                if (factors.Count == 1) plain.Add((factors[0], negative));
                else products.Add((string.Join(" * ", factors.Take(factors.Count - 1).Select(Atom)), factors[factors.Count - 1], negative));
            }
            else
            {
                plain.Add((Vector(t, role), false));
            }
        }
        var text = start;
        foreach (var (p, negative) in plain.OrderBy(p => p.Negative))
            text = text is null ? (negative ? $"-{Atom(p)}" : p) : negative ? $"{text} - {Atom(p)}" : $"{text} + {p}";
        foreach (var (left, right, negative) in products.OrderBy(p => p.Negative))
            text = text is null
                ? negative ? $"-({left} * {Atom(right)})" : $"{left} * {Atom(right)}"
                : negative ? $"{text} - {left} * {Atom(right)}" : $"V.MultiplyAdd({left}, {right}, {text})";
        return text ?? "V.Zero";
    }

    private static string ProductText(List<string> factors, string? scalar, bool negative)
    {
        if (scalar is not null) factors.Insert(0, scalar);
        if (factors.Count == 1) return negative ? $"-{Atom(factors[0])}" : factors[0];
        var text = string.Join(" * ", factors.Select(Atom));
        return negative ? $"-({text})" : text;
    }

    /// <summary>Vector factors, and all scalar ones as one broadcast.</summary>
    private (List<string> Factors, string? Scalar, bool Negative) Factors(Einsum e, string role)
    {
        var vectors = new List<string>();
        var scalars = new List<string>();
        double constant = 1;
        var (mask, varies) = (false, false);
        for (var k = 0; k < e.Operands.Count; k++)
        {
            var o = e.Operands[k];
            var at = Roles.OfOperand(e, role, k);
            switch (o)
            {
                case Literal l: constant *= l.Value; break;
                case Zero: return (["V.Zero"], null, false);
                case Input { Name: Triangles.Mask }: mask = true; break;
                default:
                    if (Roles.IsVector(at)) vectors.Add(Vector(o, at));
                    else scalars.Add(Scalar(o, at, _prelude));
                    varies |= o is not Input { Rank: 0 };
                    break;
            }
        }
        var negative = constant == -1;
        if (negative) constant = 1;
        var scalar = scalars.Count == 0
            ? constant != 1 || vectors.Count == 0 ? Broadcast(constant) : null
            : Broadcast((constant == 1 ? "" : _memory.Constant(constant) + " * ") + string.Join(" * ", scalars), varies);
        if (mask && !_memory.MaskFree)
        {
            var all = ProductText(vectors, scalar, negative);
            return ([$"V.Keep({all}, i + 1 - j)"], null, false);
        }
        return (vectors, scalar, negative);
    }

    /// <summary>A constant in every lane, named by its value.</summary>
    private string Broadcast(double constant)
    {
        var name = constant == 1 ? "ones" : "c" + Numbers.Short(constant).Replace('.', '_').Replace("-", "Minus").Replace("+", "");
        return Lanes(_memory.Constant(constant), name, _once);
    }

    private string Broadcast(string scalar, bool varies)
    {
        var stem = scalar.EndsWith("[i]", StringComparison.Ordinal) ? scalar.Substring(0, scalar.Length - 3) : scalar;
        var name = stem.All(c => char.IsLetterOrDigit(c) || c == '_') ? stem.TrimStart('_') + "Lanes" : "factor";
        return Lanes(scalar, name, varies ? _prelude : _once);
    }

    /// <summary>A local of one row and pass: of the whole method where passes share a row's loop.</summary>
    private string OfPass(string name) => _passByPass ? _names.FreshInside(name) : _names.Fresh(name);

    private string Lanes(string scalar, string name, List<string> lines)
    {
        var known = lines == _once ? _constants : _broadcasts;
        if (known.TryGetValue(scalar, out var lanes)) return lanes;
        lanes = lines == _prelude ? OfPass(name) : _names.Fresh(name);
        lines.Add($"V {lanes} = V.Broadcast({Unwrapped(scalar)});");
        return known[scalar] = lanes;
    }

    private string MapText(Function f, string x) => f.ToString() switch
    {
        "Max0" => $"V.Max({x}, V.Zero)",
        "Recip" => $"{Broadcast(1)} / {Atom(x)}",
        var name => $"V.{name}({x})",
    };

    /// <summary>A scalar value: the name of a local or a constant; what it needs is added to <paramref name="lines"/>.</summary>
    private string Scalar(Node n, string role, List<string> lines, bool root = false)
    {
        if (n is Literal l) return _memory.Constant(l.Value);
        if (n is InverseSize s) return _memory.Constant(1.0 / s.Axis.Size);
        if (n is Zero) return _memory.Constant(0);
        if (InMemory(n, root)) return _memory.Scalar(n, role);
        if (n is Einsum { IsView: true, Coefficient: 1, Factors.Count: 1 } view) return Scalar(view.Factors[0].Node, Roles.OfOperand(view, role, IndexOf(view, view.Factors[0].Node)), lines);
        if (n is Einsum { IsView: true, Factors.Count: 0 } number) return _memory.Constant(number.Coefficient);
        if (_scalars.TryGetValue((n, role), out var known)) return known;
        var text = n switch
        {
            Sum sum when _memory.Accumulated(n, role) is { } part => string.Join(" + ", new[] { part.Scalar }.Concat(part.Left.Select(t => Scalar(t, role, lines)))),
            Sum sum => string.Join(" + ", sum.Operands.Select(t => Scalar(t, role, lines))).Replace("+ -", "- "),
            Map m => ScalarMap(m.Function, Scalar(m.Argument, role, lines)),
            Einsum { Reduced: "" } e => ScalarProduct(e, role, lines),
            _ => throw new CompileException("TTT106", $"{n.GetType().Name} {n.Hint} is used before the pass that makes it"),
        };
        if (n.Hint is null && ScalarUses(n) < 2) return text.Contains(' ') ? $"({text})" : text;
        var name = _names.Fresh(n.Hint ?? "scalar");
        lines.Add($"{_memory.Element} {name} = {Unwrapped(text)};");
        _newScalars.Add(name);
        return _scalars[(n, role)] = name;
    }

    private static int IndexOf(Einsum e, Node operand) => e.Operands.ToList().IndexOf(operand);

    /// <summary>How many values are made of this one; views are read through.</summary>
    private int ScalarUses(Node n)
    {
        if (_users.Count == 0) foreach (var s in _stores) Visit(s);
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

    /// <summary>Without parentheses around the whole.</summary>
    private static string Unwrapped(string x) => x[0] == '(' && Balanced(x) ? x.Substring(1, x.Length - 2) : x;

    private string ScalarProduct(Einsum e, string role, List<string> lines)
    {
        double constant = 1;
        var factors = new List<string>();
        for (var k = 0; k < e.Operands.Count; k++)
            if (e.Operands[k] is Literal l) constant *= l.Value;
            else factors.Add(Scalar(e.Operands[k], Roles.OfOperand(e, role, k), lines));
        if (constant == -1 && factors.Count > 0) factors[0] = "-" + factors[0];
        else if (constant != 1 || factors.Count == 0) factors.Insert(0, _memory.Constant(constant));
        return string.Join(" * ", factors);
    }

    private string ScalarMap(Function f, string x)
    {
        var e = _memory.Element;
        var one = _memory.Constant(1);
        x = Unwrapped(x);
        return f switch
        {
            Function.Tanh => $"{e}.Tanh({x})",
            Function.Exp => $"{e}.Exp({x})",
            Function.Log => $"{e}.Log({x})",
            Function.Sigmoid => $"{one} / ({one} + {e}.Exp(-({x})))",
            Function.Rsqrt => $"{one} / {e}.Sqrt({x})",
            Function.Recip => $"{one} / ({x})",
            Function.Sqrt => $"{e}.Sqrt({x})",
            Function.Softplus => $"{e}.Max({x}, {_memory.Constant(0)}) + {e}.Log({one} + {e}.Exp(-{e}.Abs({x})))",
            _ => throw new CompileException("TTT107", $"{f} of a scalar is not part of the language"),
        };
    }
}
