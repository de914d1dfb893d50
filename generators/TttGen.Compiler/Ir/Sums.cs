namespace TttGen.Compiler.Ir;

/// <summary>The simplest form of a sum: equal terms become one with a coefficient, products with a common factor become one product.</summary>
internal sealed class Sums(Graph g)
{
    private readonly CommonFactor _common = new(g);

    public Node Of(IReadOnlyList<Node> terms, Axis[] shape)
    {
        var flat = Collected(terms);
        // a nested sum is opened where like terms make up for it: (1 + a x) + b x = 1 + (a + b) x
        var opened = Collected([.. flat.SelectMany(t => t is Sum s ? s.Operands : [t])]);
        if (opened.Count <= flat.Count) flat = opened;
        while (Shared(flat) is { } fewer) flat = Collected(fewer);
        if (flat.Count == 0) return g.Zero(shape);
        if (flat.Count > 1 && shape.Length > 2 && flat.All(t => SpreadOf(t, flat[0]) is not null))
            return g.Einsum([(g.Add([.. flat.Select(t => SpreadOf(t, flat[0])!)]), ((Einsum)flat[0]).Factors[0].Index)], ((Einsum)flat[0]).Out, shape);
        return flat.Count == 1 ? flat[0] : g.InternSum([.. flat.OrderBy(t => t.Id)], shape);
    }

    /// <summary>
    /// What is the same matrix for every row, spread as <paramref name="first"/> is: a sum of such is the spread of their sum, and no matrix is formed for each row.
    /// </summary>
    private Node? SpreadOf(Node term, Node first) =>
        term is Einsum { IsView: true, Factors: [var (node, index)] } view && node.Rank < view.Rank && first is Einsum { IsView: true, Factors: [var (_, same)] } other && index == same && view.Out == other.Out
            ? g.Scale(view.Coefficient, node)
            : null;

    /// <summary>x + 2 x = 3 x and x − x = 0, to a rounding of the coefficients.</summary>
    private List<Node> Collected(IReadOnlyList<Node> terms)
    {
        var collected = new List<(Node Core, double Coefficient, double Size, Node Term)>();
        var places = new Dictionary<Node, int>();
        foreach (var term in terms)
        {
            if (term is Zero) continue;
            var (factor, core) = Core(term);
            if (!places.TryGetValue(core, out var at))
            {
                places[core] = collected.Count;
                collected.Add((core, factor, Math.Abs(factor), term));
                continue;
            }
            var total = collected[at].Coefficient + factor;
            collected[at] = (core, total, collected[at].Size + Math.Abs(factor), g.Scale(total, core));
        }
        return [.. collected.Where(c => Math.Abs(c.Coefficient) > 1e-15 * c.Size).Select(c => c.Term)];
    }

    private (double Factor, Node Core) Core(Node term)
    {
        switch (term)
        {
            case Einsum { IsView: true, Factors.Count: 1 } view when view.Factors[0].Index == view.Out:
                var (factor, core) = Core(view.Factors[0].Node);
                return (view.Coefficient * factor, core);
            case Einsum { Coefficient: not 1, Factors.Count: > 0 } product:
                return (product.Coefficient, g.Einsum(product.Factors, product.Out, product.Shape));
            default:
                return (1, term);
        }
    }

    private List<Node>? Shared(List<Node> terms) => _common.Of(terms) is var (first, second, product)
        ? [.. terms.Take(first), product, .. terms.Skip(first + 1).Where(t => t != terms[second])]
        : null;
}
