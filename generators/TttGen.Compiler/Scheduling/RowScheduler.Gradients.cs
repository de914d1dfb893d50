using TttGen.Compiler.Derivation;
using TttGen.Compiler.Ir;
using TttGen.Compiler.Language;
using TttGen.Compiler.Spelling;

namespace TttGen.Compiler.Scheduling;

/// <content>The backward pass: gradients of sequence primitives, matrices and vectors.</content>
public sealed partial class RowScheduler
{
    private RowSchedule Backward(LinkedSegment segment, SegmentGradient gradient)
    {
        var given = new HashSet<RowTensor>(_tensors.Values);
        _isGradient = true;
        ChooseStored();
        _liveOut.Add(gradient.Result);
        var result = Tensor(gradient.Result, "dResult");
        _made.Add(gradient.Result);
        if (gradient.Stream is { } s) _liveOut.Add(s);

        var matrices = new List<(string Matrix, Node Left, Node Rows)>();
        var vectors = new List<(Input Parameter, Node Gradient)>();
        foreach (var (parameter, node) in gradient.Parameters)
            if (node.Rank == 2) matrices.AddRange(Terms(segment.Graph, node).Select(t => MatrixTerm(segment.Graph, parameter.Name, t)));
            else vectors.Add((parameter, node));
        foreach (var (_, _, rows) in matrices) _mustStore.Add(rows);
        foreach (var (_, node) in gradient.Lookups) _mustStore.Add(node);
        if (gradient.Stream is { } stream) _mustStore.Add(stream);
        foreach (var (parameter, node) in vectors) FindSums(segment.Graph, node, Argument.Cotangent(parameter.Identifier));

        Run(segment.Graph);
        Make([.. _mustStore.Where(n => n.Rank == 2)]);
        if (_sums.Any(sum => !_summed.Contains(sum.Node))) Sweep([]);
        foreach (var group in matrices.GroupBy(m => m.Left))
            _kernels.Add(new MatrixGradientKernel(Unique("Gradient" + string.Concat(group.Select(m => m.Matrix))), group.Key, [.. group.Select(m => new MatrixGradient(m.Matrix, m.Rows))]));
        foreach (var (lookup, rows) in gradient.Lookups) _kernels.Add(new ScatterKernel(Unique("Scatter" + lookup.Table), lookup, rows));
        SequencePrimitive[] primitives = [.. _live.OfType<SequenceGradient>().Select(s => s.Primitive).Distinct()];
        if (vectors.Count > 0 || primitives.Length > 0)
            _kernels.Add(new VectorKernel(Unique("GradientVectors"), _sums, primitives, [.. _live.OfType<SequenceGradient>().Where(s => !s.IsRows)], vectors));
        return new RowSchedule(_kernels, [.. _tensors.Values.Where(t => !given.Contains(t))], result, gradient.Stream is { } d ? _tensors[d] : null);
    }

    /// <summary>A sequence primitive's gradient is made by all rows that it read, whether something asks for them or not.</summary>
    private void Differentiate(Graph graph, SequenceGradient gradient)
    {
        Make([gradient.Output]);
        var parts = _live.OfType<SequenceGradient>().Where(s => s.Primitive == gradient.Primitive && s.Output == gradient.Output).ToList();
        foreach (var operand in Enumerable.Range(0, gradient.Primitive.Rows.Count).Where(k => parts.All(s => s.Operand != k)))
            parts.Add((SequenceGradient)graph.Primitive(id => new SequenceGradient(id, gradient.Primitive, gradient.Output, operand)));
        foreach (var part in parts)
        {
            if (part.Rank == 2) Tensor(part, "rows");
            _made.Add(part);
        }
        _kernels.Add(new SequenceGradientKernel(Unique(gradient.Primitive.Name + "Backward"), gradient.Primitive, gradient.Output, parts));
    }

    /// <summary>The terms of a sum, each with what it is multiplied by.</summary>
    private static IEnumerable<Node> Terms(Graph g, Node node) => node switch
    {
        Sum sum => sum.Operands.SelectMany(o => Terms(g, o)),
        Einsum { IsView: true, Factors.Count: 1 } view when view.Factors[0].Index == view.Out => Terms(g, view.Factors[0].Node).Select(t => g.Scale(view.Coefficient, t)),
        _ => [node],
    };

    /// <summary>Σₙ left[n, a] rows[n, b]: a matrix's gradient.</summary>
    private static (string, Node, Node) MatrixTerm(Graph g, string parameter, Node term)
    {
        if (term is Einsum { Reduced.Length: 1, Factors.Count: 2 } e && e.AxisOf(e.Reduced[0]).IsRows)
        {
            var n = e.Reduced[0];
            var left = e.Factors.FirstOrDefault(f => f.Index == $"{n}{e.Out[0]}");
            var rows = e.Factors.FirstOrDefault(f => f.Index == $"{n}{e.Out[1]}");
            if (left.Node is not null && rows.Node is not null) return (parameter, left.Node, g.Scale(e.Coefficient, rows.Node));
        }
        throw new CompileException("TTT141", $"the gradient of {parameter} is not a product of rows");
    }

    /// <summary>The sums over rows that a vector's gradient is made of.</summary>
    private void FindSums(Graph g, Node node, string name)
    {
        if (_made.Contains(node) || _sums.Any(s => s.Node == node) || node is Input or SequenceGradient) return;
        if (node is Einsum { Rank: 1, Reduced.Length: 1 } e && e.AxisOf(e.Reduced[0]).IsRows && ColumnSum.Of(g, node) is { Access: Access.AlongRow } sum)
        {
            _sums.Add(new RowsSum(Unique(name), node, sum.Body));
            return;
        }
        foreach (var o in node.Operands) FindSums(g, o, name);
    }
}
