using TttGen.Compiler.Ir;
using TttGen.Compiler.Scheduling;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit;

/// <summary>
/// Values of one row as expressions of the target language: vectors inside the loop of the pass that is being written, scalars before it. What is read twice or has
/// a name in the spec gets a local.
/// </summary>
internal sealed class RowExpressions(
    IAddressMap memory, RowDialect dialect, RowPlan plan, Func<Node, Address> target, IReadOnlyDictionary<Node, Address> kept, NameTable names, bool passByPass)
    : IScalarCode
{
    /// <summary>Longer expressions get a local.</summary>
    private const int LongestInline = 120;

    private readonly Dictionary<(Node, Access), Expr> _scalars = [];
    private Dictionary<(Node, Access), Expr> _vectors = [];
    private readonly Dictionary<(Node, Access), int> _uses = [];
    private readonly Dictionary<string, Expr> _broadcasts = [];
    private readonly Dictionary<string, Expr> _constants = [];
    private PassText _text = new("", []);
    private ColumnLoop _loop = new("", true);
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

    public Expr Load(Address row) => dialect.Load(row, _loop);

    public Statement Store(Address row, Expr value) => dialect.Store(row, value, _loop);

    /// <summary>x with what is past the end of the row zeroed.</summary>
    public Expr WithinRow(Expr x) => dialect.WithinRow(x, _loop);

    public bool IsExact => _loop.Exact;

    /// <summary>Names a reduction's result, for the passes that follow.</summary>
    public void Define(Node reduction, Access access, string name)
    {
        _scalars[(reduction, access)] = Expr.Name(name);
        _text.Scalars.Add(name);
    }

    /// <summary>A local of one row and pass: of the whole method where passes share a row's loop.</summary>
    public string NameInPass(string name) => passByPass ? names.FreshInside(name) : names.Fresh(name);

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
    public Expr Vector(Node n, Access access, bool root = false)
    {
        if (_vectors.TryGetValue((n, access), out var known)) return known;
        var value = VectorOf(n, access, root);
        var usedOnce = !_uses.TryGetValue((n, access), out var uses) || uses < 2;
        return value.IsPlace || (usedOnce && (n.Hint is null || root || n is Input) && value.ToString().Length < LongestInline) ? value : Local(n, access, value, root);
    }

    /// <summary>A vector value under a name, for code that reads it twice.</summary>
    private Expr Named(Node n, Access access)
    {
        var value = Vector(n, access);
        return value.IsPlace ? value : Local(n, access, value, false);
    }

    private Expr Local(Node n, Access access, Expr value, bool root)
    {
        var name = names.FreshInside(LocalName(n, root));
        _text.Body.Add(Statement.Declare(dialect.Vector, name, value));
        return _vectors[(n, access)] = Expr.Name(name);
    }

    /// <summary>What lies in memory is a row of it; all else has the name that its composite gave.</summary>
    private string LocalName(Node n, bool root) => n is Input input ? Names.Lower(input.Identifier) + "Row"
        : plan.InMemory(n, root) && !memory.IsInRegister(n) ? n.Called + "Row"
        : n.Called;

    private Expr VectorOf(Node n, Access access, bool root)
    {
        if ((!root || n is HeadSum) && access == plan.AccessOf(n) && kept.TryGetValue(n, out var row)) return Load(row);
        if (n is Zero) return dialect.Zero;
        if (n is Mask) return Masked(Broadcast(1));
        if (plan.InMemory(n, root)) return Load(memory.Row(n, access));
        if (!root && plan.IsStoredHere(n) && plan.StoreLevel(n) < _level) return Load(target(n));
        if (memory.Special(n, x => Named(x, access), x => dialect.Swapped(() => Named(x, access), () => AtNeighbour(x, access)), Load) is { } special) return special;
        return n switch
        {
            Sum when memory.Accumulated(n, access) is { } sum => Total(sum.Left, access, Load(sum.Stored)),
            Sum s => Total(s.Operands, access, null),
            Map m => Applied(m.Function, [.. m.Operands.Select(a => Vector(a, access))]),
            Einsum e => Multiplied(Factors(e, access)),
            _ => throw new CompileException("TTT105", $"{n.GetType().Name} can't be computed along a row"),
        };
    }

    /// <summary>A value at the neighbouring column: computed there, with locals of its own.</summary>
    private Expr AtNeighbour(Node n, Access access)
    {
        var (here, loop) = (_vectors, _loop);
        (_vectors, _loop) = ([], loop with { Column = Expr.Name("(j ^ 1)") });
        var value = Named(n, access);
        (_vectors, _loop) = (here, loop);
        return value;
    }

    /// <summary>The causal mask: row i sees columns up to i.</summary>
    private Expr Masked(Expr x) => memory.MaskIsImplied ? x : dialect.Causal(x);

    /// <summary>What lies at an address, and a vector value added to it.</summary>
    public Expr Added(Address row, Node n, Access access) => Total([n], access, Load(row));

    /// <summary>A sum: what is positive first, then products as multiply-adds, what is subtracted last.</summary>
    private Expr Total(IReadOnlyList<Node> terms, Access access, Expr? start)
    {
        var plain = new List<(Expr Value, bool Negative)>();
        var products = new List<(Expr Left, Expr Right, bool Negative)>();
        foreach (var t in terms)
        {
            if (!IsInlineProduct(t, access))
            {
                plain.Add((Vector(t, access), false));
                continue;
            }
            var (factors, negative) = Factors((Einsum)t, access);
            if (factors.Count == 1) plain.Add((factors[0], negative));
            else products.Add((Expr.Product(factors.Take(factors.Count - 1)), factors[factors.Count - 1], negative));
        }
        var total = start;
        foreach (var (value, negative) in plain.OrderBy(p => p.Negative))
            total = total is null ? (negative ? -value : value) : negative ? total - value : total.Plus(value);
        foreach (var (left, right, negative) in products.OrderBy(p => p.Negative))
            total = total is null
                ? negative ? -(left * right) : left * right
                : negative ? total - left * right : dialect.MultiplyAdd(left, right, total);
        return total ?? dialect.Zero;
    }

    /// <summary>A product that nothing else reads: it joins its sum as a multiply-add.</summary>
    private bool IsInlineProduct(Node t, Access access) => t is Einsum { Reduced: "", Hint: null } && !_vectors.ContainsKey((t, access)) && !plan.InMemory(t, false)
        && !plan.IsStoredHere(t) && !plan.IsKept(t) && (!_uses.TryGetValue((t, access), out var uses) || uses < 2);

    private static Expr Multiplied((List<Expr> Factors, bool Negative) product) => product.Negative ? -Expr.Product(product.Factors) : Expr.Product(product.Factors);

    /// <summary>All scalar factors as one broadcast, then the vectors.</summary>
    private (List<Expr> Factors, bool Negative) Factors(Einsum e, Access access)
    {
        if (e.Operands.Any(o => o is Zero)) return ([dialect.Zero], false);
        var vectors = new List<Expr>();
        var scalars = new List<Expr>();
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
        if (scalars.Count > 0) vectors.Insert(0, Broadcast(Expr.Product(constant == 1 ? scalars : scalars.Prepend(memory.Constant(constant))), varies));
        else if (constant != 1 || vectors.Count == 0) vectors.Insert(0, Broadcast(constant));
        return e.Operands.Any(o => o is Mask) ? ([Masked(Multiplied((vectors, negative)))], false) : (vectors, negative);
    }

    /// <summary>A constant in every lane, named by its value.</summary>
    private Expr Broadcast(double constant)
    {
        var name = constant == 1 ? "ones" : "c" + Numbers.Short(constant).Replace('.', '_').Replace("-", "Minus").Replace("+", "");
        return Lanes(memory.Constant(constant), name, varies: false);
    }

    private Expr Broadcast(Expr scalar, bool varies)
    {
        var stem = scalar.AsElement is { Index: { Identifier: "i" } } element ? element.View.Identifier : scalar.Identifier;
        return Lanes(scalar, stem is null ? "factor" : stem.TrimStart('_') + "Lanes", varies);
    }

    /// <summary>A scalar in every lane: before the row's loop, or before all rows where it does not vary.</summary>
    private Expr Lanes(Expr scalar, string name, bool varies)
    {
        var known = varies ? _broadcasts : _constants;
        if (known.TryGetValue(scalar.ToString(), out var lanes)) return lanes;
        if (dialect.Broadcast(scalar) is { } plain) return plain;
        var local = varies ? NameInPass(name) : names.Fresh(name);
        (varies ? _text.Before : _text.Once).Add(dialect.Broadcasting(local, scalar));
        return known[scalar.ToString()] = Expr.Name(local);
    }

    private Expr Applied(Function f, Expr[] x) => f switch
    {
        Function.Recip => Broadcast(1) / x[0],
        Function.Copy => x[0],
        _ => dialect.Map(f, x),
    };

    // ---- scalars

    /// <summary>A scalar value: the name of a local or a constant; what it needs is added to <paramref name="lines"/>.</summary>
    public Expr Scalar(Node n, Access access, List<Statement> lines, bool root = false)
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
        var value = ScalarOf(n, access, lines);
        if (n.Hint is null && plan.ScalarUses(n) < 2) return value;
        var name = names.Fresh(n.Hint ?? "scalar");
        lines.Add(Statement.Declare(memory.Element, name, value));
        Define(n, access, name);
        return Expr.Name(name);
    }

    private Expr ScalarOf(Node n, Access access, List<Statement> lines) => n switch
    {
        Sum when memory.Accumulated(n, access) is { } part => SumOf(part.Left.Select(t => Scalar(t, access, lines)).Prepend(part.Stored.Single)),
        Sum sum => SumOf(sum.Operands.Select(t => Scalar(t, access, lines))),
        Map m => Applied(m.Function, [.. m.Operands.Select(a => Scalar(a, access, lines))], this),
        Einsum { Reduced: "" } e => ScalarProduct(e, access, lines),
        _ => throw new CompileException("TTT106", $"{n.GetType().Name} {n.Hint} is used before the pass that makes it"),
    };

    private static Expr SumOf(IEnumerable<Expr> terms) => terms.Aggregate((sum, term) => term.Negated is { } subtracted ? sum - subtracted : sum + term);

    private Expr ScalarProduct(Einsum e, Access access, List<Statement> lines)
    {
        var factors = plan.Parts(e, access).Where(p => p.Node is not Literal).Select(p => Scalar(p.Node, p.Access, lines)).ToList();
        if (e.Coefficient == -1 && factors.Count > 0) factors[0] = -factors[0];
        else if (e.Coefficient != 1 || factors.Count == 0) factors.Insert(0, memory.Constant(e.Coefficient));
        return Expr.Product(factors);
    }

    private static Expr Applied(Function f, Expr[] x, IScalarCode code) => f.Rule().Scalar is { } form ? form(code, x) : code.Call(f, x);

    Expr IScalarCode.Constant(double value) => memory.Constant(value);

    Expr IScalarCode.Call(Function function, params Expr[] arguments) => dialect.Call(function, arguments);
}
