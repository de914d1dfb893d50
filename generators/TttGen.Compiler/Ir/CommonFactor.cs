namespace TttGen.Compiler.Ir;

/// <summary>
/// A B + C B = (A + C) B, where that saves work: a contraction or an outer product (of two tensors each), or an elementwise product.
/// A bias beside its weight's product meets it here: rate Δ + (rate ⊙ X̄Xᵀ) Δ = rate ⊙ (1 + X̄Xᵀ) Δ.
/// </summary>
internal sealed class CommonFactor(Graph g)
{
    private readonly Dictionary<Node, Term[]> _readings = [];

    private sealed record Term(double Coefficient, IReadOnlyList<(Node Node, string Index)> Factors, string Out, bool Sums)
    {
        /// <summary>An elementwise product of the result's own shape: splitting it off a sum can't spoil an outer product.</summary>
        public bool IsWhole { get; } = !Sums && Factors.Any(f => f.Index.Length == Out.Length);

        public bool IsPair => Factors.Count == 2 && !IsWhole;
    }

    /// <summary>The first two terms that are one product, and that; or null.</summary>
    public (int First, int Second, Node Product)? Of(IReadOnlyList<Node> terms)
    {
        // only terms that have a factor in common are looked at: in a sum of many, few
        var having = new Dictionary<Node, List<int>>();
        Node[][] factors = [.. terms.Select(t => Readings(t).SelectMany(r => r.Factors).Select(f => f.Node).Distinct().ToArray())];
        for (var i = 0; i < factors.Length; i++)
            foreach (var factor in factors[i]) (having.TryGetValue(factor, out var had) ? had : having[factor] = []).Add(i);
        for (var i = 0; i < factors.Length; i++)
            foreach (var j in factors[i].SelectMany(f => having[f]).Where(j => j > i).Distinct().OrderBy(j => j))
                if (Of(terms[i], terms[j]) is { } product) return (i, j, product);
        return null;
    }

    private Node? Of(Node a, Node b)
    {
        foreach (var p in Readings(a))
            foreach (var q in Readings(b))
            {
                var elementwise = !p.Sums && !q.Sums && (p.IsWhole || q.IsWhole);
                if (!g.SharesFactors && p.Sums) continue;
                if (!elementwise && !(p.IsPair && q.IsPair && p.Sums == q.Sums)) continue;
                for (var x = 0; x < p.Factors.Count; x++)
                    for (var y = 0; y < q.Factors.Count; y++)
                        if (p.Factors[x].Node == q.Factors[y].Node && Merged(p, x, q, y, elementwise, a.Shape) is { } merged)
                            return merged;
            }
        return null;
    }

    /// <summary>A term as the product that it is, as the product that it is a multiple of, and as one factor.</summary>
    private Term[] Readings(Node node) => _readings.TryGetValue(node, out var known) ? known : _readings[node] = [.. Read(node)];

    private static IEnumerable<Term> Read(Node node)
    {
        var letters = Graph.Letters(node.Rank);
        if (node is Einsum { Factors.Count: > 0 } e)
        {
            yield return new(e.Coefficient, e.Factors, e.Out, !e.IsElementwise);
            if (e.IsView && e.Factors[0] is (Einsum { Factors.Count: > 1 } inner, var index) && index == e.Out)
                yield return new(e.Coefficient * inner.Coefficient, inner.Factors, inner.Out, !inner.IsElementwise);
        }
        yield return new(1, [(node, letters)], letters, false);
    }

    private Node? Merged(Term p, int x, Term q, int y, bool elementwise, Axis[] shape)
    {
        // q's letters in terms of p's, through the result and the shared factor
        var (shared, at) = p.Factors[x];
        var letters = new Dictionary<char, char>();
        for (var i = 0; i < p.Out.Length; i++) letters[q.Out[i]] = p.Out[i];
        for (var i = 0; i < at.Length; i++)
        {
            var from = q.Factors[y].Index[i];
            if (!letters.TryGetValue(from, out var known)) letters[from] = at[i];
            else if (known != at[i]) return null;
        }

        var restP = p.Factors.Where((_, i) => i != x).ToArray();
        var restQ = q.Factors.Where((_, i) => i != y).Select(f => (f.Node, Index: new string([.. f.Index.Select(c => letters.TryGetValue(c, out var n) ? n : ' ')]))).ToArray();
        var (inner, innerShape) = elementwise ? (p.Out, shape) : (restP[0].Index, restP[0].Node.Shape);
        if (!elementwise && (restQ[0].Index.Length != inner.Length || restQ[0].Index.Any(c => inner.IndexOf(c) < 0))) return null;

        var common = Math.Abs(p.Coefficient) == Math.Abs(q.Coefficient) ? p.Coefficient : 1;
        var sum = g.Add(
            g.Scale(p.Coefficient / common, g.Einsum(restP, inner, innerShape)),
            g.Scale(q.Coefficient / common, g.Einsum(restQ, inner, innerShape)));
        return g.Einsum([(g.Literal(common), ""), (shared, at), (sum, inner)], p.Out, shape);
    }
}
