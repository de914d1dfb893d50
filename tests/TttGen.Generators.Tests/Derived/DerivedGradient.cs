using TttGen.Compiler.Derivation;
using TttGen.Compiler.Ir;
using TttGen.Compiler.Language;

namespace TttGen.Generators.Tests.Derived;

/// <summary>The loss of a linked model and its gradient by every parameter, as they are derived, in float64: a sequence at a time.</summary>
internal sealed class DerivedGradient
{
    private readonly LinkedModel _model;
    private readonly LinkedWeights _weights;
    private readonly Dictionary<LinkedSegment, SegmentGradient> _backward;

    /// <param name="model">What to differentiate.</param>
    /// <param name="weight">A tensor, by its key in a checkpoint.</param>
    /// <param name="setting">A number of config.json, by key.</param>
    public DerivedGradient(LinkedModel model, Func<string, double[]> weight, Func<string, double> setting)
    {
        _model = model;
        _weights = new LinkedWeights(model, (_, key) => weight(key), setting);
        _backward = model.Segments.ToDictionary(s => s, SegmentGradient.Of);
        Gradients = _weights.Tensors.ToDictionary(w => w.Key, w => new double[w.Value.Length]);
    }

    /// <summary>By checkpoint key.</summary>
    public Dictionary<string, double[]> Gradients { get; }

    /// <summary>Σ −ln p(next token) · scale over the sequence. The head's gradient is added on the way.</summary>
    public double Loss(int[] tokens, double scale) => CrossEntropy(tokens, scale, Forward(tokens).Rows, out _);

    private (double[] Rows, Stack<(LinkedSegment Segment, int Layer, Dictionary<string, double[]> Inputs, RowInterpreter Rows)> Runs) Forward(int[] tokens)
    {
        var runs = new Stack<(LinkedSegment Segment, int Layer, Dictionary<string, double[]> Inputs, RowInterpreter Rows)>();
        double[] rows = [];
        foreach (var segment in _model.Segments)
            for (var layer = 0; layer < segment.Repeat; layer++)
            {
                var inputs = _weights.Inputs(layer);
                inputs["x"] = rows;
                var run = new RowInterpreter(tokens, inputs, _weights.Tables(), _weights.Memories(layer));
                rows = run.Of(segment.Result);
                runs.Push((segment, layer, inputs, run));
            }
        return (rows, runs);
    }

    /// <summary>The same; its gradients are added to <see cref="Gradients"/>.</summary>
    public double Add(int[] tokens, double scale)
    {
        var (rows, runs) = Forward(tokens);
        var loss = CrossEntropy(tokens, scale, rows, out var dRows);
        foreach (var (segment, layer, inputs, run) in runs)
        {
            var backward = _backward[segment];
            inputs["dResult"] = dRows;
            if (backward.Stream is { } stream) dRows = run.Of(stream);
            foreach (var (parameter, gradient) in backward.Parameters)
                if (parameter is EachHead each)
                    foreach (var head in run.Of(gradient).Chunk(each.Feature)) AddParameter(each.Parameter, layer, head);
                else AddParameter(parameter.Name, layer, run.Of(gradient));
            foreach (var (lookup, gradient) in backward.Lookups) AddLookup(lookup, tokens, run.Of(gradient));
            foreach (var (scan, gradients) in run.RecurrenceGradients) AddRecurrence(scan, layer, gradients);
            foreach (var (learn, heads) in run.ScanGradients) AddMemory(_model.Memories.Single(m => m.Name == learn.Memory), layer, heads);
        }
        return loss;
    }

    private void AddMemory(LinkedMemory memory, int layer, Dictionary<string, double[]>[] heads)
    {
        for (var head = 0; head < heads.Length; head++)
            foreach (var (weight, parameter) in memory.Model.Weights.Zip(memory.Parameters))
                AddTo(LinkedWeights.Own(parameter, layer, head, Gradients), heads[head][Argument.Cotangent(weight.Name)]);
    }

    private void AddRecurrence(Recur scan, int layer, Dictionary<string, double[]> gradients)
    {
        foreach (var input in scan.Recurrence.Inputs.Where(i => i.Parameter is not null))
        {
            var parameter = _weights.Parameter(input.Parameter!);
            AddTo(Gradients[LinkedWeights.Key(parameter, layer)], parameter.Form == ParameterForm.Taps ? LinkedWeights.Transposed(gradients[input.Name], parameter.Inner, parameter.Columns) : gradients[input.Name]);
        }
    }

    private void AddParameter(string name, int layer, double[] gradient)
    {
        var p = _weights.Parameter(name.Split('[')[0]);
        var to = Gradients[LinkedWeights.Key(p, layer)];
        if (p.Form == ParameterForm.Matrix) AddTo(to, LinkedWeights.Transposed(gradient, p.Inner, p.Columns));
        else if (p.Form == ParameterForm.Vector) AddTo(to, gradient);
        else
        {
            var tap = int.Parse(name.Split('[', ']')[1], System.Globalization.CultureInfo.InvariantCulture);
            for (var c = 0; c < p.Columns; c++) to[c * p.Inner + tap] += gradient[c];
        }
    }

    private void AddLookup(Lookup lookup, int[] tokens, double[] gradient)
    {
        var (to, width) = (Gradients[_weights.Parameter(lookup.Table).Key], lookup.Shape[1].Size);
        for (var t = 0; t < tokens.Length; t++) AddTo(to.AsSpan(tokens[t] * width, width), gradient.AsSpan(t * width, width));
    }

    /// <summary>The head by hand: logits = x Eᵀ, loss = −ln softmax at the next token.</summary>
    private double CrossEntropy(int[] tokens, double scale, double[] rows, out double[] dRows)
    {
        var (table, dTable, width) = (_weights.Tensors[_model.Head.Key], Gradients[_model.Head.Key], _model.Width);
        dRows = new double[rows.Length];
        var loss = 0.0;
        for (var t = 0; t < tokens.Length - 1; t++)
        {
            var x = rows.AsSpan(t * width, width);
            var logits = new double[_model.Vocabulary];
            for (var v = 0; v < logits.Length; v++)
                for (var c = 0; c < width; c++) logits[v] += x[c] * table[v * width + c];
            var log = logits.Max() + Math.Log(logits.Sum(l => Math.Exp(l - logits.Max())));
            loss += scale * (log - logits[tokens[t + 1]]);
            for (var v = 0; v < logits.Length; v++)
            {
                var d = scale * (Math.Exp(logits[v] - log) - (v == tokens[t + 1] ? 1 : 0));
                for (var c = 0; c < width; c++)
                {
                    dTable[v * width + c] += d * x[c];
                    dRows[t * width + c] += d * table[v * width + c];
                }
            }
        }
        return loss;
    }

    private static void AddTo(Span<double> to, ReadOnlySpan<double> numbers)
    {
        Assert.Equal(to.Length, numbers.Length);
        for (var i = 0; i < to.Length; i++) to[i] += numbers[i];
    }
}
