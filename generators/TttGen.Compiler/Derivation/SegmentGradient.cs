using TttGen.Compiler.Ir;
using TttGen.Compiler.Language;

namespace TttGen.Compiler.Derivation;

/// <summary>The outer gradient of a stretch of a model, in the graph that the stretch itself is in: forward values are its leaves.</summary>
/// <param name="Result">What comes in: the gradient of the rows that the stretch hands on.</param>
/// <param name="Stream">The gradient of the rows that came in; null in the first segment.</param>
/// <param name="Parameters">For each parameter that has one, its gradient; a convolution's is one a tap.</param>
/// <param name="Lookups">For each lookup the gradient of its rows.</param>
public sealed record SegmentGradient(Node Result, Node? Stream, IReadOnlyList<(Input Parameter, Node Gradient)> Parameters, IReadOnlyList<(Lookup Lookup, Node Gradient)> Lookups)
{
    /// <summary>Everything that has to be computed.</summary>
    public IEnumerable<Node> Roots => new[] { Stream }.Where(s => s is not null).Cast<Node>().Concat(Parameters.Select(p => p.Gradient)).Concat(Lookups.Select(l => l.Gradient));

    /// <summary>Differentiates a segment.</summary>
    public static SegmentGradient Of(LinkedSegment segment)
    {
        var g = segment.Graph;
        var live = Live(segment.Result);
        Node[] parameters = [.. live.Where(n => n is Input and not (Setting or Harmonic) && n != segment.Stream)];
        Node[] lookups = [.. live.OfType<Lookup>()];
        Node[] stream = segment.Stream is { } s ? [s] : [];
        var seed = g.Input("dResult", segment.Result.Shape).Named(Argument.Cotangent(segment.Result.Hint ?? "result"));
        var gradients = Vjp.Of(g, [(segment.Result, seed)], [.. stream, .. parameters, .. lookups]);
        var ofParameters = gradients.Skip(stream.Length).ToArray();
        // rows that are zero and whose gradient is zero are two tensors
        var ofStream = stream.Length == 0 ? null : gradients[0] == segment.Result ? g.Primitive(id => new Zero(id, segment.Result.Shape)) : gradients[0];
        ofStream?.Named("dX");
        return new(seed, ofStream,
            [.. parameters.Zip(ofParameters, (p, d) => ((Input)p, d)).Where(p => p.d is not Zero)],
            [.. lookups.Zip(ofParameters.Skip(parameters.Length), (l, d) => ((Lookup)l, d)).Where(l => l.d is not Zero)]);
    }

    /// <summary>What a value is computed from, itself last, in order of creation.</summary>
    private static List<Node> Live(Node result)
    {
        var seen = new HashSet<Node>();
        var live = new List<Node>();
        void Visit(Node n)
        {
            if (!seen.Add(n)) return;
            foreach (var o in n.Operands) Visit(o);
            live.Add(n);
        }
        Visit(result);
        return [.. live.OrderBy(n => n.Id)];
    }
}
