using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Scheduling;

/// <summary>
/// Finds what is read at another row than it is made for: it has to lie in memory before. A tile that is read by columns is read from a copy
/// with rows and columns exchanged, unless it is elementwise, and what it is made of can be read instead.
/// </summary>
internal sealed class CrossRowReads(
    IReadOnlyList<Node> live, IReadOnlyDictionary<Node, TileBuffer> buffers, IReadOnlyDictionary<Node, TileScheduler.Accumulation> accumulations,
    IReadOnlyDictionary<Node, ColumnSum> columnSums, IReadOnlyDictionary<Node, Product> products)
{
    private readonly HashSet<(Node, Access?)> _seen = [];
    private readonly Queue<Node> _roots = [];

    /// <summary>What has to be stored.</summary>
    public HashSet<Node> Stored { get; } = [];

    /// <summary>What has to be stored with rows and columns exchanged, too.</summary>
    public HashSet<Node> Transposed { get; } = [];

    public CrossRowReads Find()
    {
        foreach (var sum in columnSums.Values) Visit(sum.Body, sum.Access, columnSums.ContainsKey(sum.Body));
        foreach (var n in live.Where(n => buffers.ContainsKey(n) && n is not Input)) _roots.Enqueue(n);
        while (_roots.Count > 0)
        {
            var n = _roots.Dequeue();
            if (!products.ContainsKey(n) && !columnSums.ContainsKey(n)) Visit(n, Accesses.Of(n, n.Rank > 0 ? n.Shape[0] : null), true);
        }
        return this;
    }

    private void Visit(Node n, Access access, bool root)
    {
        if (n is Literal or InverseSize or Zero or Mask || !_seen.Add((n, root ? null : access))) return;
        if (!root && (n is Input || buffers.ContainsKey(n) || Stored.Contains(n)))
        {
            if (access == Access.Transposed) Transposed.Add(n);
            return;
        }
        if (!root && IsAcross(n, access))
        {
            if (access == Access.Transposed) Transposed.Add(n);
            Stored.Add(n);
            _roots.Enqueue(n);
            return;
        }
        if (accumulations.TryGetValue(n, out var sum))
            foreach (var t in sum.Rest) Visit(t, access, false);
        else if (n is Einsum e)
            for (var k = 0; k < e.Operands.Count; k++) Visit(e.Operands[k], Accesses.OfOperand(e, access, k), false);
        else
            foreach (var o in n.Operands) Visit(o, access, false);
    }

    private bool IsAcross(Node n, Access access) => access switch
    {
        Access.Transposed => accumulations.ContainsKey(n) || Triangles.Of(n) != Triangle.None || n is Einsum { IsElementwise: false },
        Access.Shared => n.Shape[0].IsRows,
        Access.PerRow => !n.Shape[0].IsRows,
        Access.Scalar or Access.AlongRow or Access.Matrix => false,
        _ => throw new ArgumentOutOfRangeException(nameof(access), access, null),
    };
}
