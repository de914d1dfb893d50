namespace TttGen.Layers;

/// <summary>A convolution over time, each column by itself: y[t] = bias + Σⱼ weight[:, j] ⊙ x[t − (taps − 1 − j)], zeros before the start.</summary>
/// <typeparam name="D">Elements of a row.</typeparam>
/// <typeparam name="Taps">How many tokens each output sees.</typeparam>
/// <param name="Weight">[D, 1, taps] in a checkpoint; the last tap is the token's own.</param>
/// <param name="Bias">[D].</param>
[Layer]
public readonly partial record struct CausalConvolution<[Config("hidden_size")] D, [Config("conv_kernel")] Taps>(
    [Key("weight", UnitAxis = 1)] Mat<D, Taps> Weight, Vec<D> Bias) : ILayer<CausalConvolution<D, Taps>, D> where D : IDim where Taps : IDim
{
    /// <inheritdoc/>
    public Seq<D> Apply(Seq<D> x) => x.CausalConvolution(Weight, Bias);
}
