using TttGen.Compiler.Ir;
using TttGen.Compiler.Tests;

namespace TttGen.Generators.Tests.Derived;

/// <summary>Runs a stretch of a model over one sequence, forward values and gradients alike, in float64.</summary>
/// <param name="tokens">The sequence.</param>
/// <param name="inputs">Parameters, settings and the rows that come in.</param>
/// <param name="tables">What is looked up in, [V, D].</param>
/// <param name="memories">The programs of each memory, and its weights a head, of this layer.</param>
internal sealed class RowInterpreter(
    int[] tokens,
    IReadOnlyDictionary<string, double[]> inputs,
    IReadOnlyDictionary<string, double[]> tables,
    IReadOnlyDictionary<string, (ScanPrograms Programs, Dictionary<string, double[]>[] Heads)> memories) : Interpreter(tokens.Length, inputs)
{
    private readonly Dictionary<Learn, InnerScan[]> _scans = [];
    private readonly Dictionary<Recur, RecurrenceOracle> _recurrences = [];

    /// <summary>The gradients that a scan's heads answered, by name, where its gradient was asked for.</summary>
    public Dictionary<Learn, Dictionary<string, double[]>[]> ScanGradients { get; } = [];

    protected override double[] Primitive(Node node) => node switch
    {
        Lookup l => [.. tokens.SelectMany(t => tables[l.Table].Skip(t * l.Shape[1].Size).Take(l.Shape[1].Size))],
        Shift s => Shifted(Of(s.Argument), s.Shape[1].Size, s.By),
        HeadSum s => [.. Of(s.Argument).Chunk(s.Feature).SelectMany(head => Enumerable.Repeat(head.Sum(), s.Feature))],
        RotatePairs r => Rotated(r, Of(r.Argument), Of(r.Theta)[0]),
        Rotate r => Rotated(r, Of(r.Rows[0]), [.. r.Frequencies.Select(f => Of(f)[0])]),
        Attend a => new AttentionOracle(a, tokens.Length, Of).Answers(),
        SequenceGradient { Primitive: Attend a } d => new AttentionOracle(a, tokens.Length, Of).Gradient(Of(d.Output), d.Operand),
        Recur r => Recurrence(r).Answers(),
        SequenceGradient { Primitive: Recur r } d => Recurrence(r).Differentiate(Of(d.Output))[r.NameOf(d.Operand)],
        Learn l => Joined([.. Scans(l).Select(s => s.Outputs())]),
        SequenceGradient { Primitive: Learn l } d => Gradient(l, d),
        _ => base.Primitive(node),
    };

    /// <summary>The recurrences that were differentiated.</summary>
    public IEnumerable<(Recur Scan, Dictionary<string, double[]> Gradients)> RecurrenceGradients => _recurrences.Where(r => r.Value.Gradients is not null).Select(r => (r.Key, r.Value.Gradients!));

    private RecurrenceOracle Recurrence(Recur r) => _recurrences.TryGetValue(r, out var known) ? known : _recurrences[r] = new(r, tokens.Length, Of, Parameter);

    /// <summary>A parameter of channels, or of places one after another.</summary>
    private double[] Parameter(StepInput input) => input.Kind == StepInputKind.ChannelWeight ? Inputs[input.Parameter!]
        : [.. Enumerable.Range(0, Inputs.Keys.Count(k => k.StartsWith(input.Parameter + "[", StringComparison.Ordinal))).SelectMany(place => Inputs[$"{input.Parameter}[{place}]"])];

    private double[] Shifted(double[] rows, int columns, int by) =>
        [.. Enumerable.Range(0, tokens.Length).SelectMany(t => t - by >= 0 && t - by < tokens.Length ? rows[((t - by) * columns)..((t - by + 1) * columns)] : new double[columns])];

    private static double[] Rotated(RotatePairs r, double[] rows, double theta)
    {
        var turned = new double[rows.Length];
        var columns = r.Shape[1].Size;
        for (var e = 0; e < rows.Length; e += 2)
        {
            var angle = e / columns % r.Period * Math.Pow(theta, -(e % columns % r.Feature) / (double)r.Feature) * (r.Back ? -1 : 1);
            var (sin, cos) = Math.SinCos(angle);
            turned[e] = rows[e] * cos - rows[e + 1] * sin;
            turned[e + 1] = rows[e + 1] * cos + rows[e] * sin;
        }
        return turned;
    }

    /// <param name="r">Which rotation.</param>
    /// <param name="rows">What turns.</param>
    /// <param name="numbers">The base of its frequencies, then perhaps 1: what doesn't stretch them.</param>
    private static double[] Rotated(Rotate r, double[] rows, double[] numbers)
    {
        var theta = numbers[0];
        if (numbers.Length > 1 && numbers[1] != 1) throw new NotSupportedException("frequencies that are stretched");
        var turned = new double[rows.Length];
        var (columns, half) = (r.Shape[1].Size, r.Feature / 2);
        for (var head = 0; head < rows.Length; head += r.Feature)
            for (var i = 0; i < half; i++)
            {
                var (first, second) = r.Halves ? (head + i, head + i + half) : (head + 2 * i, head + 2 * i + 1);
                var (sin, cos) = Math.SinCos(head / columns * Math.Pow(theta, -2.0 * i / r.Feature) * (r.Back ? -1 : 1));
                turned[first] = rows[first] * cos - rows[second] * sin;
                turned[second] = rows[second] * cos + rows[first] * sin;
            }
        return turned;
    }

    private InnerScan[] Scans(Learn l)
    {
        if (_scans.TryGetValue(l, out var known)) return known;
        var (programs, heads) = memories[l.Memory];
        return _scans[l] = [.. heads.Select((weights, head) => new InnerScan(programs, weights, Own(Of(l.Query), head), Own(Of(l.Key), head), Own(Of(l.Value), head), Own(Of(l.Inputs[0]), head), Of(l.TokenRate!)))];

        double[] Own(double[] rows, int head) => Head(rows, head, heads.Length);
    }

    private double[] Gradient(Learn learn, SequenceGradient d)
    {
        var dOutput = Of(d.Output);
        if (!ScanGradients.TryGetValue(learn, out var gradients))
        {
            Of(learn);
            ScanGradients[learn] = gradients = [.. Scans(learn).Select((scan, head) => scan.Gradients(Head(dOutput, head, Scans(learn).Length)))];
        }
        return learn.NameOf(d.Operand) switch
        {
            "Query" => Joined([.. gradients.Select(g => g["dQuery"])]),
            "Key" => Joined([.. gradients.Select(g => g["dKey"])]),
            "Value" => Joined([.. gradients.Select(g => g["dValue"])]),
            "Rate" => Joined([.. gradients.Select(g => g["dLr"])]),
            "TokenRate" => [.. Enumerable.Range(0, gradients[0]["dTok"].Length).Select(i => gradients.Sum(g => g["dTok"][i]))],
            var other => throw new NotSupportedException(other),
        };
    }

    /// <summary>One head's columns.</summary>
    private double[] Head(double[] rows, int head, int heads)
    {
        var own = rows.Length / tokens.Length / heads;
        return [.. Enumerable.Range(0, tokens.Length).SelectMany(t => rows[((t * heads + head) * own)..((t * heads + head + 1) * own)])];
    }

    /// <summary>All heads' columns beside each other.</summary>
    private double[] Joined(double[][] heads)
    {
        var own = heads[0].Length / tokens.Length;
        return [.. Enumerable.Range(0, tokens.Length).SelectMany(t => heads.SelectMany(h => h[(t * own)..((t + 1) * own)]))];
    }
}
