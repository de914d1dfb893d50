using System.Globalization;
using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Tests;

/// <summary>A tensor program as lines of mathematics, one value a line: what snapshots of derivations show.</summary>
internal static class Formulas
{
    public static string Of(TensorProgram program)
    {
        var names = new Dictionary<Node, string>();
        var taken = new HashSet<string>();
        var lines = new List<string>();
        foreach (var node in program.Live())
        {
            if (node is Input input) { names[node] = input.Name; taken.Add(input.Name); continue; }
            if (node is Literal or Zero || node is Einsum { IsView: true }) continue;
            var stem = program.Outputs.FirstOrDefault(o => o.Value == node)?.Name ?? node.Hint ?? (node is Einsum { IsElementwise: false } ? "product" : "value");
            var name = stem;
            for (var k = 2; !taken.Add(name); k++) name = stem + k;
            var index = Enumerable.Range(0, node.Rank).Select(i => "ijkl"[i]).ToArray();
            lines.Add($"{name}{At(new string(index))} [{string.Join(", ", node.Shape)}] = {Body(node, new string(index), names)}");
            names[node] = name;
        }
        foreach (var (name, value) in program.Outputs.Select(o => (o.Name, o.Value)))
            if (!names.TryGetValue(value, out var known) || known != name) lines.Add($"{name} = {Body(value, "ijkl"[..value.Rank], names)}");
        return string.Join("\n", lines) + "\n";
    }

    private static string Read(Node node, string index, Dictionary<Node, string> names) => names.TryGetValue(node, out var name) ? name + At(index) : Body(node, index, names);

    private static string Body(Node node, string index, Dictionary<Node, string> names)
    {
        switch (node)
        {
            case Zero: return "0";
            case Literal l: return l.Value.ToString("G6", CultureInfo.InvariantCulture);
            case InverseSize s: return "1/" + s.Axis;
            case Map m: return $"{m.Function.ToString().ToLowerInvariant()}({string.Join(", ", m.Operands.Select(o => Read(o, index, names)))})";
            case Sum s: return "(" + string.Join(" + ", s.Operands.Select(o => Read(o, index, names))) + ")";
            case Einsum e:
                var letters = new Dictionary<char, char>();
                for (var i = 0; i < e.Out.Length; i++) letters[e.Out[i]] = index[i];
                foreach (var c in e.Reduced) letters[c] = "abcdefgh"[letters.Count];
                var factors = e.Operands.Zip(e.Indices, (o, ix) => Read(o, new string([.. ix.Select(c => letters[c])]), names));
                return (e.IsElementwise ? "" : $"Σ_{string.Concat(e.Reduced.Select(c => letters[c]))} ") + string.Join(" ", factors);
            case Input i: return i.Name + At(index);
            default: throw new NotSupportedException(node.GetType().Name);
        }
    }

    private static string At(string index) => index.Length == 0 ? "" : $"[{string.Join(",", index.ToCharArray())}]";
}
