namespace TttGen.Compiler.Ir;

/// <summary>
/// A B + C B = (A + C) B, where that saves work: a contraction, an outer product (of two tensors each), or an elementwise product with a factor of
/// the result's own shape. A bias beside its weight's product meets it here: rate Δ + (rate ⊙ X̄Xᵀ) Δ = rate ⊙ (1 + X̄Xᵀ) Δ.
/// </summary>
internal static class CommonFactor
{
    private readonly record struct Term(double Coefficient, IReadOnlyList<(Node Node, string Index)> Factors, string Out, bool Sums)
    {
        public bool IsElementwise => !Sums && Factors.Any(Whole);
        public bool IsPair => Factors.Count == 2 && !IsElementwise;
        private bool Whole((Node Node, string Index) factor) => factor.Index.Length == Out.Length;
    }

    /// <summary>The two terms as one product, or null.</summary>
    public static Node? Of(Graph g, Node a, Node b)
    {
        var (p, q) = (Read(a), Read(b));
        if (!(p.IsPair && q.IsPair && p.Sums == q.Sums) && !(p.IsElementwise && q.IsElementwise)) return null;
        for (var x = 0; x < p.Factors.Count; x++)
            for (var y = 0; y < q.Factors.Count; y++)
                if (p.Factors[x].Node == q.Factors[y].Node && Merged(g, p, x, q, y, a.Shape) is { } merged)
                    return merged;
        return null;
    }

    private static Term Read(Node node) => node is Einsum { Factors.Count: > 0 } e
        ? new(e.Coefficient, e.Factors, e.Out, !e.IsElementwise)
        : new(1, [(node, Graph.Letters(node.Rank))], Graph.Letters(node.Rank), false);

    private static Node? Merged(Graph g, Term p, int x, Term q, int y, Axis[] shape)
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
        var inner = p.IsElementwise ? p.Out : restP[0].Index;
        if (p.IsElementwise ? at.Length != p.Out.Length : restQ[0].Index.Length != inner.Length || restQ[0].Index.Any(c => inner.IndexOf(c) < 0)) return null;

        var innerShape = p.IsElementwise ? shape : restP[0].Node.Shape;
        var common = Math.Abs(p.Coefficient) == Math.Abs(q.Coefficient) ? p.Coefficient : 1;
        var sum = g.Add(
            g.Einsum([(g.Literal(p.Coefficient / common), ""), .. restP], inner, innerShape),
            g.Einsum([(g.Literal(q.Coefficient / common), ""), .. restQ], inner, innerShape));
        return g.Einsum([(g.Literal(common), ""), (shared, at), (sum, inner)], p.Out, shape);
    }
}
