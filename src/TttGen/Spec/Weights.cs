using TttGen.Checkpoints;

namespace TttGen;

/// <summary>A spec with its tensors in view: listed, read, replaced one by one, drawn at random.</summary>
/// <typeparam name="TSpec">The record.</typeparam>
public sealed class Weights<TSpec> where TSpec : ISpec<TSpec>
{
    private readonly Dictionary<string, double[]> _tensors;
    private readonly IReadOnlyDictionary<string, double> _settings;

    private Weights(IReadOnlyList<Parameter> parameters, Dictionary<string, double[]> tensors, IReadOnlyDictionary<string, double> settings)
    {
        (Parameters, _tensors, _settings) = (parameters, tensors, settings);
        Spec = TSpec.Bind(new TensorBinder(info => _tensors[info.Key], _settings.GetValueOrDefault));
    }

    /// <summary>Keys, shapes and kinds, in the order of the records.</summary>
    public IReadOnlyList<Parameter> Parameters { get; }

    /// <summary>The record over these tensors.</summary>
    public TSpec Spec { get; }

    /// <summary>The numbers of one tensor, row by row, heads first.</summary>
    public ReadOnlySpan<double> this[string key] => _tensors[Known(key).Info.Key];

    /// <summary>A spec over tensors from anywhere.</summary>
    /// <param name="tensors">The numbers of a tensor.</param>
    /// <param name="settings">Numbers of config.json that differ from their defaults.</param>
    /// <exception cref="TttException">A tensor has another number of elements than its shape says.</exception>
    public static Weights<TSpec> From(Func<ParameterInfo, double[]> tensors, IReadOnlyDictionary<string, double>? settings = null)
    {
        var parameters = ParameterList.Of<TSpec>(out var defaults);
        return new(parameters, parameters.ToDictionary(parameter => parameter.Info.Key, parameter => Checked(parameter.Info, tensors(parameter.Info))), With(defaults, settings));
    }

    /// <summary>Fresh weights as the reference draws them (<see cref="Initialisation"/>).</summary>
    /// <param name="seed">Equal seeds give equal weights.</param>
    /// <param name="settings">Numbers of config.json that differ from their defaults.</param>
    public static Weights<TSpec> Draw(int seed, IReadOnlyDictionary<string, double>? settings = null)
    {
        var parameters = ParameterList.Of<TSpec>(out var defaults);
        var random = new Random(seed);
        return new(parameters, parameters.ToDictionary(parameter => parameter.Info.Key, parameter => Initialisation.Draw(parameter, random)), With(defaults, settings));
    }

    /// <summary>The same weights but for one tensor.</summary>
    /// <exception cref="TttException">The spec has no such tensor, or it has another number of elements.</exception>
    public Weights<TSpec> With(string key, double[] numbers) =>
        new(Parameters, new(_tensors) { [key] = Checked(Known(key).Info, numbers) }, _settings);

    private static Dictionary<string, double> With(IReadOnlyDictionary<string, double> defaults, IReadOnlyDictionary<string, double>? settings)
    {
        var all = new Dictionary<string, double>(defaults);
        foreach (var (key, value) in settings ?? new Dictionary<string, double>()) all[key] = value;
        return all;
    }

    private static double[] Checked(ParameterInfo info, double[] numbers) =>
        numbers.Length == info.Count ? numbers : throw new TttException($"{info.Key}: expected [{string.Join(", ", info.Shape)}], {info.Count} numbers, found {numbers.Length}");

    private Parameter Known(string key) =>
        Parameters.FirstOrDefault(parameter => parameter.Info.Key == key)
        ?? throw new TttException($"{key}: expected a parameter of {typeof(TSpec).Name}, found none of this key; it has {string.Join(", ", Parameters.Take(8).Select(parameter => parameter.Info.Key))} …");
}
