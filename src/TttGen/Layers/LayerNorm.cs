namespace TttGen.Layers;

/// <summary>(x − mean x) / √(var x + 1e-6) ⊙ weight + bias, for every row (arXiv 1607.06450).</summary>
/// <typeparam name="D">Elements of a row.</typeparam>
/// <param name="Weight">[D].</param>
/// <param name="Bias">[D].</param>
[Layer]
public readonly partial record struct LayerNorm<[Config("hidden_size")] D>(Vec<D> Weight, Vec<D> Bias) : ILayer<LayerNorm<D>, D> where D : IDim
{
    /// <inheritdoc/>
    public Seq<D> Apply(Seq<D> x) => x.LayerNorm(Weight, Bias);
}
