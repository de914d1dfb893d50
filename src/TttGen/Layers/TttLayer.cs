using static TttGen.Ops;

namespace TttGen.Layers;

/// <summary>
/// The TTT layer (arXiv 2407.04620, section 2) as the Transformer backbone has it. Each head's memory M learns to map keys to values while
/// it reads, at the rate (base / F) σ(x w + c) of each token and head, and answers the queries.
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
/// <param name="LearnableTttLr">w, [H, 1, D] in a checkpoint.</param>
/// <param name="LearnableTttLrBias">c, [H, 1].</param>
/// <param name="LearnableTokenIdx">What 1 / (i + 1) is corrected by at each place of a mini-batch, [K].</param>
/// <param name="Memory">One memory a head.</param>
/// <param name="PostNorm">The norm of the joined answers.</param>
/// <param name="BaseRate">The base inner rate: 1 for TTT-Linear, 0.1 for TTT-MLP.</param>
/// <param name="RopeTheta">The base of the rotary frequencies.</param>
[Layer, Config("use_gate", false), Config("share_qk", false)]
public readonly partial record struct TttLayer<[Config("hidden_size")] D, [Config("num_attention_heads")] H, F, [Config("mini_batch_size")] K, M>(
    Linear<D, D> QProj, Linear<D, D> KProj, Linear<D, D> VProj, Linear<D, D> OProj,
    [Key("learnable_ttt_lr_weight", UnitAxis = 1)] Linear<D, H> LearnableTttLr, [Key("learnable_ttt_lr_bias", UnitAxis = 1)] Vec<H> LearnableTttLrBias,
    Vec<K> LearnableTokenIdx, [Key("")] PerHead<H, M> Memory, LayerNorm<D> PostNorm,
    [Config("ttt_base_lr", 1.0)] double BaseRate, [Config("rope_theta", 10000.0)] double RopeTheta)
    : ILayer<TttLayer<D, H, F, K, M>, D> where D : IDim where H : IDim where F : IDim where K : IDim where M : IInnerModel<M, F>
{
    /// <inheritdoc/>
    public Seq<D> Apply(Seq<D> x)
    {
        var query = (x * QProj).Heads<H, F>().RotatePairs<K>(RopeTheta);
        var key = (x * KProj).Heads<H, F>().RotatePairs<K>(RopeTheta);
        var value = (x * VProj).Heads<H, F>();
        var rate = BaseRate / F.Size * Sigmoid(x * LearnableTttLr + LearnableTttLrBias);
        var answer = Memory.Learn(query, key, value, rate, Relu(Harmonic<K>() + LearnableTokenIdx));
        return PostNorm.Apply(answer.Join<D>()) * OProj;
    }
}
