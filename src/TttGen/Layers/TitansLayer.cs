using TttGen.InnerOptimisers;
using static TttGen.Ops;

namespace TttGen.Layers;

/// <summary>
/// A memory that learns with momentum and forgets (Titans, arXiv 2501.00663, section 3.1). Rate, momentum and decay are those of each token and head:
/// (base / F) σ(x w + c), σ(x w + c) and base σ(x w + c), each with weights of its own.
/// </summary>
/// <typeparam name="D">Elements of a row.</typeparam>
/// <typeparam name="H">Heads.</typeparam>
/// <typeparam name="F">Elements of one head, D / H.</typeparam>
/// <typeparam name="K">Tokens of a mini-batch.</typeparam>
/// <typeparam name="M">The memory.</typeparam>
/// <param name="QProj">The query view.</param>
/// <param name="KProj">The key (training) view.</param>
/// <param name="VProj">The value (label) view.</param>
/// <param name="OProj">What the heads' answers are mixed by.</param>
/// <param name="RateProj">w of the rate.</param>
/// <param name="RateBias">c of the rate.</param>
/// <param name="MomentumProj">w of the momentum.</param>
/// <param name="MomentumBias">c of the momentum.</param>
/// <param name="DecayProj">w of the decay.</param>
/// <param name="DecayBias">c of the decay.</param>
/// <param name="Memory">One memory a head.</param>
/// <param name="PostNorm">The norm of the joined answers.</param>
/// <param name="BaseRate">The base inner rate.</param>
/// <param name="BaseDecay">The most that a token forgets: 1 for all.</param>
[Layer]
public readonly partial record struct TitansLayer<[Config("hidden_size")] D, [Config("num_attention_heads")] H, F, [Config("mini_batch_size")] K, M>(
    Linear<D, D> QProj, Linear<D, D> KProj, Linear<D, D> VProj, Linear<D, D> OProj,
    Linear<D, H> RateProj, Vec<H> RateBias, Linear<D, H> MomentumProj, Vec<H> MomentumBias, Linear<D, H> DecayProj, Vec<H> DecayBias,
    [Key("")] PerHead<H, M> Memory, LayerNorm<D> PostNorm, [Config("ttt_base_lr", 1.0)] double BaseRate, [Config("ttt_base_decay", 0.1)] double BaseDecay)
    : ILayer<TitansLayer<D, H, F, K, M>, D> where D : IDim where H : IDim where F : IDim where K : IDim where M : IInnerModel<M, F>
{
    /// <inheritdoc/>
    public Seq<D> Apply(Seq<D> x)
    {
        var query = (x * QProj).Heads<H, F>();
        var key = (x * KProj).Heads<H, F>();
        var value = (x * VProj).Heads<H, F>();
        var rate = BaseRate / F.Size * Sigmoid(x * RateProj + RateBias);
        var momentum = Sigmoid(x * MomentumProj + MomentumBias);
        var decay = BaseDecay * Sigmoid(x * DecayProj + DecayBias);
        var answer = Memory.Learn<F, K, MomentumWithDecay>(query, key, value, rate, momentum, decay);
        return PostNorm.Apply(answer.Join<D>()) * OProj;
    }
}
