using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Derivation;

/// <summary>Applies a per-token expression to all rows of a mini-batch at once (vmap).</summary>
public sealed class Lift(Graph g, string suffix, Action<string>? info = null)
{
    private readonly record struct Value(Node? Node, bool Rowed, PerToken? PerToken);
    private readonly Dictionary<Node, Value> _values = [];

    public void Bind(Node input, Node value, bool rowed) => _values[input] = new(value, rowed, null);
    public void Bind(Node input, PerToken value) => _values[input] = new(null, true, value);

    public Node Of(Node node)
    {
        var v = Visit(node);
        return v.Node ?? Force(node, v.PerToken!);
    }

    private Value Visit(Node node)
    {
        if (_values.TryGetValue(node, out var known)) return known;
        var v = node switch
        {
            Literal l => new Value(g.Literal(l.Value), false, null),
            InverseSize s => new Value(g.Inverse(s.Axis), false, null),
            Map m => OfMap(m),
            Sum s => OfSum(s),
            Einsum e => OfEinsum(e),
            _ => throw new InvalidOperationException($"unbound {node}"),
        };
        if (v.Node is { } made && node.Hint is { } hint) made.Hint ??= hint + suffix;
        return _values[node] = v;
    }

    private Value Stored(Node node)
    {
        var v = Visit(node);
        return v.PerToken is { } p ? new Value(Force(node, p), true, null) : v;
    }

    private Value OfMap(Map m)
    {
        var a = Stored(m.Argument);
        return new(g.Map(m.Function, a.Node!), a.Rowed, null);
    }

    private Value OfSum(Sum s)
    {
        var all = s.Operands.Select(Visit).ToArray();
        if (all.All(v => v.PerToken != null || !v.Rowed) && all.Any(v => v.PerToken != null) && s.Shape.Length > 1)
            return new(null, true, new(s.Shape, [.. all.SelectMany(v => v.PerToken?.Terms ?? [[(v.Node!, Graph.Letters(s.Shape.Length))]])]));
        var terms = s.Operands.Select(Stored).ToArray();
        if (terms.All(t => !t.Rowed)) return new(g.Add([.. terms.Select(t => t.Node!)]), false, null);
        var l = Graph.Letters(s.Shape.Length);
        Node[] rows = [.. terms.Select(t => t.Rowed ? t.Node! : g.Einsum([(t.Node!, l)], "I" + l, [Axis.Rows, .. s.Shape]))];
        // a bias beside its product: both subtract Σ (…) Δ, and one product (X̄Xᵀ + 1) Δ serves
        return new(all.Any(v => v.PerToken != null) ? g.AddOpened(rows) : g.Add(rows), true, null);
    }

    private Value OfEinsum(Einsum e)
    {
        var ops = e.Operands.Select(Visit).ToArray();
        var rowed = ops.Any(v => v.Rowed);
        var output = rowed ? "I" + e.Out : e.Out;
        Axis[] shape = rowed ? [Axis.Rows, .. e.Shape] : e.Shape;
        // every product of one term from each per-token operand; an ordinary operand is its own only term
        IEnumerable<List<(Node Node, string Index)>> products = [[]];
        for (var o = 0; o < ops.Length; o++)
        {
            var (v, index) = (ops[o], e.Indices[o]);
            IEnumerable<(Node, string)[]> terms = v.PerToken is { } p
                ? p.Terms.Select(t => Placed(t, index)).ToArray()
                : [[(v.Node!, v.Rowed ? "I" + index : index)]];
            products = products.SelectMany(had => terms.Select(t => (List<(Node, string)>)[.. had, .. t])).ToArray();
        }
        // a weight reshaped before it meets a token stays a sum of products
        if (ops.Any(v => v.PerToken != null) && ops.All(v => v.PerToken != null || !v.Rowed) && e.Out.Length > 1)
            return new(null, true, new(e.Shape, [.. products.Select(p => Relabelled(p, e.Out))]));
        return new(g.Add([.. products.Select(p => g.Einsum(p, output, shape))]), rowed, null);
    }

    private int _fresh;
    private char Fresh() => (char)(0x100 + _fresh++);

    /// <summary>A term's letters → the letters of this use; the source token, and whatever else is summed inside, get letters of their own.</summary>
    private (Node, string)[] Placed((Node Node, string Index)[] term, string use)
    {
        var own = new Dictionary<char, char>();
        return [.. term.Select(f => (f.Node, new string([.. f.Index.Select(c => c == 'I' ? 'I' : c is >= 'a' and <= 'm' ? use[c - 'a'] : own.TryGetValue(c, out var n) ? n : own[c] = Fresh())])))];
    }

    private (Node, string)[] Relabelled(List<(Node Node, string Index)> product, string output)
    {
        var own = new Dictionary<char, char> { ['I'] = 'I' };
        for (var i = 0; i < output.Length; i++) own[output[i]] = (char)('a' + i);
        return [.. product.Select(f => (f.Node, new string([.. f.Index.Select(c => own.TryGetValue(c, out var n) ? n : own[c] = Fresh())])))];
    }

    private Node Force(Node node, PerToken p)
    {
        if (p.Shape.Length > 1) info?.Invoke($"a fast weight of shape {string.Join("×", p.Shape)} is used in a way that is not linear: its {p.Shape.Length}-axis value is formed for every token of the mini-batch");
        return g.Add([.. p.Terms.Select(t => g.Einsum(t, "I" + Graph.Letters(p.Shape.Length), [Axis.Rows, .. p.Shape]))]);
    }
}
