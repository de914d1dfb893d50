using TttGen.Checkpoints;

namespace TttGen.Numerics.Tests.Spec;

/// <summary>A checkpoint of the reference code and what that code computed with it (golden/README.md).</summary>
public sealed class GoldenCase : IDisposable
{
    private readonly Checkpoint _checkpoint;
    private readonly SafetensorsFile _case;

    public GoldenCase(string name)
    {
        Directory = Path.Combine(AppContext.BaseDirectory, "golden", name);
        _checkpoint = Checkpoint.Open(Directory);
        _case = SafetensorsFile.Open(Path.Combine(Directory, "case.safetensors"));
        var ids = _case.Tensors["input_ids"];
        (Sequences, Length) = ((int)ids.Shape[0], (int)ids.Shape[1]);
    }

    public string Directory { get; }

    public int Sequences { get; }

    public int Length { get; }

    public bool HasStates => _case.Tensors.ContainsKey("state.W1");

    public bool HasHiddenStates => _case.Tensors.ContainsKey("hidden_states");

    /// <summary>Settings of config.json.</summary>
    public IReadOnlyDictionary<string, double> Settings =>
        new[] { "ttt_base_lr", "rope_theta", "rms_norm_eps" }.Where(_checkpoint.Config.Has).ToDictionary(key => key, key => _checkpoint.Config.Double(key));

    public Weights<TModel> Load<TModel>(IReadOnlyDictionary<string, double>? settings = null) where TModel : ISpec<TModel>
    {
        _checkpoint.Check([.. ParameterList.Of<TModel>().Select(parameter => parameter.Info)], typeof(TModel).Name);
        return Weights<TModel>.From(info => Doubles((int)info.Count, to => _checkpoint.Read(info.Key, 0, to)), settings ?? Settings);
    }

    public int[] Tokens(int sequence)
    {
        var ids = new long[Length];
        _case.ReadInt64("input_ids", sequence * Length, ids);
        return [.. ids.Select(id => (int)id)];
    }

    /// <summary>One sequence's part [T, V] of the logits.</summary>
    public double[] Logits(int sequence) => Part("logits", 1, sequence);

    /// <summary>One sequence's part [T, D] of the hidden states after block <paramref name="layer"/>; the last entry is after the final norm.</summary>
    public double[] HiddenStates(int layer, int sequence) => Part("hidden_states", 2, layer * Sequences + sequence);

    /// <summary>One layer's and sequence's part, all heads, of θ at the last mini-batch's start, for example of <c>W1</c>.</summary>
    public double[] State(string key, int layer, int sequence) => Part($"state.{key}", 2, layer * Sequences + sequence);

    /// <summary>As <see cref="State"/>, of the gradients gathered since.</summary>
    public double[] GradientSum(string key, int layer, int sequence) => Part($"state.{key}_grad", 2, layer * Sequences + sequence);

    public void Dispose()
    {
        _checkpoint.Dispose();
        _case.Dispose();
    }

    private double[] Part(string key, int leading, int index)
    {
        var size = (int)_case.Tensors[key].Shape.Skip(leading).Aggregate(1L, (count, axis) => count * axis);
        return Doubles(size, to => _case.Read(key, (long)index * size, to));
    }

    private static double[] Doubles(int count, Action<float[]> read)
    {
        var values = new float[count];
        read(values);
        return Array.ConvertAll(values, value => (double)value);
    }
}
