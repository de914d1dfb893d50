using System.Globalization;
using TttGen.Checkpoints;
using TttGen.Inference;
using TttGen.Runtime.Tests.Checkpoints;

namespace TttGen.Numerics.Tests.Compiled;

/// <summary>A model of the tests with random weights: compiled, from a checkpoint directory, and as the executable spec over the same numbers.</summary>
internal abstract partial class SmallModel
{
    /// <summary>None of them at its default.</summary>
    private static readonly Dictionary<string, double> Settings = new() { ["ttt_base_lr"] = 0.3, ["ttt_base_decay"] = 0.2, ["rope_theta"] = 500, ["rms_norm_eps"] = 1e-5, ["attn_logit_softcapping"] = 0.7 };

    /// <summary>Every model of MemoryModels.cs, and one with an output head of its own.</summary>
    public static IReadOnlyDictionary<string, SmallModel> All { get; } = WithCpuOnly(
    [
        Of<LinearBySix>((model, tokens) => model.Apply(tokens).Items),
        Of<LinearByTen>((model, tokens) => model.Apply(tokens).Items),
        Of<LinearBySixteen>((model, tokens) => model.Apply(tokens).Items),
        Of<LinearByNinetySix>((model, tokens) => model.Apply(tokens).Items),
        Of<MlpBySix>((model, tokens) => model.Apply(tokens).Items),
        Of<MlpByTen>((model, tokens) => model.Apply(tokens).Items),
        Of<MlpBySixteen>((model, tokens) => model.Apply(tokens).Items),
        Of<MlpByNinetySix>((model, tokens) => model.Apply(tokens).Items),
        Of<SwiGluBySix>((model, tokens) => model.Apply(tokens).Items),
        Of<SwiGluByTen>((model, tokens) => model.Apply(tokens).Items),
        Of<ThreeLayerBySix>((model, tokens) => model.Apply(tokens).Items),
        Of<ThreeLayerBySixteen>((model, tokens) => model.Apply(tokens).Items),
        Of<LowRankBySixteen>((model, tokens) => model.Apply(tokens).Items),
        Of<LowRankByNinetySix>((model, tokens) => model.Apply(tokens).Items),
        Of<DeltaByTen>((model, tokens) => model.Apply(tokens).Items),
        Of<DeltaByTenOnline>((model, tokens) => model.Apply(tokens).Items),
        Of<ScaledBySix>((model, tokens) => model.Apply(tokens).Items),
        Of<ScaledBySixteen>((model, tokens) => model.Apply(tokens).Items),
        Of<TiedBySix>((model, tokens) => model.Apply(tokens).Items),
        Of<TiedByTen>((model, tokens) => model.Apply(tokens).Items),
        Of<GainByTen>((model, tokens) => model.Apply(tokens).Items),
        Of<SquashedBySix>((model, tokens) => model.Apply(tokens).Items),
        Of<TitansBySix>((model, tokens) => model.Apply(tokens).Items),
        Of<TitansBySixteen>((model, tokens) => model.Apply(tokens).Items),
        Of<TitansMlpByTen>((model, tokens) => model.Apply(tokens).Items),
        Of<TitansSwiGluByTen>((model, tokens) => model.Apply(tokens).Items),
        Of<TitansDeltaByNinetySix>((model, tokens) => model.Apply(tokens).Items),
        Of<TitansSquashedBySix>((model, tokens) => model.Apply(tokens).Items),
        Of<MambaByTen>((model, tokens) => model.Apply(tokens).Items),
        Of<MambaBySix>((model, tokens) => model.Apply(tokens).Items),
        Of<MixedMemories>((model, tokens) => model.Apply(tokens).Items),
        Of<SkippedStack>((model, tokens) => model.Apply(tokens).Items),
        Of<OneLayer>((model, tokens) => model.Apply(tokens).Items),
        Of<UntiedLinearTransformer>((model, tokens) => model.Apply(tokens).Items),
    ]).ToDictionary(model => model.Name);

    /// <summary>Models that attend, and those with recurrences, have no kernels for CUDA yet: only tests of the CPU's code add them.</summary>
    static partial void AddAttention(List<SmallModel> models);

    /// <inheritdoc cref="AddAttention"/>
    static partial void AddRecurrences(List<SmallModel> models);

    private static List<SmallModel> WithCpuOnly(List<SmallModel> models)
    {
        AddAttention(models);
        AddRecurrences(models);
        return models;
    }

    public abstract string Name { get; }

    public abstract ModelDefinition Definition { get; }

    /// <summary>A tensor's numbers, exact in float32: signals keep their size from layer to layer, vectors differ from element to element.</summary>
    protected abstract float[] Draw(ParameterInfo info);

    /// <summary>[T, V]: logits of the executable spec.</summary>
    public abstract double[] Oracle(int[] tokens);

    /// <summary>Writes the weights to a directory.</summary>
    public void Write(string directory)
    {
        var tensors = Definition.Parameters.ToDictionary(info => info.Key, Draw);
        CheckpointWriter.Write(directory, [.. Definition.Config, .. Settings.Select(Entry)], Definition.Parameters,
            (info, first, to) => tensors[info.Key].AsSpan((int)first, to.Length).CopyTo(to));

        static ConfigEntry Entry(KeyValuePair<string, double> setting) => new(setting.Key, setting.Value.ToString("R", CultureInfo.InvariantCulture));
    }

    /// <summary>The compiled model over these weights.</summary>
    public CompiledModel Load(ModelOptions? options = null) => (CompiledModel)LoadAnywhere(options ?? new ModelOptions { Threads = 2 });

    /// <summary>As above, on any machine.</summary>
    public TttModel LoadAnywhere(ModelOptions options)
    {
        using var directory = new TemporaryDirectory();
        Write(directory.Root);
        return Definition.Load(directory.Root, options);
    }

    /// <summary>The executable spec: [T, V].</summary>
    public delegate ReadOnlySpan<double> Apply<TModel>(TModel model, Tokens tokens);

    /// <summary>A model, with weights drawn by its tensors' keys.</summary>
    public static SmallModel Of<TModel>(Apply<TModel> apply) where TModel : ISpec<TModel>, IModel<TModel> => new OfSpec<TModel>(apply);

    private sealed class OfSpec<TModel>(Apply<TModel> apply) : SmallModel where TModel : ISpec<TModel>, IModel<TModel>
    {
        private readonly Dictionary<string, Parameter> _parameters = ParameterList.Of<TModel>().ToDictionary(parameter => parameter.Info.Key);

        public override string Name => typeof(TModel).Name;

        public override ModelDefinition Definition => TModel.Definition;

        public override double[] Oracle(int[] tokens) =>
            apply(Weights<TModel>.From(info => Array.ConvertAll(Draw(info), number => (double)number), Settings).Spec, new(tokens)).ToArray();

        protected override float[] Draw(ParameterInfo info)
        {
            var random = new Random(info.Key.Aggregate(0, (seed, letter) => 31 * seed + letter));
            var (mean, scale) = _parameters[info.Key].Kind == ParameterKind.Vector ? (Initialisation.VectorStart(info.Key), 0.2) : (0, 1 / Math.Sqrt(info.Shape[^1]));
            return [.. Enumerable.Range(0, (int)info.Count).Select(_ => (float)(mean + scale * Initialisation.Normal(random)))];
        }
    }
}
