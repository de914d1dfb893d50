using TttGen.Compiler.Derivation;
using TttGen.Compiler.Ir;
using TttGen.Compiler.Language;
using TttGen.Compiler.Tests;

namespace TttGen.Generators.Tests.Derived;

/// <summary>The derived programs that generated scans are made from.</summary>
internal sealed class ScanPrograms(LinkedMemory memory)
{
    private readonly Lazy<TensorProgram> _miniBatch = new(() => new DualForm(memory.Model).Forward(ProgramKind.MiniBatch, carried: false, closing: true));
    private readonly Lazy<TensorProgram> _step = new(() => new DualForm(memory.Model).Forward(ProgramKind.Step, carried: true, closing: false));
    private readonly Lazy<TensorProgram> _token = new(() => new PrimalForm(memory.Model).Forward(ProgramKind.Token));
    private readonly Lazy<TensorProgram> _close = new(() => new ScanGradient(memory.Model).Close());
    private readonly Lazy<TensorProgram> _miniBatchBackward = new(() => new ScanGradient(memory.Model).MiniBatch());
    private readonly Lazy<TensorProgram> _stepBackward = new(() => new ScanGradient(memory.Model).Step());

    public LinkedMemory Memory { get; } = memory;

    /// <summary>Whether scans run mini-batch by mini-batch, or token by token.</summary>
    public bool IsDual { get; } = DualForm.Covers(memory.Model, out _);

    public TensorProgram MiniBatch => _miniBatch.Value;

    public TensorProgram Step => _step.Value;

    public TensorProgram Token => _token.Value;

    public TensorProgram Close => _close.Value;

    public TensorProgram MiniBatchBackward => _miniBatchBackward.Value;

    public TensorProgram StepBackward => _stepBackward.Value;
}

/// <summary>One head's scan over one sequence, and its outer gradient: mini-batch by mini-batch, every state kept.</summary>
/// <param name="programs">What to run.</param>
/// <param name="weights">θ₀ and the slow weights.</param>
/// <param name="query">[n, width]; key and value likewise.</param>
/// <param name="rate">[n].</param>
/// <param name="tokenRate">[mini-batch].</param>
internal sealed class InnerScan(ScanPrograms programs, Dictionary<string, double[]> weights, double[] query, double[] key, double[] value, double[] rate, double[] tokenRate)
{
    private readonly List<Dictionary<string, double[]>> _states = [];

    private int MiniBatch => programs.Memory.MiniBatch;

    private IEnumerable<Weight> Fast => programs.Memory.Model.Weights.Where(w => w.Fast);

    /// <summary>[n, width].</summary>
    public double[] Outputs() => programs.IsDual ? ByMiniBatch() : ByToken();

    private double[] ByMiniBatch()
    {
        _states.Clear();
        _states.Add(weights);
        var outputs = new List<double>();
        for (var first = 0; first < rate.Length; first += MiniBatch)
        {
            var inputs = Inputs(first);
            inputs["tokLast"] = [tokenRate[^1]];
            var results = Interpreter.Run(IsWhole(first) ? programs.MiniBatch : programs.Step, Rows(first), inputs);
            outputs.AddRange(results["output"]);
            if (IsWhole(first)) _states.Add(weights.ToDictionary(w => w.Key, w => results.GetValueOrDefault(w.Key + "Next", w.Value)));
        }
        return [.. outputs];
    }

    private double[] ByToken()
    {
        var width = programs.Memory.Model.Width.Size;
        var inputs = new Dictionary<string, double[]>(weights) { ["tokLast"] = [tokenRate[^1]] };
        foreach (var w in Fast) inputs[w.Name + "Sum"] = new double[weights[w.Name].Length];
        var outputs = new List<double>();
        for (var t = 0; t < rate.Length; t++)
        {
            foreach (var (name, rows) in new[] { ("query", query), ("key", key), ("value", value) }) inputs[name] = rows[(t * width)..((t + 1) * width)];
            (inputs["lr"], inputs["tok"]) = ([rate[t]], [tokenRate[t % MiniBatch]]);
            var results = Interpreter.Run(programs.Token, 1, inputs);
            outputs.AddRange(results["output"]);
            foreach (var w in Fast) inputs[w.Name + "Sum"] = results[w.Name + "SumNext"];
            if ((t + 1) % MiniBatch > 0) continue;
            var closed = Interpreter.Run(programs.Close, 1, inputs);
            foreach (var w in Fast) (inputs[w.Name], inputs[w.Name + "Sum"]) = (closed[w.Name + "Next"], new double[weights[w.Name].Length]);
        }
        return [.. outputs];
    }

    /// <summary>Gradients by name: dQuery, dKey, dValue, dLr, dTok, and those of θ₀ and the slow weights.</summary>
    public Dictionary<string, double[]> Gradients(double[] dOutput)
    {
        Assert.True(programs.IsDual);
        var width = programs.Memory.Model.Width.Size;
        var gathered = weights.ToDictionary(w => Argument.Cotangent(w.Key), w => new double[w.Value.Length]);
        var perToken = new Dictionary<string, double[]> { ["dQuery"] = new double[query.Length], ["dKey"] = new double[key.Length], ["dValue"] = new double[value.Length], ["dLr"] = new double[rate.Length] };
        var dTok = new double[MiniBatch];
        for (var first = (rate.Length - 1) / MiniBatch * MiniBatch; first >= 0; first -= MiniBatch)
        {
            var rows = Rows(first);
            var inputs = Inputs(first);
            inputs["tokLast"] = [.. Enumerable.Repeat(tokenRate[^1], rows)];
            inputs["dOutput"] = dOutput[(first * width)..((first + rows) * width)];
            (inputs["dTok"], inputs["dTokLast"]) = (dTok[..rows], [dTok[^1]]);
            foreach (var (name, sum) in gathered) inputs[name] = sum;
            // after the last token nothing depends on the gradient sum
            foreach (var w in Fast) inputs[Argument.Cotangent(w.Name + "Sum")] = new double[weights[w.Name].Length];
            var results = Interpreter.Run(IsWhole(first) ? programs.MiniBatchBackward : programs.StepBackward, rows, inputs);
            foreach (var name in gathered.Keys) gathered[name] = results.GetValueOrDefault(name, gathered[name]);
            foreach (var (name, all) in perToken) results[name].CopyTo(all, first * (all.Length / rate.Length));
            // the last place's rate counts twice: for its own answer, and for the weights that the next mini-batch starts from
            var last = IsWhole(first) ? results["dTokLast"][0] - dTok[^1] : 0;
            results["dTok"].CopyTo(dTok, 0);
            dTok[^1] += last;
        }
        return gathered.Concat(perToken).Append(new("dTok", dTok)).ToDictionary();
    }

    private int Rows(int first) => Math.Min(MiniBatch, rate.Length - first);

    private bool IsWhole(int first) => Rows(first) == MiniBatch;

    private Dictionary<string, double[]> Inputs(int first)
    {
        var (rows, width) = (Rows(first), programs.Memory.Model.Width.Size);
        var inputs = new Dictionary<string, double[]>(_states[first / MiniBatch])
        {
            ["query"] = Part(query),
            ["key"] = Part(key),
            ["value"] = Part(value),
            ["lr"] = rate[first..(first + rows)],
            ["tok"] = tokenRate[..rows],
        };
        foreach (var w in Fast) inputs[w.Name + "Sum"] = new double[weights[w.Name].Length];
        return inputs;

        double[] Part(double[] all) => all[(first * width)..((first + rows) * width)];
    }
}
