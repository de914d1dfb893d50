using System.Globalization;

namespace TttGen.Compiler.Ir;

/// <summary>Builds nodes; equal expressions become one node, and the simplifications below keep derived programs small.</summary>
public sealed class Graph
{
    private readonly Dictionary<string, Node> _nodes = [];
    private int _next;

    public IEnumerable<Node> Nodes => _nodes.Values.OrderBy(n => n.Id);

    private Node Intern(string key, Func<int, Node> make)
    {
        if (_nodes.TryGetValue(key, out var node)) return node;
        return _nodes[key] = make(_next++);
    }

    public Node Input(string name, params Axis[] shape) => Intern($"I:{name}", id => new Input(id, shape, name));
    public Node Literal(double value) => Intern("L:" + value.ToString("R", CultureInfo.InvariantCulture), id => new Literal(id, value));
    public Node Inverse(Axis axis) => axis.Size > 0 ? Literal(1.0 / axis.Size) : Intern("V:" + axis.Name, id => new InverseSize(id, axis));
    public Node Zero(Axis[] shape) => Intern("Z:" + Key(shape), id => new Zero(id, shape));
    public Node Tril => Input("tril", Axis.Rows, Axis.Rows);

    /// <summary>f of a broadcast is the broadcast of f.</summary>
    public Node Map(Function function, Node a) => a is Einsum e && IsView(e, out var factor, out var inner, out var index) && factor == 1 && inner != null && inner.Shape.Length < a.Shape.Length
        ? Einsum([(Map(function, inner), index)], e.Out, e.Shape)
        : Intern($"M:{function}:{a.Id}", id => new Map(id, function, a));

    public Node Fill(double value, Axis[] shape) => Einsum([(Literal(value), "")], Letters(shape.Length), shape);
    public Node Scale(double factor, Node a) { var l = Letters(a.Shape.Length); return Einsum([(Literal(factor), ""), (a, l)], l, a.Shape); }
    public Node Mul(params Node[] factors)
    {
        var shape = factors.OrderByDescending(f => f.Shape.Length).First().Shape;
        var l = Letters(shape.Length);
        return Einsum(factors.Select(f => (f, f.Shape.Length == 0 ? "" : l)).ToArray(), l, shape);
    }
    public Node Sub(Node a, Node b) => Add(a, Scale(-1, b));
    public Node Einsum(string spec, params Node[] operands)
    {
        var parts = spec.Split(["->"], StringSplitOptions.None);
        var inputs = parts[0].Split(',');
        var shape = parts[1].Select(c => { for (var o = 0; ; o++) { var at = inputs[o].IndexOf(c); if (at >= 0) return operands[o].Shape[at]; } }).ToArray();
        return Einsum(operands.Zip(inputs, (n, i) => (n, i)).ToArray(), parts[1], shape);
    }

    public Node Einsum(IReadOnlyList<(Node Node, string Index)> operands, string output, Axis[] shape)
    {
        double scale = 1;
        var flat = new List<(Node Node, string Index)>();
        var work = new Stack<(Node Node, string Index)>(operands.Reverse());
        while (work.Count > 0)
        {
            var (node, index) = work.Pop();
            switch (node)
            {
                case Ir.Zero: return Zero(shape);
                case Literal l: scale *= l.Value; continue;
                case Einsum e when IsView(e, out var factor, out var inner, out var innerIndex) && Survives(e, index, innerIndex):
                    scale *= factor;
                    if (inner != null) work.Push((inner, Rename(innerIndex, e.Out, index)));
                    continue;
            }
            if (node is Einsum { Reduced: "" } product && Split(product) is var (constant, bare) && constant != 1 && bare.Count > 0)
            {
                scale *= constant;
                work.Push((Einsum(bare, product.Out, product.Shape), index));
                continue;
            }
            flat.Add((node, index));
            // An index which only the broadcast had must stay visible, or its sum would lose a factor.
            bool Survives(Einsum e, string at, string innerIndex) => at.Where((_, i) => !innerIndex.Contains(e.Out[i]))
                .All(c => output.Contains(c) || flat.Concat(work).Any(o => o.Index.Contains(c)));
        }
        if (scale == 0) return Zero(shape);
        flat.Sort((a, b) => a.Node.Id != b.Node.Id ? a.Node.Id.CompareTo(b.Node.Id) : string.CompareOrdinal(a.Index, b.Index));
        if (flat.Count == 1 && scale == 1 && flat[0].Index == output) return flat[0].Node;
        var reduces = flat.Any(o => o.Index.Any(c => !output.Contains(c)));
        if (flat.Count > 2 && reduces) return Contraction.InBestOrder(this, flat, scale, output, shape);
        if (scale != 1 || flat.Count == 0) flat.Insert(0, (Literal(scale), ""));
        return Canonical(flat, output, shape);
    }

    private Node Canonical(List<(Node Node, string Index)> flat, string output, Axis[] shape)
    {
        var names = new Dictionary<char, char>();
        string Canon(string s) => new(s.Select(c => names.TryGetValue(c, out var n) ? n : names[c] = (char)('a' + names.Count)).ToArray());
        var o = Canon(output);
        var indices = flat.Select(f => Canon(f.Index)).ToArray();
        var nodes = flat.Select(f => f.Node).ToArray();
        return Intern($"E:{string.Join(",", nodes.Select(n => n.Id))}:{string.Join(",", indices)}>{o}:{Key(shape)}", id => new Einsum(id, shape, nodes, indices, o));
    }

    /// <summary>Opens nested sums, so that products with a common factor meet; costs the sharing of the inner sums.</summary>
    public Node AddOpened(params Node[] terms) => Add([.. terms.SelectMany(t => t is Sum s ? s.Operands : [t])]);

    public Node Add(params Node[] terms)
    {
        var flat = terms.Where(t => t is not Ir.Zero).ToList();
        if (flat.Count == 0) return Zero(terms[0].Shape);
        for (var changed = true; changed;)
        {
            changed = false;
            for (var i = 0; i < flat.Count && !changed; i++)
                for (var j = i + 1; j < flat.Count && !changed; j++)
                    if (TryFactor(flat[i], flat[j], out var merged))
                    {
                        flat.RemoveAt(j); flat.RemoveAt(i);
                        flat.Insert(i, merged);
                        changed = true;
                    }
        }
        if (flat.Count == 1) return flat[0];
        flat.Sort((a, b) => a.Id.CompareTo(b.Id));
        return Intern($"S:{string.Join(",", flat.Select(t => t.Id))}", id => new Sum(id, flat[0].Shape, flat.ToArray()));
    }

    /// <summary>A B + C B = (A + C) B where a product is a contraction or an outer product: one product saved. Also x + x = 2 x.</summary>
    private bool TryFactor(Node a, Node b, out Node merged)
    {
        merged = a;
        if (a == b) { merged = Scale(2, a); return true; }
        if (a is not Einsum p || b is not Einsum q || p.Out != q.Out) return false;
        var (fp, pOps) = Split(p); var (fq, qOps) = Split(q);
        if (pOps.Count != 2 || qOps.Count != 2) return false;
        if (p.Reduced == "" && pOps.Any(o => o.Index.Length == p.Out.Length)) return false;
        foreach (var (x, y) in new[] { (0, 0), (0, 1), (1, 0), (1, 1) })
        {
            if (pOps[x].Node != qOps[y].Node) continue;
            // bring q's letters to p's through the output and the shared operand
            var rename = new Dictionary<char, char>();
            for (var i = 0; i < p.Out.Length; i++) rename[q.Out[i]] = p.Out[i];
            var ok = true;
            for (var i = 0; i < qOps[y].Index.Length; i++)
            {
                char from = qOps[y].Index[i], to = pOps[x].Index[i];
                if (rename.TryGetValue(from, out var had)) ok &= had == to; else rename[from] = to;
            }
            if (!ok || !qOps[1 - y].Index.All(rename.ContainsKey)) continue;
            var otherQ = new string(qOps[1 - y].Index.Select(c => rename[c]).ToArray());
            var (otherP, pi) = pOps[1 - x];
            if (pi.Length != otherQ.Length || pi.Any(c => !otherQ.Contains(c))) continue;
            var sum = Add(Scale(fp, otherP), Einsum([(Literal(fq), ""), (qOps[1 - y].Node, otherQ)], pi, otherP.Shape));
            merged = Einsum([pOps[x], (sum, pi)], p.Out, p.Shape);
            return true;
        }
        return false;
    }

    private static (double, List<(Node Node, string Index)>) Split(Einsum e)
    {
        double factor = 1; var ops = new List<(Node, string)>();
        for (var i = 0; i < e.Operands.Count; i++) if (e.Operands[i] is Literal l) factor *= l.Value; else ops.Add((e.Operands[i], e.Indices[i]));
        return (factor, ops);
    }

    /// <summary>Scale, transpose or broadcast of one tensor: read through, never stored.</summary>
    private static bool IsView(Einsum e, out double factor, out Node? inner, out string index)
    {
        inner = null; index = "";
        (factor, var ops) = Split(e);
        if (ops.Count > 1 || e.Reduced != "") return false;
        if (ops.Count == 1) (inner, index) = ops[0];
        return true;
    }

    private static string Rename(string s, string from, string to) => new(s.Select(c => to[from.IndexOf(c)]).ToArray());
    private static string Key(Axis[] shape) => string.Join("x", shape.Select(a => a.Name));
    public static string Letters(int count) => "abcdefghijklm".Substring(0, count);
}
