namespace TttGen.Layers;

/// <summary>A norm, then a convolution over time: what <see cref="TttMambaBlock{D, H, F, K, Taps, N, M}"/> begins with (<c>pre_conv</c>).</summary>
/// <typeparam name="D">Elements of a row.</typeparam>
/// <typeparam name="Taps">How many tokens each output sees.</typeparam>
/// <param name="Norm">The norm.</param>
/// <param name="Conv">The convolution.</param>
[Layer, Config("pre_conv", true)]
public readonly partial record struct PreConvolution<D, Taps>(RmsNorm<D> Norm, CausalConvolution<D, Taps> Conv)
    : ILayer<PreConvolution<D, Taps>, D> where D : IDim where Taps : IDim
{
    /// <inheritdoc/>
    public Seq<D> Apply(Seq<D> x) => Conv.Apply(Norm.Apply(x));
}
