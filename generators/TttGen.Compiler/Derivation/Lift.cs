using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Derivation;

/// <summary>
/// Applies a per-token expression to all rows of a mini-batch at once. What depends on the token gets a leading row axis; a weight of the token's own is
/// carried through every linear use as a sum of products, and formed only where a use is not linear.
/// </summary>
/// <param name="g">Where the lifted expression is built; the expression itself may live elsewhere.</param>
/// <param name="suffix">Appended to hints, to tell the key path from the query path.</param>
/// <param name="formed">Told of every matrix that has to be formed for each token: its weight, and the use.</param>
public sealed class Lift(Graph g, string suffix, Action<string>? formed = null)
{
    private readonly record struct Value(Node? Node, bool Rowed, PerToken? PerToken);

    private readonly Dictionary<Node, Value> _values = [];
    private int _fresh;

    /// <summary>What an input stands for: one value for all tokens, or (rowed) [rows, its own axes].</summary>
    public void Bind(Node input, Node value, bool rowed) => _values[input] = new(value, rowed, null);

    /// <summary>What an input stands for: a weight of every token's own.</summary>
    public void Bind(Node input, PerToken value) => _values[input] = new(null, true, value);

    /// <summary>The expression for all rows; without a row axis if nothing in it depends on the token.</summary>
    public Node Of(Node node) => Formed(node, "its value").Node!;

    private Value Visit(Node node)
    {
        if (_values.TryGetValue(node, out var known)) return known;
        var value = node switch
        {
            Literal l => new(g.Literal(l.Value), false, null),
            InverseSize s => new(g.Inverse(s.Axis), false, null),
            Zero z => new(g.Zero(z.Shape), false, null),
            Map m => OfMap(m),
            Sum s => OfSum(s),
            Einsum e => OfEinsum(e),
            Input i => throw new ArgumentException($"input {i.Name} is not bound"),
            _ => throw new ArgumentException($"a {node.GetType().Name} can't be lifted to rows"),
        };
        if (node.Hint is { } hint) value.Node?.Named(hint + suffix);
        return _values[node] = value;
    }

    /// <summary>As <see cref="Visit"/>, with a token's own weight written out as [I, its axes].</summary>
    private Value Formed(Node node, string use)
    {
        var value = Visit(node);
        if (value.PerToken is not { } weight) return value;
        if (weight.Shape.Length > 1) formed?.Invoke($"{weight.Weight}, a fast {string.Join("×", weight.Shape)} matrix, is used in a way that is not linear ({use})");
        var letters = Graph.Letters(weight.Shape.Length);
        return new(g.Add([.. weight.Terms.Select(t => g.Einsum(t, "I" + letters, [Axis.Rows, .. weight.Shape]))]), true, null);
    }

    private Value OfMap(Map m)
    {
        var letters = Graph.Letters(m.Rank);
        var arguments = m.Operands.Select(a => Formed(a, m.Function.ToString())).ToArray();
        var rowed = arguments.Any(a => a.Rowed);
        Node Rows(Value a) => rowed && !a.Rowed ? g.Einsum([(a.Node!, letters)], "I" + letters, [Axis.Rows, .. m.Shape]) : a.Node!;
        return new(g.Map(m.Function, [.. arguments.Select(Rows)]), rowed, null);
    }

    private Value OfSum(Sum s)
    {
        var letters = Graph.Letters(s.Rank);
        var all = s.Operands.Select(Visit).ToArray();
        var own = all.FirstOrDefault(v => v.PerToken != null).PerToken;
        if (own != null && s.Rank > 1 && all.All(v => v.PerToken != null || !v.Rowed))
            return new(null, true, new(own.Weight, s.Shape, [.. all.SelectMany(v => v.PerToken?.Terms ?? [[(v.Node!, letters)]])]));

        var terms = s.Operands.Select(o => Formed(o, "Sum")).ToArray();
        if (terms.All(t => !t.Rowed)) return new(g.Add([.. terms.Select(t => t.Node!)]), false, null);
        Node[] rows = [.. terms.Select(t => t.Rowed ? t.Node! : g.Einsum([(t.Node!, letters)], "I" + letters, [Axis.Rows, .. s.Shape]))];
        // a bias beside its product: both subtract Σ (…) Δ, and one product (X̄Xᵀ + 1) Δ serves
        return new(own != null ? g.AddOpened(rows) : g.Add(rows), true, null);
    }

    private Value OfEinsum(Einsum e)
    {
        var operands = e.Operands.Select(Visit).ToArray();
        var own = operands.FirstOrDefault(v => v.PerToken != null).PerToken;
        var rowed = operands.Any(v => v.Rowed);
        var output = rowed ? "I" + e.Out : e.Out;
        Axis[] shape = rowed ? [Axis.Rows, .. e.Shape] : e.Shape;

        // every product of one term from each token's own weight; another operand is its own only term
        IReadOnlyList<(Node Node, string Index)>[] products = [[]];
        for (var o = 0; o < operands.Length; o++)
        {
            var (value, index) = (operands[o], e.Indices[o]);
            IReadOnlyList<(Node, string)>[] terms = value.PerToken is { } weight
                ? [.. weight.Terms.Select(t => Placed(t, index))]
                : [[(value.Node!, value.Rowed ? "I" + index : index)]];
            products = [.. products.SelectMany(had => terms.Select(t => (IReadOnlyList<(Node, string)>)[.. had, .. t]))];
        }

        // a weight reshaped before it meets a token stays a sum of products
        if (own != null && e.Rank > 1 && operands.All(v => v.PerToken != null || !v.Rowed))
            return new(null, true, new(own.Weight, e.Shape, [.. products.Select(p => Relabelled(p, e.Out))]));
        return new(g.Add([.. products.Select(p => g.Einsum(p, output, shape))]), rowed, null);
    }

    /// <summary>A term's letters → the letters of this use; the source token, and whatever else is summed inside, get letters of their own.</summary>
    private (Node, string)[] Placed(IReadOnlyList<(Node Node, string Index)> term, string use)
    {
        var letters = new Dictionary<char, char> { ['I'] = 'I' };
        for (var i = 0; i < use.Length; i++) letters[(char)('a' + i)] = use[i];
        return Rewritten(term, letters);
    }

    private (Node, string)[] Relabelled(IReadOnlyList<(Node Node, string Index)> product, string output)
    {
        var letters = new Dictionary<char, char> { ['I'] = 'I' };
        for (var i = 0; i < output.Length; i++) letters[output[i]] = (char)('a' + i);
        return Rewritten(product, letters);
    }

    private (Node, string)[] Rewritten(IReadOnlyList<(Node Node, string Index)> product, Dictionary<char, char> letters) =>
        [.. product.Select(f => (f.Node, new string([.. f.Index.Select(c => letters.TryGetValue(c, out var n) ? n : letters[c] = Fresh())])))];

    private char Fresh() => (char)(0x100 + _fresh++);
}
