using TttGen.Compiler.Ir;
using TttGen.Compiler.Scheduling;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit;

/// <summary>
/// Values of one row as C# expressions: vectors inside the loop of the pass that is being written, scalars before it. What is read twice or has
/// a name in the spec gets a local.
/// </summary>
internal sealed class RowExpressions(
    IAddressMap memory, RowDialect dialect, RowPlan plan, Func<Node, string> target, IReadOnlyDictionary<Node, string> kept, NameTable names, bool passByPass)
    : IScalarText
{
    private const int LongestInline = 120;

    private readonly Dictionary<(Node, Access), string> _scalars = [];
    private Dictionary<(Node, Access), string> _vectors = [];
    private readonly Dictionary<(Node, Access), int> _uses = [];
    private readonly Dictionary<string, string> _broadcasts = [];
    private readonly Dictionary<string, string> _constants = [];
    private PassText _text = new("");
    private ColumnLoop _loop = new("", "", true);
    private int _level;

    /// <summary>Begins a pass; where each has a loop over rows of its own, nothing but constants and scalars reaches over from the one before.</summary>
    public void Begin(RowPass pass, PassText text, ColumnLoop loop)
    {
        (_text, _loop, _level) = (text, loop, pass.Level);
        _vectors.Clear();
        _uses.Clear();
        if (passByPass) _broadcasts.Clear();
        foreach (var (n, access, root) in pass.Sinks.SelectMany(plan.Roots)) CountUses(n, access, root);
    }

    /// <summary>Begins the scalars that come after all passes.</summary>
    public void BeginScalars(PassText text) => _text = text;

    public string Load(string row) => dialect.Load(row, _loop);

    public string Store(string row, string value) => dialect.Store(row, value, _loop);

    /// <summary>x with what is past the end of the row zeroed.</summary>
    public string WithinRow(string x) => dialect.WithinRow(x, _loop);

    public bool IsExact => _loop.Exact;

    /// <summary>Names a reduction's result, for the passes that follow.</summary>
    public void Define(Node reduction, Access access, string name)
    {
        _scalars[(reduction, access)] = name;
        _text.Scalars.Add(name);
    }

    /// <summary>Parentheses where an operator could tear an expression apart.</summary>
    public static string Atom(string x) => x.IndexOf(' ') < 0 || IsOneCall(x) || IsElement(x) ? x : $"({x})";

    /// <summary>Without parentheses around the whole.</summary>
    public static string Unwrapped(string x) => x[0] == '(' && EndsWhereItOpens(x) ? x.Substring(1, x.Length - 2) : x;

    private static bool IsOneCall(string x) => char.IsLetter(x[0]) && x.IndexOf(' ') > x.IndexOf('(') && x.IndexOf('(') > 0 && EndsWhereItOpens(x);

    /// <summary>One element of something: a name, and an index to the end.</summary>
    private static bool IsElement(string x)
    {
        var open = x.IndexOf('[');
        return open > 0 && x.IndexOf(']') == x.Length - 1 && x.Take(open).All(c => char.IsLetterOrDigit(c) || c == '_');
    }

    /// <summary>The first parenthesis is closed by the last character.</summary>
    private static bool EndsWhereItOpens(string x)
    {
        if (x[x.Length - 1] != ')') return false;
        var depth = 0;
        for (var i = 0; i < x.Length - 1; i++)
        {
            if (x[i] == '(') depth++;
            if (x[i] == ')' && --depth == 0) return false;
        }
        return true;
    }

    /// <summary>A local of one row and pass: of the whole method where passes share a row's loop.</summary>
    public string NameInPass(string name) => passByPass ? names.FreshInside(name) : names.Fresh(name);

    private static bool IsName(string x) => x.IndexOf(' ') < 0 && x.IndexOf('(') < 0;

    private void CountUses(Node n, Access access, bool root)
    {
        if (!access.IsVector()) return;
        _uses.TryGetValue((n, access), out var had);
        _uses[(n, access)] = had + 1;
        if (had > 0 || plan.IsLeaf(n, root) || (!root && (plan.IsKept(n) || RowPlan.IsReduction(n)))) return;
        foreach (var (part, at) in plan.Parts(n, access)) CountUses(part, at, false);
    }

    // ---- vectors

    /// <summary>A vector value: an expression, or the name of a local that this adds to the loop.</summary>
    public string Vector(Node n, Access access, bool root = false)
    {
        if (_vectors.TryGetValue((n, access), out var known)) return known;
        var text = VectorText(n, access, root);
        var usedOnce = !_uses.TryGetValue((n, access), out var uses) || uses < 2;
        return IsName(text) || (usedOnce && (n.Hint is null || root || n is Input) && text.Length < LongestInline) ? text : Local(n, access, text, root);
    }

    /// <summary>A vector value under a name, for code that reads it twice.</summary>
    private string Named(Node n, Access access)
    {
        var text = Vector(n, access);
        return IsName(text) ? text : Local(n, access, text, false);
    }

    private string Local(Node n, Access access, string text, bool root)
    {
        var name = names.FreshInside(LocalName(n, root));
        _text.Body.Add($"{dialect.Vector} {name} = {text};");
        return _vectors[(n, access)] = name;
    }

    /// <summary>What lies in memory is a row of it; all else has the name that its composite gave.</summary>
    private string LocalName(Node n, bool root) => n is Input input ? Names.Lower(input.Identifier) + "Row"
        : plan.InMemory(n, root) && !memory.IsInRegister(n) ? Names.Of(n) + "Row"
        : Names.Of(n);

    private string VectorText(Node n, Access access, bool root)
    {
        if (!root && access == plan.AccessOf(n) && kept.TryGetValue(n, out var row)) return Load(row);
        if (n is Zero) return dialect.Zero;
        if (n is Mask) return Masked(Broadcast(1));
        if (plan.InMemory(n, root)) return Load(memory.Row(n, access));
        if (!root && plan.IsStoredHere(n) && plan.StoreLevel(n) < _level) return Load(target(n));
        if (memory.Special(n, x => Named(x, access), x => dialect.Swapped(() => Named(x, access), () => AtNeighbour(x, access)), Load) is { } special) return special;
        return n switch
        {
            Sum when memory.Accumulated(n, access) is { } sum => SumText(sum.Left, access, Load(sum.Row)),
            Sum s => SumText(s.Operands, access, null),
            Map m => MapText(m.Function, [.. m.Operands.Select(a => Vector(a, access))]),
            Einsum e => ProductText(Factors(e, access)),
            _ => throw new CompileException("TTT105", $"{n.GetType().Name} can't be computed along a row"),
        };
    }

    /// <summary>A value at the neighbouring column: computed there, with locals of its own.</summary>
    private string AtNeighbour(Node n, Access access)
    {
        var (here, loop) = (_vectors, _loop);
        (_vectors, _loop) = ([], loop with { Column = "(j ^ 1)" });
        var text = Named(n, access);
        (_vectors, _loop) = (here, loop);
        return text;
    }

    /// <summary>The causal mask: row i sees columns up to i.</summary>
    private string Masked(string x) => memory.MaskIsImplied ? x : dialect.Causal(x);

    /// <summary>What lies at an address, and a vector value added to it.</summary>
    public string Added(string row, Node n, Access access) => SumText([n], access, Load(row));

    private string SumText(IReadOnlyList<Node> terms, Access access, string? start)
    {
        var plain = new List<(string Text, bool Negative)>();
        var products = new List<(string Left, string Right, bool Negative)>();
        foreach (var t in terms)
        {
            if (!IsInlineProduct(t, access))
            {
                plain.Add((Vector(t, access), false));
                continue;
            }
            var (factors, negative) = Factors((Einsum)t, access);
            if (factors.Count == 1) plain.Add((factors[0], negative));
            else products.Add((string.Join(" * ", factors.Take(factors.Count - 1).Select(Atom)), factors[factors.Count - 1], negative));
        }
        var text = start;
        foreach (var (p, negative) in plain.OrderBy(p => p.Negative))
            text = text is null ? (negative ? $"-{Atom(p)}" : p) : negative ? $"{text} - {Atom(p)}" : $"{text} + {p}";
        foreach (var (left, right, negative) in products.OrderBy(p => p.Negative))
            text = text is null
                ? negative ? $"-({left} * {Atom(right)})" : $"{left} * {Atom(right)}"
                : negative ? $"{text} - {left} * {Atom(right)}" : dialect.MultiplyAdd(left, right, text);
        return text ?? dialect.Zero;
    }

    /// <summary>A product that nothing else reads: it joins its sum as a multiply-add.</summary>
    private bool IsInlineProduct(Node t, Access access) => t is Einsum { Reduced: "", Hint: null } && !_vectors.ContainsKey((t, access)) && !plan.InMemory(t, false)
        && !plan.IsStoredHere(t) && !plan.IsKept(t) && (!_uses.TryGetValue((t, access), out var uses) || uses < 2);

    private static string ProductText((List<string> Factors, bool Negative) product)
    {
        var (factors, negative) = product;
        var text = factors.Count == 1 ? factors[0] : string.Join(" * ", factors.Select(Atom));
        return !negative ? text : factors.Count == 1 ? $"-{Atom(text)}" : $"-({text})";
    }

    /// <summary>All scalar factors as one broadcast, then the vectors.</summary>
    private (List<string> Factors, bool Negative) Factors(Einsum e, Access access)
    {
        if (e.Operands.Any(o => o is Zero)) return ([dialect.Zero], false);
        var vectors = new List<string>();
        var scalars = new List<string>();
        var varies = false;
        foreach (var (o, at) in plan.Parts(e, access).Where(p => p.Node is not (Literal or Mask)))
            if (at.IsVector()) vectors.Add(Vector(o, at));
            else
            {
                scalars.Add(Scalar(o, at, _text.Before));
                varies |= o is not Input { Rank: 0 };
            }
        var negative = e.Coefficient == -1;
        var constant = negative ? 1 : e.Coefficient;
        if (scalars.Count > 0) vectors.Insert(0, Broadcast((constant == 1 ? "" : memory.Constant(constant) + " * ") + string.Join(" * ", scalars), varies));
        else if (constant != 1 || vectors.Count == 0) vectors.Insert(0, Broadcast(constant));
        return e.Operands.Any(o => o is Mask) ? ([Masked(ProductText((vectors, negative)))], false) : (vectors, negative);
    }

    /// <summary>A constant in every lane, named by its value.</summary>
    private string Broadcast(double constant)
    {
        var name = constant == 1 ? "ones" : "c" + Numbers.Short(constant).Replace('.', '_').Replace("-", "Minus").Replace("+", "");
        return Lanes(memory.Constant(constant), name, varies: false);
    }

    private string Broadcast(string scalar, bool varies)
    {
        var stem = scalar.EndsWith("[i]", StringComparison.Ordinal) ? scalar.Substring(0, scalar.Length - 3) : scalar;
        return Lanes(scalar, stem.All(c => char.IsLetterOrDigit(c) || c == '_') ? stem.TrimStart('_') + "Lanes" : "factor", varies);
    }

    /// <summary>A scalar in every lane: before the row's loop, or before all rows where it does not vary.</summary>
    private string Lanes(string scalar, string name, bool varies)
    {
        var known = varies ? _broadcasts : _constants;
        if (known.TryGetValue(scalar, out var lanes)) return lanes;
        if (dialect.Broadcast(scalar) is { } plain) return plain;
        lanes = varies ? NameInPass(name) : names.Fresh(name);
        (varies ? _text.Before : _text.Once).Add(dialect.Broadcasting(lanes, Unwrapped(scalar)));
        return known[scalar] = lanes;
    }

    private string MapText(Function f, string[] x) => f switch
    {
        Function.Recip => $"{Broadcast(1)} / {Atom(x[0])}",
        Function.Copy => x[0],
        _ => dialect.Map(f, x),
    };

    // ---- scalars

    /// <summary>A scalar value: the name of a local or a constant; what it needs is added to <paramref name="lines"/>.</summary>
    public string Scalar(Node n, Access access, List<string> lines, bool root = false)
    {
        switch (n)
        {
            case Literal l: return memory.Constant(l.Value);
            case InverseSize s: return memory.Constant(1.0 / s.Axis.Size);
            case Zero: return memory.Constant(0);
        }
        if (plan.InMemory(n, root)) return memory.Scalar(n, access);
        if (_scalars.TryGetValue((n, access), out var known)) return known;
        if (n is Einsum { IsView: true, Coefficient: 1 } view)
        {
            if (view.Factors.Count == 0) return memory.Constant(1);
            var (inner, at) = plan.Parts(n, access).Single(p => p.Node is not Literal);
            return Scalar(inner, at, lines);
        }
        var text = ScalarText(n, access, lines);
        if (n.Hint is null && plan.ScalarUses(n) < 2) return text.Contains(' ') ? $"({text})" : text;
        var name = names.Fresh(n.Hint ?? "scalar");
        lines.Add($"{memory.Element} {name} = {Unwrapped(text)};");
        Define(n, access, name);
        return name;
    }

    private string ScalarText(Node n, Access access, List<string> lines) => n switch
    {
        Sum when memory.Accumulated(n, access) is { } part => SumOf(new[] { part.Scalar }.Concat(part.Left.Select(t => Scalar(t, access, lines)))),
        Sum sum => SumOf(sum.Operands.Select(t => Scalar(t, access, lines))),
        Map m => ScalarMap(m.Function, [.. m.Operands.Select(a => Unwrapped(Scalar(a, access, lines)))]),
        Einsum { Reduced: "" } e => ScalarProduct(e, access, lines),
        _ => throw new CompileException("TTT106", $"{n.GetType().Name} {n.Hint} is used before the pass that makes it"),
    };

    private static string SumOf(IEnumerable<string> terms) => string.Join(" + ", terms).Replace("+ -", "- ");

    private string ScalarProduct(Einsum e, Access access, List<string> lines)
    {
        var factors = plan.Parts(e, access).Where(p => p.Node is not Literal).Select(p => Scalar(p.Node, p.Access, lines)).ToList();
        if (e.Coefficient == -1 && factors.Count > 0) factors[0] = "-" + factors[0];
        else if (e.Coefficient != 1 || factors.Count == 0) factors.Insert(0, memory.Constant(e.Coefficient));
        return string.Join(" * ", factors);
    }

    private string ScalarMap(Function f, string[] x) => f.Rule().Scalar is { } form ? form(this, x) : dialect.Call(f.ToString(), string.Join(", ", x));

    string IScalarText.Constant(double value) => memory.Constant(value);

    string IScalarText.Call(string function, string arguments) => dialect.Call(function, arguments);
}
