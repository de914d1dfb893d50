using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Emit;

/// <summary>The mathematics of a value, for the comment above the code that computes it.</summary>
public static class Formulas
{
    private static readonly string[] Letters = ["i", "j", "k", "l", "m", "p", "q", "r"];

    /// <summary>The right-hand side, down to named or stored values.</summary>
    public static string Of(Node node, Func<Node, string?> name, int depth = 6)
    {
        var fresh = node.Rank;
        return Text(node, [.. Letters.Take(node.Rank)], true, depth);

        string Index(string[] at) => at.Length == 0 ? "" : $"[{string.Join(",", at)}]";

        string Text(Node n, string[] at, bool root, int left)
        {
            if (!root && name(n) is { } known) return known + Index(at);
            if (left == 0) return (n.Hint ?? "…") + Index(at);
            switch (n)
            {
                case Zero: return "0";
                case Literal l: return Numbers.Short(l.Value);
                case InverseSize s: return $"1/{s.Axis}";
                case Input i: return i.Name + Index(at);
                case Map m: return $"{m.Function.ToString().ToLowerInvariant()}({Text(m.Argument, at, false, left - 1)})";
                case Sum s: return "(" + string.Join(" + ", s.Operands.Select(o => Text(o, at, false, left - 1))).Replace("+ -", "− ") + ")";
                case Einsum e:
                    var map = new Dictionary<char, string>();
                    for (var k = 0; k < e.Out.Length; k++) map[e.Out[k]] = at[k];
                    foreach (var c in e.Reduced) map[c] = Letters[Math.Min(fresh++, Letters.Length - 1)];
                    var sigma = e.Reduced.Length == 0 ? "" : "Σ_" + string.Concat(e.Reduced.Select(c => map[c])) + " ";
                    var factors = e.Operands.Select((o, k) => Text(o, [.. e.Indices[k].Select(c => map[c])], false, left - 1)).ToList();
                    if (factors.Count > 1 && factors[0] == "-1") { factors.RemoveAt(0); sigma = "-" + sigma; }
                    return sigma + string.Join(" ", factors.Where(f => f != "1"));
                default: return n.GetType().Name + "(" + string.Join(", ", n.Operands.Select(o => Text(o, at, false, left - 1))) + ")";
            }
        }
    }
}
