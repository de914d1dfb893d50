using TttGen.Compiler.Derivation;
using TttGen.Compiler.Ir;

namespace TttGen.Compiler.Tests;

/// <summary>One sequence of tokens under one inner model: random data, and the ways to run it that must agree.</summary>
internal sealed class Scan
{
    public const int MiniBatch = 16;

    private readonly InnerModel _model;
    private readonly int _width;

    public Scan(InnerModel model, int tokens, int seed)
    {
        (_model, _width, Tokens) = (model, model.Width.Size, tokens);
        var random = new Random(seed);
        double[] Draw(int count, double scale, double about = 0) => [.. Enumerable.Range(0, count).Select(_ => about + scale * (2 * random.NextDouble() - 1))];
        foreach (var w in model.Weights) Weights[w.Name] = w.Fast ? Draw(Size(w), 0.6) : Draw(Size(w), 0.3, w.Name == "Scale" ? 1 : 0);
        (Key, Value, Query) = (Draw(tokens * _width, 1), Draw(tokens * _width, 1), Draw(tokens * _width, 1));
        Rate = Draw(tokens, 0.05, 0.1);
        TokenRate = [.. Enumerable.Range(0, MiniBatch).Select(i => 1.0 / (i + 1) + 0.05 * random.NextDouble())];
    }

    public int Tokens { get; }
    public Dictionary<string, double[]> Weights { get; } = [];
    public double[] Key { get; }
    public double[] Value { get; }
    public double[] Query { get; }
    public double[] Rate { get; }
    public double[] TokenRate { get; }

    /// <summary>The dual form, in calls of the given lengths (one call if none are given): outputs, then the weights and gradient sums after the last token.</summary>
    public double[] Dual(params int[] split)
    {
        var form = new DualForm(_model);
        var whole = form.Forward(ProgramKind.MiniBatch, carried: false, closing: true);
        var part = form.Forward(ProgramKind.Step, carried: true, closing: false);
        var rest = form.Forward(ProgramKind.MiniBatch, carried: true, closing: true);
        var state = new State(this);
        foreach (var call in split.Length == 0 ? [Tokens] : split)
            for (var left = call; left > 0;)
            {
                var rows = Math.Min(left, MiniBatch - state.Place);
                state.Step(rows == MiniBatch ? whole : state.Place + rows == MiniBatch ? rest : part, rows);
                left -= rows;
            }
        return state.Result;
    }

    /// <summary>The primal form, token by token, as <see cref="PrimalForm"/> compiles it.</summary>
    public double[] CompiledPrimal()
    {
        var program = new PrimalForm(_model).Forward(ProgramKind.Token);
        var state = new State(this);
        for (var t = 0; t < Tokens; t++) state.Step(program, 1);
        return state.Result;
    }

    /// <summary>The primal form by its definition, the inner gradient by central differences of the loss: it shares nothing with the derivation.</summary>
    public double[] DefinedPrimal()
    {
        var fast = _model.Weights.Where(w => w.Fast).Select(w => w.Name).ToArray();
        var theta = Weights.ToDictionary(w => w.Key, w => (double[])w.Value.Clone());
        var sums = fast.ToDictionary(w => w, w => new double[theta[w].Length]);
        var outputs = new List<double>();
        for (var t = 0; t < Tokens; t++)
        {
            var place = t % MiniBatch;
            foreach (var w in fast)
                for (var k = 0; k < sums[w].Length; k++)
                    sums[w][k] += Rate[t] * FiniteDifference.Of(theta[w], k, () => At(_model.Loss, t, theta)[0]);
            var now = theta.ToDictionary(w => w.Key, w => sums.TryGetValue(w.Key, out var sum) ? [.. w.Value.Zip(sum, (x, s) => x - TokenRate[place] * s)] : w.Value);
            outputs.AddRange(At(_model.Predict, t, now));
            if (place < MiniBatch - 1) continue;
            theta = now;
            foreach (var w in fast) sums[w] = new double[theta[w].Length];
        }
        return [.. outputs, .. fast.SelectMany(w => theta[w].Concat(sums[w]))];
    }

    private double[] At(Node node, int t, IReadOnlyDictionary<string, double[]> weights) =>
        new Interpreter(1, new Dictionary<string, double[]>(weights) { ["x"] = Row(Query, t, 1), ["key"] = Row(Key, t, 1), ["value"] = Row(Value, t, 1) }).Of(node);

    private double[] Row(double[] rows, int t, int count) => rows[(t * _width)..((t + count) * _width)];

    private static int Size(Weight w) => w.Shape.Aggregate(1, (count, axis) => count * axis.Size);

    /// <summary>Weights, gradient sums and the place in the mini-batch, as a generated driver keeps them.</summary>
    private sealed class State(Scan scan)
    {
        private readonly Dictionary<string, double[]> _weights = new(scan.Weights);
        private readonly Dictionary<string, double[]> _sums = scan._model.Weights.Where(w => w.Fast).ToDictionary(w => w.Name, w => new double[Size(w)]);
        private readonly List<double> _outputs = [];
        private int _token;

        public int Place { get; private set; }

        public double[] Result => [.. _outputs, .. _sums.Keys.SelectMany(w => _weights[w].Concat(_sums[w]))];

        public void Step(TensorProgram program, int rows)
        {
            var inputs = new Dictionary<string, double[]>(_weights)
            {
                ["key"] = scan.Row(scan.Key, _token, rows),
                ["value"] = scan.Row(scan.Value, _token, rows),
                ["query"] = scan.Row(scan.Query, _token, rows),
                ["lr"] = scan.Rate[_token..(_token + rows)],
                ["tok"] = scan.TokenRate[Place..(Place + rows)],
                ["tokLast"] = [scan.TokenRate[^1]],
            };
            foreach (var (name, sum) in _sums) inputs[name + "Sum"] = sum;
            var results = Interpreter.Run(program, rows, inputs);
            _outputs.AddRange(results["output"]);
            _token += rows;
            Place += rows;
            var closing = Place == MiniBatch;
            foreach (var name in _sums.Keys.ToArray())
            {
                _weights[name] = results.TryGetValue(name + "Next", out var next) ? next
                    : closing ? [.. _weights[name].Zip(results[name + "SumNext"], (w, s) => w - scan.TokenRate[^1] * s)]
                    : _weights[name];
                _sums[name] = closing ? new double[_sums[name].Length] : results[name + "SumNext"];
            }
            Place %= MiniBatch;
        }
    }
}
