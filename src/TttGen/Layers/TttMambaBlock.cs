namespace TttGen.Layers;

/// <summary>
/// One block of the Mamba backbone (arXiv 2407.04620, section 2.7): x += conv(norm x); x += gated TTT(norm x); x += SwiGLU(norm x).
/// </summary>
/// <typeparam name="D">Elements of a row.</typeparam>
/// <typeparam name="H">Heads.</typeparam>
/// <typeparam name="F">Elements of one head, D / H.</typeparam>
/// <typeparam name="K">Tokens of a mini-batch.</typeparam>
/// <typeparam name="Taps">How many tokens a convolution sees.</typeparam>
/// <typeparam name="N">The size of the feed-forward layer.</typeparam>
/// <typeparam name="M">The memory.</typeparam>
/// <param name="Conv">The convolution with its norm.</param>
/// <param name="SeqNorm">Before the TTT layer.</param>
/// <param name="SeqModelingBlock">The TTT layer.</param>
/// <param name="FfnNorm">Before the feed-forward layer.</param>
/// <param name="Mlp">The feed-forward layer.</param>
[Layer]
public readonly partial record struct TttMambaBlock<D, H, F, K, Taps, N, M>(
    PreConvolution<D, Taps> Conv, RmsNorm<D> SeqNorm, GatedTttLayer<D, H, F, K, Taps, M> SeqModelingBlock, RmsNorm<D> FfnNorm, SwiGlu<D, N> Mlp)
    : ILayer<TttMambaBlock<D, H, F, K, Taps, N, M>, D>
    where D : IDim where H : IDim where F : IDim where K : IDim where Taps : IDim where N : IDim where M : IInnerModel<M, F>
{
    /// <inheritdoc/>
    public Seq<D> Apply(Seq<D> x)
    {
        x += Conv.Apply(x);
        x += SeqModelingBlock.Apply(SeqNorm.Apply(x));
        x += Mlp.Apply(FfnNorm.Apply(x));
        return x;
    }
}
