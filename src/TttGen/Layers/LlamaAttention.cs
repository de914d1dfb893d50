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
[Layer, Config("attention_bias", false)]
public readonly partial record struct LlamaAttention<[Config("hidden_size")] D, Q, W, [Config("num_attention_heads")] H, [Config("num_key_value_heads")] G, [Config("head_dim")] F>(
    Linear<D, Q> QProj, Linear<D, W> KProj, Linear<D, W> VProj, Linear<Q, D> OProj, [Config("rope_theta", 10000.0)] double RopeTheta)
    : ILayer<LlamaAttention<D, Q, W, H, G, F>, D> where D : IDim where Q : IDim where W : IDim where H : IDim where G : IDim where F : IDim
{
    /// <inheritdoc/>
    public Seq<D> Apply(Seq<D> x)
    {
        var query = (x * QProj).Heads<H, F>().RotateHalves(RopeTheta);
        var key = (x * KProj).Heads<G, F>().RotateHalves(RopeTheta);
        var value = (x * VProj).Heads<G, F>();
        return query.Attend(key, value).Join<Q>() * OProj;
    }
}
