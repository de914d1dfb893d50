using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Scheduling;

/// <summary>Which part of a [rows, rows] tile can be other than zero.</summary>
public enum Triangle { None, Lower, Upper }

/// <summary>Propagates the causal mask through expressions.</summary>
public static class Triangles
{
    /// <summary>The part of <paramref name="n"/> that can be other than zero.</summary>
    public static Triangle Of(Node n)
    {
        if (n.Rank != 2 || !n.Shape[0].IsRows || !n.Shape[1].IsRows) return Triangle.None;
        switch (n)
        {
            case Mask:
                return Triangle.Lower;
            case Sum s:
                var all = s.Operands.Select(Of).Distinct().ToArray();
                return all.Length == 1 ? all[0] : Triangle.None;
            case Einsum e:
                for (var i = 0; i < e.Operands.Count; i++)
                {
                    var t = Of(e.Operands[i]);
                    if (t == Triangle.None) continue;
                    if (e.Indices[i] == e.Out) return t;
                    if (e.Indices[i] == $"{e.Out[1]}{e.Out[0]}") return t == Triangle.Lower ? Triangle.Upper : Triangle.Lower;
                }
                return Triangle.None;
            default:
                return Triangle.None;
        }
    }
}
