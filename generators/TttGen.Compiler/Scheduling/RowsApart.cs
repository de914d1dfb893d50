using TttGen.Compiler.Derivation;
using TttGen.Compiler.Ir;
using TttGen.Compiler.Language;

namespace TttGen.Compiler.Scheduling;

/// <summary>
/// Rows that are read at another row lie in memory with rows of the past (or zeros ahead) before each sequence's own. What is laid down or read densely by others has no
/// such place: looked-up rows, rows that come in or are handed on, a scan's operands and answers. Of those that are shifted, too, the shift gets a copy.
/// </summary>
internal sealed class RowsApart
{
    private readonly Graph _graph;
    private readonly HashSet<Node> _dense;
    private readonly HashSet<Node> _back;
    private readonly Dictionary<Node, Node> _rebuilt = [];

    private RowsApart(Graph graph, HashSet<Node> dense, HashSet<Node> back) => (_graph, _dense, _back) = (graph, dense, back);

    /// <summary>A segment with its shifts of rows of their own.</summary>
    public static LinkedSegment Of(LinkedSegment segment)
    {
        var apart = Over(segment, [segment.Result]);
        return segment with { Result = apart.HandedOn(segment) };
    }

    /// <summary>A segment and its gradient, likewise.</summary>
    public static (LinkedSegment Segment, SegmentGradient Gradient) Of(LinkedSegment segment, SegmentGradient gradient)
    {
        var apart = Over(segment, [segment.Result, .. gradient.Roots]);
        return (segment with { Result = apart.HandedOn(segment) }, gradient with
        {
            Stream = gradient.Stream is { } stream ? apart.Of(stream) : null,
            Parameters = [.. gradient.Parameters.Select(p => (p.Parameter, apart.Of(p.Gradient)))],
            Lookups = [.. gradient.Lookups.Select(l => (l.Lookup, apart.Of(l.Gradient)))],
        });
    }

    private static RowsApart Over(LinkedSegment segment, IReadOnlyList<Node> roots)
    {
        var live = Reachable.From(roots);
        var dense = new HashSet<Node>(roots.Where(r => r.Rank == 2));
        foreach (var n in live)
            switch (n)
            {
                case Lookup or Input { Shape: [{ IsRows: true }, ..] }:
                    dense.Add(n);
                    break;
                case SequencePrimitive s:
                    dense.UnionWith([s, .. s.Rows]);
                    break;
                case SequenceGradient s:
                    dense.UnionWith([s, s.Output]);
                    break;
            }
        var back = new HashSet<Node>(live.OfType<Shift>().Where(s => s.By > 0).Select(s => s.Argument));
        return new(segment.Graph, dense, back);
    }

    /// <summary>What a segment hands on is made by it: rows that only come in are copied.</summary>
    private Node HandedOn(LinkedSegment segment) => segment.Stream is { } stream && segment.Result == stream ? Copy(stream) : Of(segment.Result);

    private Node Copy(Node rows) => _graph.Map(Function.Copy, rows).Named((rows.Hint ?? "rows") + "Copy");

    private Node Of(Node node)
    {
        if (_rebuilt.TryGetValue(node, out var known)) return known;
        var operands = node.Operands.Select(Of).ToArray();
        var rebuilt = node switch
        {
            // rows that are read both back and ahead have a place for each
            Shift s when _dense.Contains(s.Argument) || (s.By < 0 && _back.Contains(s.Argument)) => _graph.Shift(Copy(operands[0]), s.By),
            _ when operands.SequenceEqual(node.Operands) => node,
            Shift s => _graph.Shift(operands[0], s.By),
            Map m => _graph.Map(m.Function, operands),
            Sum => _graph.Add(operands),
            Einsum e => _graph.Einsum([.. operands.Zip(e.Indices, (o, i) => (o, i))], e.Out, e.Shape),
            HeadSum s => _graph.HeadSum(operands[0], s.Feature),
            RotatePairs r => _graph.Primitive(id => new RotatePairs(id, operands[0], r.Theta, r.Feature, r.Period, r.Back)),
            SequencePrimitive s => _graph.Primitive(id => s.With(id, operands)),
            SequenceGradient s => _graph.Primitive(id => new SequenceGradient(id, (SequencePrimitive)Of(s.Primitive), operands[operands.Length - 1], s.Operand)),
            _ => node,
        };
        if (node.Hint is { } hint) rebuilt.Named(hint);
        return _rebuilt[node] = rebuilt;
    }
}
