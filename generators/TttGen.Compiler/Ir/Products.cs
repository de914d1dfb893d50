namespace TttGen.Compiler.Ir;

/// <summary>
/// The simplest form of a product. Zeros absorb, literals become one coefficient, views are read through; a sum stands as far inside as it can,
/// with what it does not run over outside; a product of many tensors that sums is split into products of two, in the cheapest order.
/// </summary>
internal sealed class Products(Graph g)
{
    public Node Of(IReadOnlyList<(Node Node, string Index)> operands, string output, Axis[] shape)
    {
        Check(operands, output, shape);
        double scale = 1;
        var factors = new List<(Node Node, string Index)>();
        var work = new Stack<(Node Node, string Index)>(operands.Reverse());
        while (work.Count > 0)
        {
            var (node, index) = work.Pop();
            if (node is Zero) return g.Zero(shape);
            if (node is Literal number)
            {
                scale *= number.Value;
            }
            else if (node is Einsum { IsView: true } view && Lost(view, index) is { } lost)
            {
                scale *= view.Coefficient * lost;
                if (view.Factors.Count > 0) work.Push((view.Factors[0].Node, Renamed(view.Factors[0].Index, view.Out, index)));
            }
            else if (node is Einsum { IsElementwise: true, Coefficient: not 1 } product && product.Factors.Count > 0)
            {
                scale *= product.Coefficient;
                work.Push((g.Einsum(product.Factors, product.Out, product.Shape), index));
            }
            else
            {
                factors.Add((node, index));
            }
        }
        return scale == 0 ? g.Zero(shape) : Of(scale, factors, output, shape);

        // A letter that only a broadcast has and that is summed over counts the axis. Rows can't be counted here: then the broadcast stays.
        double? Lost(Einsum view, string index)
        {
            double count = 1;
            for (var i = 0; i < index.Length; i++)
            {
                var c = index[i];
                if (view.Factors.Any(f => f.Index.IndexOf(view.Out[i]) >= 0) || output.IndexOf(c) >= 0 || factors.Concat(work).Any(o => o.Index.IndexOf(c) >= 0)) continue;
                if (view.Shape[i].Size <= 0) return null;
                count *= view.Shape[i].Size;
            }
            return count;
        }
    }

    private Node Of(double scale, List<(Node Node, string Index)> factors, string output, Axis[] shape)
    {
        factors.Sort((a, b) => a.Node.Id != b.Node.Id ? a.Node.Id.CompareTo(b.Node.Id) : string.CompareOrdinal(a.Index, b.Index));
        if (factors.Count == 1 && scale == 1 && factors[0].Index == output) return factors[0].Node;
        if (!factors.Any(Summed)) return Interned(scale, factors, output, shape);

        if (factors.Count == 1 && Shortened(factors[0].Node, factors[0].Index, output, shape) is { } shorter) return g.Scale(scale, shorter);
        if (!factors.All(Summed))
        {
            var inside = factors.Where(Summed).ToArray();
            var letters = new string([.. output.Where(c => inside.Any(f => f.Index.IndexOf(c) >= 0))]);
            var reduced = g.Einsum(inside, letters, [.. letters.Select(c => shape[output.IndexOf(c)])]);
            return g.Einsum([(g.Literal(scale), ""), .. factors.Where(f => !Summed(f)), (reduced, letters)], output, shape);
        }
        // what is the same at every place of an axis is summed once, and then spread
        var own = new string([.. output.Where(c => factors.Any(f => f.Index.IndexOf(c) >= 0))]);
        if (own.Length < output.Length)
            return g.Einsum([(g.Literal(scale), ""), (g.Einsum(factors, own, [.. own.Select(c => shape[output.IndexOf(c)])]), own)], output, shape);
        if (factors.Count > 2) return Contraction.InBestOrder(g, factors, scale, output, shape);
        var summed = factors.SelectMany(f => f.Index).Where(c => output.IndexOf(c) < 0).Distinct().ToArray();
        return summed.Length > 1 && !(output.Length == 0 && factors.All(f => summed.All(c => f.Index.IndexOf(c) >= 0)))
            ? AxisByAxis(scale, factors, output, shape)
            : Interned(scale, factors, output, shape);

        bool Summed((Node, string Index) factor) => factor.Index.Any(c => output.IndexOf(c) < 0);
    }

    /// <summary>A sum over several axes, but for that over a whole tile, as sums over one: first what one factor alone is summed over, and along a row before over rows.</summary>
    private Node AxisByAxis(double scale, List<(Node Node, string Index)> factors, string output, Axis[] shape)
    {
        Axis AxisOf(char c) => factors.Where(f => f.Index.IndexOf(c) >= 0).Select(f => f.Node.Shape[f.Index.IndexOf(c)]).First();
        var letters = factors.SelectMany(f => f.Index).Distinct().ToArray();
        var first = letters.Where(c => output.IndexOf(c) < 0).OrderBy(c => factors.Count(f => f.Index.IndexOf(c) >= 0)).ThenBy(c => AxisOf(c).IsRows).First();
        var inside = factors.Where(f => f.Index.IndexOf(first) >= 0).ToArray();
        var kept = new string([.. letters.Where(c => c != first && inside.Any(f => f.Index.IndexOf(c) >= 0)).OrderByDescending(c => AxisOf(c).IsRows)]);
        var sum = g.Einsum(inside, kept, [.. kept.Select(AxisOf)]);
        return g.Einsum([(g.Literal(scale), ""), .. factors.Except(inside), (sum, kept)], output, shape);
    }

    /// <summary>
    /// The sums of a sum's terms, where some of them vanish: Σ (x − mean x) = 0. Of a product where but one factor is summed over, that factor's sum.
    /// </summary>
    private Node? Shortened(Node node, string index, string output, Axis[] shape)
    {
        switch (node)
        {
            case Sum sum:
                var terms = sum.Operands.Select(t => g.Einsum([(t, index)], output, shape)).ToArray();
                var total = g.Add(terms);
                return total is Zero || terms.Any(t => t is Zero) ? total : null;
            case Einsum { IsElementwise: true, Factors.Count: > 1 } product:
                var factors = product.Operands.Zip(product.Indices, (n, ix) => (n, Renamed(ix, product.Out, index))).ToArray();
                return factors.Count(f => f.Item2.Any(c => output.IndexOf(c) < 0)) == 1 ? g.Einsum(factors, output, shape) : null;
            default:
                return null;
        }
    }

    private Node Interned(double scale, List<(Node Node, string Index)> factors, string output, Axis[] shape)
    {
        if (scale != 1 || factors.Count == 0) factors.Insert(0, (g.Literal(scale), ""));
        var names = new Dictionary<char, char>();
        string Canonical(string letters) => new([.. letters.Select(c => names.TryGetValue(c, out var n) ? n : names[c] = (char)('a' + names.Count))]);
        var result = Canonical(output);
        return g.InternEinsum([.. factors.Select(f => f.Node)], [.. factors.Select(f => Canonical(f.Index))], result, shape);
    }

    private static string Renamed(string letters, string from, string to) => new([.. letters.Select(c => to[from.IndexOf(c)])]);

    private static void Check(IReadOnlyList<(Node Node, string Index)> operands, string output, Axis[] shape)
    {
        var axes = new Dictionary<char, Axis>();
        Check(output, shape);
        foreach (var (node, index) in operands) Check(index, node.Shape);

        void Check(string letters, Axis[] at)
        {
            if (letters.Length != at.Length) throw new ArgumentException($"letters '{letters}' for a tensor [{string.Join(", ", at)}]");
            for (var i = 0; i < letters.Length; i++)
            {
                if (!axes.TryGetValue(letters[i], out var known)) axes[letters[i]] = at[i];
                else if (known != at[i]) throw new ArgumentException($"letter '{letters[i]}' of '{letters}' runs over {at[i]} here and over {known} in the same product");
            }
        }
    }
}
