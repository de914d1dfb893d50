using static TttGen.Ops;

namespace TttGen.Layers;

/// <summary>The feed-forward layer (silu(x Wg) ⊙ x Wu) Wd (arXiv 2002.05202).</summary>
/// <typeparam name="D">Elements of a row.</typeparam>
/// <typeparam name="N">The size of the hidden layer.</typeparam>
/// <param name="GateProj">Wg, [N, D] in a checkpoint.</param>
/// <param name="UpProj">Wu, [N, D].</param>
/// <param name="DownProj">Wd, [D, N].</param>
[Layer]
public readonly partial record struct SwiGlu<[Config("hidden_size")] D, [Config("intermediate_size")] N>(
    Linear<D, N> GateProj, Linear<D, N> UpProj, Linear<N, D> DownProj) : ILayer<SwiGlu<D, N>, D> where D : IDim where N : IDim
{
    /// <inheritdoc/>
    public Seq<D> Apply(Seq<D> x) => Silu(x * GateProj) * (x * UpProj) * DownProj;
}
