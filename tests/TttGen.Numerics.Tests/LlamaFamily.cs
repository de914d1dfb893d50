using TttGen.Layers;

namespace TttGen.Numerics.Tests;

/// <summary>The width of three heads of 96.</summary>
[Dim(288)] public readonly partial struct ThreeHeadsOfNinetySix : IDim;

/// <summary>A window of less than a page.</summary>
[Dim(17)] public readonly partial struct Seventeen : IDim;

/// <summary>Attention as Qwen3 has it: a norm of each head of queries and keys before they turn.</summary>
[Layer, Config("attention_bias", false)]
public readonly partial record struct Qwen3Attention<[Config("hidden_size")] D, Q, W, [Config("num_attention_heads")] H, [Config("num_key_value_heads")] G, [Config("head_dim")] F>(
    Linear<D, Q> QProj, Linear<D, W> KProj, Linear<D, W> VProj, Linear<Q, D> OProj, [Key("q_norm.weight")] Vec<F> QNorm, [Key("k_norm.weight")] Vec<F> KNorm,
    [Config("rms_norm_eps", 1e-6)] double Epsilon, [Config("rope_theta", 10000.0)] double RopeTheta)
    : ILayer<Qwen3Attention<D, Q, W, H, G, F>, D> where D : IDim where Q : IDim where W : IDim where H : IDim where G : IDim where F : IDim
{
    /// <inheritdoc/>
    public Seq<D> Apply(Seq<D> x)
    {
        var query = (x * QProj).Heads<H, F>().RmsNorm(QNorm, Epsilon).RotateHalves(RopeTheta);
        var key = (x * KProj).Heads<G, F>().RmsNorm(KNorm, Epsilon).RotateHalves(RopeTheta);
        return query.Attend(key, (x * VProj).Heads<G, F>()).Join<Q>() * OProj;
    }
}

/// <summary>A block of Qwen3, with Hugging Face's keys.</summary>
[Layer, Config("model_type", "qwen3"), Config("hidden_act", "silu"), Config("use_sliding_window", false)]
public readonly partial record struct Qwen3Block<D, Q, W, H, G, F, N>(
    RmsNorm<D> InputLayernorm, Qwen3Attention<D, Q, W, H, G, F> SelfAttn, RmsNorm<D> PostAttentionLayernorm, SwiGlu<D, N> Mlp)
    : ILayer<Qwen3Block<D, Q, W, H, G, F, N>, D> where D : IDim where Q : IDim where W : IDim where H : IDim where G : IDim where F : IDim where N : IDim
{
    /// <inheritdoc/>
    public Seq<D> Apply(Seq<D> x)
    {
        x += SelfAttn.Apply(InputLayernorm.Apply(x));
        return x + Mlp.Apply(PostAttentionLayernorm.Apply(x));
    }
}

/// <summary>Attention as Qwen2 has it: queries, keys and values have biases.</summary>
[Layer]
public readonly partial record struct Qwen2Attention<[Config("hidden_size")] D, W, [Config("num_attention_heads")] H, [Config("num_key_value_heads")] G, F>(
    Linear<D, D> QProj, [Key("q_proj.bias")] Vec<D> QBias, Linear<D, W> KProj, [Key("k_proj.bias")] Vec<W> KBias, Linear<D, W> VProj, [Key("v_proj.bias")] Vec<W> VBias, Linear<D, D> OProj,
    [Config("rope_theta", 10000.0)] double RopeTheta)
    : ILayer<Qwen2Attention<D, W, H, G, F>, D> where D : IDim where W : IDim where H : IDim where G : IDim where F : IDim
{
    /// <inheritdoc/>
    public Seq<D> Apply(Seq<D> x)
    {
        var query = (x * QProj + QBias).Heads<H, F>().RotateHalves(RopeTheta);
        var key = (x * KProj + KBias).Heads<G, F>().RotateHalves(RopeTheta);
        return query.Attend(key, (x * VProj + VBias).Heads<G, F>()).Join<D>() * OProj;
    }
}

/// <summary>A block of Qwen2, with Hugging Face's keys.</summary>
[Layer, Config("model_type", "qwen2"), Config("hidden_act", "silu"), Config("use_sliding_window", false)]
public readonly partial record struct Qwen2Block<D, W, H, G, F, N>(
    RmsNorm<D> InputLayernorm, Qwen2Attention<D, W, H, G, F> SelfAttn, RmsNorm<D> PostAttentionLayernorm, SwiGlu<D, N> Mlp)
    : ILayer<Qwen2Block<D, W, H, G, F, N>, D> where D : IDim where W : IDim where H : IDim where G : IDim where F : IDim where N : IDim
{
    /// <inheritdoc/>
    public Seq<D> Apply(Seq<D> x)
    {
        x += SelfAttn.Apply(InputLayernorm.Apply(x));
        return x + Mlp.Apply(PostAttentionLayernorm.Apply(x));
    }
}

/// <summary>Attention as Mistral has it: over a sliding window.</summary>
[Layer]
public readonly partial record struct MistralAttention<[Config("hidden_size")] D, Q, W, [Config("num_attention_heads")] H, [Config("num_key_value_heads")] G, [Config("head_dim")] F, [Config("sliding_window")] S>(
    Linear<D, Q> QProj, Linear<D, W> KProj, Linear<D, W> VProj, Linear<Q, D> OProj, [Config("rope_theta", 10000.0)] double RopeTheta)
    : ILayer<MistralAttention<D, Q, W, H, G, F, S>, D> where D : IDim where Q : IDim where W : IDim where H : IDim where G : IDim where F : IDim where S : IDim
{
    /// <inheritdoc/>
    public Seq<D> Apply(Seq<D> x)
    {
        var query = (x * QProj).Heads<H, F>().RotateHalves(RopeTheta);
        var key = (x * KProj).Heads<G, F>().RotateHalves(RopeTheta);
        return query.Attend(key, (x * VProj).Heads<G, F>(), S.Size).Join<Q>() * OProj;
    }
}

/// <summary>A block of Mistral, with Hugging Face's keys.</summary>
[Layer, Config("model_type", "mistral"), Config("hidden_act", "silu")]
public readonly partial record struct MistralBlock<D, Q, W, H, G, F, S, N>(
    RmsNorm<D> InputLayernorm, MistralAttention<D, Q, W, H, G, F, S> SelfAttn, RmsNorm<D> PostAttentionLayernorm, SwiGlu<D, N> Mlp)
    : ILayer<MistralBlock<D, Q, W, H, G, F, S, N>, D> where D : IDim where Q : IDim where W : IDim where H : IDim where G : IDim where F : IDim where S : IDim where N : IDim
{
    /// <inheritdoc/>
    public Seq<D> Apply(Seq<D> x)
    {
        x += SelfAttn.Apply(InputLayernorm.Apply(x));
        return x + Mlp.Apply(PostAttentionLayernorm.Apply(x));
    }
}

/// <summary>Qwen3 with heads of 20 over rows of 30, three query heads a key head.</summary>
[Model(Trainable = true)]
public sealed partial record class Qwen3ByTwenty(
    [Key("")] CausalLm<ThirtyOne, Thirty, Two, Qwen3Block<Thirty, SixHeadsOfTwenty, TwoHeadsOfTwenty, Six, Two, Twenty, TwentyTwo>> Lm);

/// <summary>Qwen3 with three heads of 96 and one key head.</summary>
[Model(Trainable = true)]
public sealed partial record class Qwen3ByNinetySix(
    [Key("")] UntiedCausalLm<ThirtyOne, Thirty, One, Qwen3Block<Thirty, ThreeHeadsOfNinetySix, NinetySix, Three, One, NinetySix, TwentyTwo>> Lm);

/// <summary>Qwen2 with three heads.</summary>
[Model(Trainable = true)]
public sealed partial record class Qwen2ByTen(
    [Key("")] CausalLm<ThirtyOne, Thirty, Two, Qwen2Block<Thirty, Ten, Three, One, Ten, TwentyTwo>> Lm);

/// <summary>Mistral with a window of 17.</summary>
[Model(Trainable = true)]
public sealed partial record class MistralByTwenty(
    [Key("")] UntiedCausalLm<ThirtyOne, Thirty, Two, MistralBlock<Thirty, SixHeadsOfTwenty, TwoHeadsOfTwenty, Six, Two, Twenty, Seventeen, TwentyTwo>> Lm);

/// <summary>Attention as Gemma 2 has it: scores are scaled by a number of the model's own, and stay within a cap of config.json.</summary>
[Layer]
public readonly partial record struct CappedAttention<D, Q, W, H, G, F>(
    RmsNorm<D> Norm, Linear<D, Q> QProj, Linear<D, W> KProj, Linear<D, W> VProj, Linear<Q, D> OProj, [Config("rope_theta", 10000.0)] double RopeTheta, [Config("attn_logit_softcapping", 50.0)] double Cap)
    : ILayer<CappedAttention<D, Q, W, H, G, F>, D> where D : IDim where Q : IDim where W : IDim where H : IDim where G : IDim where F : IDim
{
    private const double Scale = 0.4;

    /// <inheritdoc/>
    public Seq<D> Apply(Seq<D> x)
    {
        var normal = Norm.Apply(x);
        var query = (normal * QProj).Heads<H, F>().RotateHalves(RopeTheta);
        var key = (normal * KProj).Heads<G, F>().RotateHalves(RopeTheta);
        return x + query.Attend(key, (normal * VProj).Heads<G, F>(), scale: Scale, cap: Cap).Join<Q>() * OProj;
    }
}

/// <summary>Attention as gpt-oss has it: over a window, with a sink for each head.</summary>
[Layer]
public readonly partial record struct SinkAttention<D, W, H, G, F>(
    RmsNorm<D> Norm, Linear<D, D> QProj, Linear<D, W> KProj, Linear<D, W> VProj, Linear<D, D> OProj, Vec<H> Sinks, [Config("rope_theta", 10000.0)] double RopeTheta)
    : ILayer<SinkAttention<D, W, H, G, F>, D> where D : IDim where W : IDim where H : IDim where G : IDim where F : IDim
{
    /// <inheritdoc/>
    public Seq<D> Apply(Seq<D> x)
    {
        var normal = Norm.Apply(x);
        var query = (normal * QProj).Heads<H, F>().RotateHalves(RopeTheta);
        var key = (normal * KProj).Heads<G, F>().RotateHalves(RopeTheta);
        return x + query.Attend(key, (normal * VProj).Heads<G, F>(), Sinks, window: 7).Join<D>() * OProj;
    }
}

/// <summary>A cap, three query heads a key head.</summary>
[Model(Trainable = true)]
public sealed partial record class CappedByTwenty(
    [Key("")] CausalLm<ThirtyOne, Thirty, Two, CappedAttention<Thirty, SixHeadsOfTwenty, TwoHeadsOfTwenty, Six, Two, Twenty>> Lm);

/// <summary>Sinks, three heads over one key head.</summary>
[Model(Trainable = true)]
public sealed partial record class SinksByTen(
    [Key("")] CausalLm<ThirtyOne, Thirty, Two, SinkAttention<Thirty, Ten, Three, One, Ten>> Lm);
