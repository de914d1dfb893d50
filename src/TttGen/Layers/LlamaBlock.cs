namespace TttGen.Layers;

/// <summary>
/// One block of Llama, the paper's Transformer (arXiv 2407.04620, section 3): x += attention(norm x); x += SwiGLU(norm x). Parameters are called as Hugging Face's
/// <c>LlamaForCausalLM</c> has them.
/// </summary>
/// <typeparam name="D">Elements of a row.</typeparam>
/// <typeparam name="Q">Elements of all queries of a row: H · F.</typeparam>
/// <typeparam name="W">Elements of all keys of a row: G · F.</typeparam>
/// <typeparam name="H">Query heads.</typeparam>
/// <typeparam name="G">Key heads; a divisor of the query heads.</typeparam>
/// <typeparam name="F">Elements of one head.</typeparam>
/// <typeparam name="N">The size of the feed-forward layer.</typeparam>
/// <param name="InputLayernorm">Before the attention.</param>
/// <param name="SelfAttn">The attention.</param>
/// <param name="PostAttentionLayernorm">Before the feed-forward layer.</param>
/// <param name="Mlp">The feed-forward layer.</param>
[Layer, Config("model_type", "llama"), Config("hidden_act", "silu"), Config("mlp_bias", false)]
public readonly partial record struct LlamaBlock<D, Q, W, H, G, F, N>(
    RmsNorm<D> InputLayernorm, LlamaAttention<D, Q, W, H, G, F> SelfAttn, RmsNorm<D> PostAttentionLayernorm, SwiGlu<D, N> Mlp)
    : ILayer<LlamaBlock<D, Q, W, H, G, F, N>, D> where D : IDim where Q : IDim where W : IDim where H : IDim where G : IDim where F : IDim where N : IDim
{
    /// <inheritdoc/>
    public Seq<D> Apply(Seq<D> x)
    {
        x += SelfAttn.Apply(InputLayernorm.Apply(x));
        x += Mlp.Apply(PostAttentionLayernorm.Apply(x));
        return x;
    }
}
