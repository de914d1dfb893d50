namespace TttGen.Compiler.Ir;

/// <summary>Splits a product of many tensors into products of two, in the cheapest order. Primal or dual form is such a choice of order, no more.</summary>
public static class Contraction
{
    public static Node InBestOrder(Graph g, List<(Node Node, string Index)> ops, double scale, string output, Axis[] shape)
    {
        var axes = new Dictionary<char, Axis>();
        foreach (var (n, ix) in ops) for (var i = 0; i < ix.Length; i++) axes[ix[i]] = n.Shape[i];
        var plan = Best(ops.Select(o => o.Index).ToList(), output, axes).Pairs;
        var list = ops.ToList();
        for (var step = 0; list.Count > 2; step++)
        {
            var (i, j) = plan[step];
            var rest = list.Where((_, k) => k != i && k != j).ToList();
            var keep = Keep(list[i].Index, list[j].Index, rest.Select(r => r.Index), output);
            var node = g.Einsum([list[i], list[j]], keep, keep.Select(c => axes[c]).ToArray());
            rest.Add((node, keep));
            list = rest;
        }
        return g.Einsum([(g.Literal(scale), ""), .. list], output, shape);
    }

    private static string Keep(string a, string b, IEnumerable<string> rest, string output)
    {
        var needed = string.Concat(rest) + output;
        return new((a + b).Distinct().Where(c => needed.Contains(c)).OrderBy(c => { var at = output.IndexOf(c); return at < 0 ? 99 : at; }).ToArray());
    }

    private static (long Cost, List<(int, int)> Pairs) Best(List<string> ops, string output, Dictionary<char, Axis> axes)
    {
        if (ops.Count <= 2) return (string.Concat(ops).Distinct().Aggregate(1L, (c, ix) => c * axes[ix].Cost), []);
        (long Cost, List<(int, int)> Pairs) best = (long.MaxValue, []);
        for (var i = 0; i < ops.Count; i++)
            for (var j = i + 1; j < ops.Count; j++)
            {
                var rest = ops.Where((_, k) => k != i && k != j).ToList();
                var cost = (ops[i] + ops[j]).Distinct().Aggregate(1L, (c, ix) => c * axes[ix].Cost);
                var after = Best([.. rest, Keep(ops[i], ops[j], rest, output)], output, axes);
                if (cost + after.Cost < best.Cost) best = (cost + after.Cost, [(i, j), .. after.Pairs]);
            }
        return best;
    }
}
