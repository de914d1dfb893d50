namespace TttGen.Layers;

/// <summary>x / √(mean x² + ε) ⊙ weight, for every row, with the ε of a Mamba's config.json.</summary>
/// <typeparam name="D">Elements of a row.</typeparam>
/// <param name="Weight">[D].</param>
/// <param name="Epsilon">ε.</param>
[Layer]
public readonly partial record struct MambaNorm<[Config("hidden_size")] D>(Vec<D> Weight, [Config("layer_norm_epsilon", 1e-5)] double Epsilon)
    : ILayer<MambaNorm<D>, D> where D : IDim
{
    /// <inheritdoc/>
    public Seq<D> Apply(Seq<D> x) => x.RmsNorm(Weight, Epsilon);
}
