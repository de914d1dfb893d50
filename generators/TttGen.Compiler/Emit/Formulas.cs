using TttGen.Compiler.Ir;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Emit;

/// <summary>A sum of which a part lies in memory.</summary>
/// <param name="Name">The part.</param>
/// <param name="Left">Terms that are still to be added.</param>
public sealed record StoredPart(string Name, IReadOnlyList<Node> Left);

/// <summary>
/// The mathematics of a stage, for the comment above the code that computes it: one line for every value that has a name, operands before what is
/// made of them. i is the row, j the column.
/// </summary>
public sealed class Formulas
{
    private readonly Func<Node, string?> _name;
    private readonly Func<Node, StoredPart?> _partial;
    private readonly Dictionary<Node, string> _own = [];
    private readonly Dictionary<Node, int> _uses = [];
    private readonly HashSet<string> _taken = [];
    private readonly HashSet<Node> _visited = [];
    private readonly List<string> _lines = [];

    private Formulas(Func<Node, string?> name, Func<Node, StoredPart?> partial) => (_name, _partial) = (name, partial);

    /// <summary>The lines that lead from stored values to <paramref name="targets"/>.</summary>
    /// <param name="targets">What the stage makes, and under which names.</param>
    /// <param name="name">The name of a value that lies in memory; null for one that does not.</param>
    /// <param name="partial">The stored part of a sum, if there is one.</param>
    public static IReadOnlyList<string> Of(IReadOnlyList<(string Name, Node Value)> targets, Func<Node, string?> name, Func<Node, StoredPart?>? partial = null)
    {
        var formulas = new Formulas(name, partial ?? (_ => null));
        foreach (var target in targets)
        {
            formulas._own[target.Value] = target.Name;
            formulas._taken.Add(target.Name);
        }
        foreach (var (_, value) in targets) formulas.Count(value, true);
        foreach (var (_, value) in targets) formulas.Visit(value, true);
        return formulas._lines;
    }

    /// <summary>What a value is made of, down to what lies in memory.</summary>
    private IEnumerable<Node> Parts(Node n, bool root)
    {
        if (!root && _name(n) is not null) return [];
        return _partial(n) is { } sum ? sum.Left : n.Operands;
    }

    private void Count(Node n, bool root)
    {
        _uses.TryGetValue(n, out var had);
        _uses[n] = had + 1;
        if (had > 0) return;
        if (!root && _name(n) is { } stored) _taken.Add(stored);
        foreach (var part in Parts(n, root)) Count(part, false);
    }

    private void Visit(Node n, bool root)
    {
        if (!_visited.Add(n)) return;
        foreach (var part in Parts(n, root)) Visit(part, false);
        if (!root && (_name(n) is not null || !IsLine(n))) return;
        if (!_own.TryGetValue(n, out var name))
        {
            var stem = n.Called;
            name = stem;
            for (var k = 2; !_taken.Add(name); k++) name = stem + Numbers.Of(k);
            _own[n] = name;
        }
        _lines.Add(Line(name, n));
    }

    private bool IsLine(Node n) => n is not (Literal or InverseSize or Zero or Input or Einsum { IsView: true }) && (n.Hint is not null || (_uses[n] > 1 && n is not Shift));

    /// <summary>Row values run over i, columns over j; a matrix of weights over both.</summary>
    private static string[] IndexOf(Node n) => n.Rank switch
    {
        0 => [],
        1 => [n.Shape[0].IsRows ? "i" : "j"],
        _ => ["i", "j"],
    };

    private string Line(string name, Node n)
    {
        var at = IndexOf(n);
        var text = new FormulaText(ReadAt, _partial);
        var masked = n is Einsum { Reduced: "" } e && e.Operands.Any(o => o is Mask);
        var right = text.Of(n, at, true);
        return $"{name}{FormulaText.Index(at)} = {right}{(masked ? ", for j ≤ i" : "")}";

        string? ReadAt(Node node, string[] index) => node != n && _own.TryGetValue(node, out var own) ? own + FormulaText.Index(index)
            : node != n && _name(node) is { } stored ? stored + FormulaText.Index(index)
            : null;
    }
}
