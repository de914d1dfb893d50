namespace TttGen.Compiler.Ir;

/// <summary>
/// Splits a product of many tensors into products of two, in the order that costs least. Primal or dual form is such a choice of order, no more:
/// query × key first, or key × delta first.
/// </summary>
internal static class Contraction
{
    /// <summary>Weight of a step whose result has more axes than a matrix and than the output: a matrix for each row, taken only where there is no other way.</summary>
    private const long Formed = 1 << 20;

    /// <summary>Of so many factors every order is tried.</summary>
    private const int MostTried = 6;

    /// <summary>The product as a chain of products of two.</summary>
    public static Node InBestOrder(Graph g, IReadOnlyList<(Node Node, string Index)> factors, double scale, string output, Axis[] shape)
    {
        var axes = new Dictionary<char, Axis>();
        foreach (var (node, index) in factors)
            for (var i = 0; i < index.Length; i++) axes[index[i]] = node.Shape[i];
        var (_, pairs) = Best([.. factors.Select(f => f.Index)], output, axes);

        List<(Node Node, string Index)> left = [.. factors];
        foreach (var (i, j) in pairs)
        {
            List<(Node Node, string Index)> rest = [.. left.Where((_, k) => k != i && k != j)];
            var kept = Kept(left[i].Index, left[j].Index, rest.Select(r => r.Index), output, axes);
            rest.Add((g.Einsum([left[i], left[j]], kept, [.. kept.Select(c => axes[c])]), kept));
            left = rest;
        }
        return g.Einsum([(g.Literal(scale), ""), .. left], output, shape);
    }

    /// <summary>
    /// The letters of a pair that something else still needs: rows first, as everything that has rows lies in memory, then those of the output in its order.
    /// </summary>
    private static string Kept(string a, string b, IEnumerable<string> rest, string output, Dictionary<char, Axis> axes)
    {
        var needed = string.Concat(rest) + output;
        return new([.. (a + b).Distinct().Where(c => needed.IndexOf(c) >= 0).OrderByDescending(c => axes[c].IsRows).ThenBy(c => output.IndexOf(c) is >= 0 and var at ? at : int.MaxValue)]);
    }

    private static (long Cost, IReadOnlyList<(int, int)> Pairs) Best(IReadOnlyList<string> indices, string output, Dictionary<char, Axis> axes)
    {
        if (indices.Count <= 2) return (Cost(string.Concat(indices), axes), []);
        if (indices.Count > MostTried) return Greedy(indices, output, axes);
        (long Cost, IReadOnlyList<(int, int)> Pairs) best = (long.MaxValue, []);
        for (var i = 0; i < indices.Count; i++)
            for (var j = i + 1; j < indices.Count; j++)
            {
                string[] rest = [.. indices.Where((_, k) => k != i && k != j)];
                var kept = Kept(indices[i], indices[j], rest, output, axes);
                var after = Best([.. rest, kept], output, axes);
                var cost = Cost(indices[i] + indices[j], axes) * (kept.Length > Math.Max(2, output.Length) ? Formed : 1) + after.Cost;
                if (cost < best.Cost) best = (cost, [(i, j), .. after.Pairs]);
            }
        return best;
    }

    /// <summary>The cheapest pair, and so on: all orders of many factors would be too many.</summary>
    private static (long Cost, IReadOnlyList<(int, int)> Pairs) Greedy(IReadOnlyList<string> indices, string output, Dictionary<char, Axis> axes)
    {
        (long Cost, int I, int J, string[] Left) best = (long.MaxValue, 0, 0, []);
        for (var i = 0; i < indices.Count; i++)
            for (var j = i + 1; j < indices.Count; j++)
            {
                string[] rest = [.. indices.Where((_, k) => k != i && k != j)];
                var kept = Kept(indices[i], indices[j], rest, output, axes);
                var cost = Cost(indices[i] + indices[j], axes) * (kept.Length > Math.Max(2, output.Length) ? Formed : 1);
                if (cost < best.Cost) best = (cost, i, j, [.. rest, kept]);
            }
        var after = Best(best.Left, output, axes);
        return (best.Cost + after.Cost, [(best.I, best.J), .. after.Pairs]);
    }

    private static long Cost(string letters, Dictionary<char, Axis> axes) => letters.Distinct().Aggregate(1L, (cost, c) => cost * axes[c].Cost);
}
