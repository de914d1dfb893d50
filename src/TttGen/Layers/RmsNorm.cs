namespace TttGen.Layers;

/// <summary>x / √(mean x² + ε) ⊙ weight, for every row (arXiv 1910.07467).</summary>
/// <typeparam name="D">Elements of a row.</typeparam>
/// <param name="Weight">[D].</param>
/// <param name="Epsilon">ε.</param>
[Layer]
public readonly partial record struct RmsNorm<[Config("hidden_size")] D>(Vec<D> Weight, [Config("rms_norm_eps", 1e-6)] double Epsilon)
    : ILayer<RmsNorm<D>, D> where D : IDim
{
    /// <inheritdoc/>
    public Seq<D> Apply(Seq<D> x) => x.RmsNorm(Weight, Epsilon);
}
