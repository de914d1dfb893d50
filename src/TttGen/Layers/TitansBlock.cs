namespace TttGen.Layers;

/// <summary>A block of the Transformer backbone around a memory that learns with momentum: x += Titans(norm x); x += SwiGLU(norm x).</summary>
/// <typeparam name="D">Elements of a row.</typeparam>
/// <typeparam name="H">Heads.</typeparam>
/// <typeparam name="F">Elements of one head, D / H.</typeparam>
/// <typeparam name="K">Tokens of a mini-batch.</typeparam>
/// <typeparam name="N">The size of the feed-forward layer.</typeparam>
/// <typeparam name="M">The memory.</typeparam>
/// <param name="SeqNorm">Before the memory's layer.</param>
/// <param name="SeqModelingBlock">The memory's layer.</param>
/// <param name="FfnNorm">Before the feed-forward layer.</param>
/// <param name="Mlp">The feed-forward layer.</param>
[Layer]
public readonly partial record struct TitansBlock<D, H, F, K, N, M>(
    RmsNorm<D> SeqNorm, TitansLayer<D, H, F, K, M> SeqModelingBlock, RmsNorm<D> FfnNorm, SwiGlu<D, N> Mlp)
    : ILayer<TitansBlock<D, H, F, K, N, M>, D> where D : IDim where H : IDim where F : IDim where K : IDim where N : IDim where M : IInnerModel<M, F>
{
    /// <inheritdoc/>
    public Seq<D> Apply(Seq<D> x)
    {
        x += SeqModelingBlock.Apply(SeqNorm.Apply(x));
        x += Mlp.Apply(FfnNorm.Apply(x));
        return x;
    }
}
