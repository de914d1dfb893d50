using TttGen.Compiler.Language;

namespace TttGen.Generators.Tests.Derived;

/// <summary>A linked model's tensors and settings, as its graphs and the programs of its memories name them.</summary>
internal sealed class LinkedWeights
{
    private readonly LinkedModel _model;
    private readonly Dictionary<string, double[]> _tensors;
    private readonly Dictionary<string, double> _settings;
    private readonly Dictionary<string, ScanPrograms> _scans;

    /// <param name="model">The model.</param>
    /// <param name="tensor">A parameter's tensor, by its key in a checkpoint.</param>
    /// <param name="setting">A number of config.json, by key.</param>
    public LinkedWeights(LinkedModel model, Func<LinkedParameter, string, double[]> tensor, Func<string, double> setting)
    {
        _model = model;
        _tensors = model.Parameters.SelectMany(p => Keys(p).Select(key => (key, p))).ToDictionary(t => t.key, t => tensor(t.p, t.key));
        _settings = model.Settings.ToDictionary(s => s.Name, s => setting(s.Key));
        _scans = model.Memories.ToDictionary(m => m.Name, m => new ScanPrograms(m));
    }

    /// <summary>By checkpoint key, as a checkpoint has them.</summary>
    public IReadOnlyDictionary<string, double[]> Tensors => _tensors;

    /// <summary>The key of a layer's tensor.</summary>
    public static string Key(LinkedParameter p, int layer) => p.Key.Replace("{i}", $"{(p.Layers > 1 ? layer : 0)}", StringComparison.Ordinal);

    /// <summary>The parameter of a name.</summary>
    public LinkedParameter Parameter(string name) => _model.Parameters.Single(p => p.Name == name);

    /// <summary>A layer's tensor as the checkpoint has it: a matrix is [outputs, inputs].</summary>
    public double[] Of(LinkedParameter p, int layer) => _tensors[Key(p, layer)];

    /// <summary>Everything that a graph may name, in the graph's order of axes: a matrix is [inputs, outputs] there.</summary>
    public Dictionary<string, double[]> Inputs(int layer)
    {
        var inputs = _settings.ToDictionary(s => s.Key, s => new[] { s.Value });
        foreach (var p in _model.Parameters)
        {
            var numbers = Of(p, layer);
            if (p.Form == ParameterForm.Matrix) inputs[p.Name] = Transposed(numbers, p.Columns, p.Inner);
            else if (p.Form == ParameterForm.Vector) inputs[p.Name] = numbers;
            else if (p.Form == ParameterForm.Taps)
                for (var t = 0; t < p.Inner; t++) inputs[$"{p.Name}[{t}]"] = Transposed(numbers, p.Columns, p.Inner)[(t * p.Columns)..((t + 1) * p.Columns)];
        }
        return inputs;
    }

    /// <summary>What tokens are looked up in, by name.</summary>
    public Dictionary<string, double[]> Tables() => _model.Parameters.Where(p => p.Form == ParameterForm.Table).ToDictionary(p => p.Name, p => _tensors[p.Key]);

    /// <summary>The programs of each memory, and its weights a head, of a layer.</summary>
    public Dictionary<string, (ScanPrograms Programs, Dictionary<string, double[]>[] Heads)> Memories(int layer) => _model.Memories.ToDictionary(m => m.Name, m => (_scans[m.Name],
        Enumerable.Range(0, m.Heads).Select(head => m.Model.Weights.Zip(m.Parameters, (w, p) => (w.Name, Numbers: Own(p, layer, head, _tensors).ToArray())).ToDictionary(w => w.Name, w => w.Numbers)).ToArray()));

    /// <summary>One head's part of a memory's weight, or of its gradient.</summary>
    public static Span<double> Own(LinkedParameter p, int layer, int head, Dictionary<string, double[]> numbers) =>
        numbers[Key(p, layer)].AsSpan(p.Inner > 1 ? head * p.Columns : 0, p.Columns);

    /// <summary>[rows, columns] → [columns, rows].</summary>
    public static double[] Transposed(double[] numbers, int rows, int columns) => [.. Enumerable.Range(0, numbers.Length).Select(i => numbers[i % rows * columns + i / rows])];

    private static IEnumerable<string> Keys(LinkedParameter p) => Enumerable.Range(0, p.Layers).Select(layer => Key(p, layer));
}
