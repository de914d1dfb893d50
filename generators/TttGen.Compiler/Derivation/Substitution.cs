using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Derivation;

/// <summary>Rebuilds expressions with some nodes replaced.</summary>
public sealed class Substitution(Graph g)
{
    private readonly Dictionary<Node, Node> _map = [];
    public void Replace(Node from, Node to) => _map[from] = to;
    public Node Of(Node n)
    {
        if (_map.TryGetValue(n, out var had)) return had;
        var made = n switch
        {
            Map m => g.Map(m.Function, Of(m.Argument)),
            Sum s => g.Add([.. s.Operands.Select(Of)]),
            Einsum e => g.Einsum([.. e.Operands.Select(Of).Zip(e.Indices, (o, i) => (o, i))], e.Out, e.Shape),
            _ => n,
        };
        if (n.Hint is { } hint) made.Hint ??= hint;
        return _map[n] = made;
    }
}
