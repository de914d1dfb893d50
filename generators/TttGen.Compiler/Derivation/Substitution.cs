using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Derivation;

/// <summary>Rebuilds expressions with some nodes replaced.</summary>
public sealed class Substitution(Graph g)
{
    private readonly Dictionary<Node, Node> _rebuilt = [];

    /// <summary>Has <paramref name="to"/> stand wherever <paramref name="from"/> stood.</summary>
    public void Replace(Node from, Node to) => _rebuilt[from] = to;

    /// <summary>The expression, rebuilt.</summary>
    public Node Of(Node node)
    {
        if (_rebuilt.TryGetValue(node, out var known)) return known;
        var rebuilt = node switch
        {
            Map m => g.Map(m.Function, [.. m.Operands.Select(Of)]),
            Sum s => g.Add([.. s.Operands.Select(Of)]),
            Einsum e => g.Einsum([.. e.Operands.Select(Of).Zip(e.Indices, (o, i) => (o, i))], e.Out, e.Shape),
            _ => node,
        };
        if (node.Hint is { } hint) rebuilt.Named(hint);
        return _rebuilt[node] = rebuilt;
    }
}
