namespace TttGen.Layers;

/// <summary>Causal self-attention as Llama has it: rotary embedding over the halves of each head, and fewer key heads than query heads where <typeparamref name="G"/> is smaller.</summary>
/// <typeparam name="D">Elements of a row.</typeparam>
/// <typeparam name="Q">Elements of all queries of a row: H · F.</typeparam>
/// <typeparam name="W">Elements of all keys of a row: G · F.</typeparam>
/// <typeparam name="H">Query heads.</typeparam>
/// <typeparam name="G">Key heads; a divisor of the query heads.</typeparam>
/// <typeparam name="F">Elements of one head.</typeparam>
/// <param name="QProj">Queries.</param>
/// <param name="KProj">Keys.</param>
/// <param name="VProj">Values.</param>
/// <param name="OProj">What the heads' answers are mixed by.</param>
/// <param name="RopeTheta">The base of the rotary frequencies.</param>
/// <param name="ScalingFactor">By how much they are stretched; 1: not at all.</param>
/// <param name="LowFrequencyFactor">Waves that fit into the trained length less often are stretched wholly.</param>
/// <param name="HighFrequencyFactor">Waves that fit into it more often are not stretched.</param>
/// <param name="TrainedLength">Tokens that the model was trained with; 0: all waves are stretched alike.</param>
[Layer, Config("attention_bias", false)]
public readonly partial record struct LlamaAttention<[Config("hidden_size")] D, Q, W, [Config("num_attention_heads")] H, [Config("num_key_value_heads")] G, [Config("head_dim")] F>(
    Linear<D, Q> QProj, Linear<D, W> KProj, Linear<D, W> VProj, Linear<Q, D> OProj, [Config("rope_theta", 10000.0)] double RopeTheta,
    [Config("rope_scaling.factor", 1.0)] double ScalingFactor, [Config("rope_scaling.low_freq_factor", 1.0)] double LowFrequencyFactor,
    [Config("rope_scaling.high_freq_factor", 4.0)] double HighFrequencyFactor, [Config("rope_scaling.original_max_position_embeddings", 0.0)] double TrainedLength)
    : ILayer<LlamaAttention<D, Q, W, H, G, F>, D> where D : IDim where Q : IDim where W : IDim where H : IDim where G : IDim where F : IDim
{
    /// <inheritdoc/>
    public Seq<D> Apply(Seq<D> x)
    {
        var query = (x * QProj).Heads<H, F>().RotateHalves(RopeTheta, ScalingFactor, LowFrequencyFactor, HighFrequencyFactor, TrainedLength);
        var key = (x * KProj).Heads<G, F>().RotateHalves(RopeTheta, ScalingFactor, LowFrequencyFactor, HighFrequencyFactor, TrainedLength);
        var value = (x * VProj).Heads<G, F>();
        return query.Attend(key, value).Join<Q>() * OProj;
    }
}
