namespace TttGen.Compiler.Ir;

/// <summary>What expressions are made of.</summary>
internal static class Reachable
{
    /// <summary>Every node that the roots need, operands before what uses them.</summary>
    public static IReadOnlyList<Node> From(IEnumerable<Node> roots)
    {
        var seen = new HashSet<Node>();
        var open = new Stack<Node>(roots);
        while (open.Count > 0)
            if (open.Pop() is var node && seen.Add(node))
                foreach (var operand in node.Operands) open.Push(operand);
        return [.. seen.OrderBy(n => n.Id)];
    }
}
