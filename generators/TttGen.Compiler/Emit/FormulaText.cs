using TttGen.Compiler.Ir;
using TttGen.Compiler.Scheduling;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit;

/// <summary>One expression in the notation of papers: Σ_k a[i,k] b[k,j] + c[j].</summary>
/// <param name="named">A value that has a name, read at its indices; null for one to be written out.</param>
/// <param name="partial">The stored part of a sum, if there is one.</param>
internal sealed class FormulaText(Func<Node, string[], string?> named, Func<Node, StoredPart?> partial)
{
    private static readonly string[] Letters = ["k", "l", "m", "p", "q", "r", "s", "t"];

    private int _fresh;

    /// <summary>Indices in brackets; nothing for a scalar.</summary>
    public static string Index(string[] at) => at.Length == 0 ? "" : $"[{string.Join(",", at)}]";

    /// <summary>The expression at an index.</summary>
    /// <param name="n">What to write out.</param>
    /// <param name="at">A letter for each axis.</param>
    /// <param name="root">A causal mask of the whole is told by the caller.</param>
    public string Of(Node n, string[] at, bool root = false)
    {
        if (named(n, at) is { } known) return known;
        return n switch
        {
            Zero => "0",
            Literal l => Numbers.Short(l.Value),
            InverseSize s => $"1/{s.Axis}",
            Input i => OfInput(i, at),
            Map m => OfMap(m.Function, [.. m.Operands.Select(a => Of(a, at))]),
            Sum s => OfSum(s, at),
            Einsum e => OfEinsum(e, at, root),
            Shift s => Of(s.Argument, [$"{at[0]}{(s.By > 0 ? "−" : "+")}{Numbers.Of(Math.Abs(s.By))}", .. at.Skip(1)]),
            HeadSum s => $"Σ_head {Of(s.Argument, at)}",
            RotatePairs r => $"rotate{(r.Back ? "Back" : "")}({Of(r.Argument, at)}; θ = {Of(r.Theta, [])}, position mod {Numbers.Of(r.Period)})",
            SequenceGradient d => $"∂{d.Primitive.Call}/∂{d.Primitive.NameOf(d.Operand)} · {Of(d.Output, at)}",
            _ => $"{n.GetType().Name}({string.Join(", ", n.Operands.Select(o => Of(o, at)))})",
        };
    }

    private static string OfInput(Input input, string[] at) => input switch
    {
        Mask => $"[{at[1]} ≤ {at[0]}]",
        Harmonic => $"1/({at[0]} + 1)",
        Setting => Names.Lower(input.Name),
        EachHead e => $"{Names.Lower(e.Parameter)}[{at[0]} mod {Numbers.Of(e.Feature)}]",
        Tap tap => $"{Names.Lower(tap.Parameter)}[{string.Join(",", at)},{Numbers.Of(tap.Place)}]",
        _ => input.Name + Index(at),
    };

    /// <summary>The function's notation; an argument that has parentheses of its own needs no others.</summary>
    private static string OfMap(Function f, string[] x)
    {
        var notation = f.Rule().Notation;
        if (x[0][0] == '(' && x[0][x[0].Length - 1] == ')' && IsOneGroup(x[0])) notation = notation.Replace("({0})", "{0}");
        return string.Format(System.Globalization.CultureInfo.InvariantCulture, notation, x);
    }

    private static bool IsOneGroup(string x)
    {
        var depth = 0;
        for (var i = 0; i < x.Length; i++)
        {
            if (x[i] == '(') depth++;
            if (x[i] == ')' && --depth == 0 && i < x.Length - 1) return false;
        }
        return true;
    }

    private string OfSum(Sum s, string[] at)
    {
        var terms = new List<string>();
        if (partial(s) is { } stored)
        {
            terms.Add(stored.Name + Index(at));
            terms.AddRange(stored.Left.Select(t => Of(t, at)));
        }
        else terms.AddRange(s.Operands.Select(t => Of(t, at)));
        // what is taken away comes last, a constant after what it is added to
        var ordered = terms.OrderBy(t => t[0] == '−' ? 2 : char.IsDigit(t[0]) && !t.Contains(' ') ? 1 : 0).ToList();
        return ordered[0] + string.Concat(ordered.Skip(1).Select(t => t[0] == '−' ? " − " + t.Substring(1) : " + " + t));
    }

    private string OfEinsum(Einsum e, string[] at, bool root)
    {
        var letters = new Dictionary<char, string>();
        for (var k = 0; k < e.Out.Length; k++) letters[e.Out[k]] = at[k];
        foreach (var c in e.Reduced) letters[c] = Letters[Math.Min(_fresh++, Letters.Length - 1)];
        var factors = new List<string>();
        var counts = new Dictionary<string, int>();
        foreach (var (node, index) in e.Factors)
        {
            if (root && node is Mask) continue;
            var text = Of(node, [.. index.Select(c => letters[c])]);
            if ((e.Factors.Count > 1 || e.Coefficient != 1 || e.Reduced.Length > 0) && IsCompound(text)) text = $"({text})";
            if (counts.TryGetValue(text, out var had)) counts[text] = had + 1;
            else
            {
                counts[text] = 1;
                factors.Add(text);
            }
        }
        // numbers and scalars of the row before vectors, as papers have it
        var product = string.Join(" ", factors.OrderBy(f => f[0] == '(').Select(f => counts[f] == 1 ? f : f + Power(counts[f])));
        var sigma = e.Reduced.Length == 0 ? "" : "Σ_" + string.Concat(e.Reduced.Select(c => letters[c])) + " ";
        return Scaled(e.Coefficient, product.Length == 0 ? "" : sigma + product);
    }

    private static string Scaled(double coefficient, string text)
    {
        var sign = coefficient < 0 ? "−" : "";
        var size = Math.Abs(coefficient);
        if (text.Length == 0) return sign + Numbers.Short(size);
        if (size == 1) return sign + text;
        var inverse = Math.Round(1 / size);
        return inverse is >= 2 and < 1e6 && Math.Abs(inverse * size - 1) < 1e-12
            ? $"{sign}{text} / {Numbers.Of((long)inverse)}"
            : $"{sign}{Numbers.Short(size)} {text}";
    }

    /// <summary>Whether a factor needs parentheses: it adds, divides, sums or negates outside of any.</summary>
    private static bool IsCompound(string text)
    {
        if (text[0] is 'Σ' or '−') return true;
        var depth = 0;
        foreach (var c in text)
        {
            if (c is '(' or '[') depth++;
            else if (c is ')' or ']') depth--;
            else if (depth == 0 && c is ('+' or '−' or '/')) return true;
        }
        return false;
    }

    private static string Power(int count) => count switch { 2 => "²", 3 => "³", _ => "^" + Numbers.Of(count) };
}
