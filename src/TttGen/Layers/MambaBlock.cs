namespace TttGen.Layers;

/// <summary>One block of Mamba (arXiv 2312.00752): x += mixer(norm x).</summary>
/// <typeparam name="D">Elements of a row.</typeparam>
/// <typeparam name="E">Channels of the scan.</typeparam>
/// <typeparam name="N">Places of a channel.</typeparam>
/// <typeparam name="R">The rank of the rates.</typeparam>
/// <typeparam name="Taps">How many tokens the convolution sees.</typeparam>
/// <param name="Norm">Before the mixer.</param>
/// <param name="Mixer">The mixer.</param>
[Layer]
public readonly partial record struct MambaBlock<D, E, N, R, Taps>(MambaNorm<D> Norm, MambaMixer<D, E, N, R, Taps> Mixer)
    : ILayer<MambaBlock<D, E, N, R, Taps>, D> where D : IDim where E : IDim where N : IDim where R : IDim where Taps : IDim
{
    /// <inheritdoc/>
    public Seq<D> Apply(Seq<D> x) => x + Mixer.Apply(Norm.Apply(x));
}
