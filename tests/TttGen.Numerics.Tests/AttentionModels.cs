using TttGen.InnerModels;
using TttGen.Layers;

namespace TttGen.Numerics.Tests;

/// <summary>A head whose half is no whole register.</summary>
[Dim(20)] public readonly partial struct Twenty : IDim;

/// <summary>The width of six heads of 20.</summary>
[Dim(120)] public readonly partial struct SixHeadsOfTwenty : IDim;

/// <summary>The width of two heads of 20.</summary>
[Dim(40)] public readonly partial struct TwoHeadsOfTwenty : IDim;

/// <summary>Three query heads a key head.</summary>
[Model(Trainable = true)]
public sealed partial record class AttendByTwenty(
    [Key("")] CausalLm<ThirtyOne, Thirty, Two, LlamaBlock<Thirty, SixHeadsOfTwenty, TwoHeadsOfTwenty, Six, Two, Twenty, TwentyTwo>> Lm);

/// <summary>One head.</summary>
[Model(Trainable = true)]
public sealed partial record class AttendByNinetySix(
    [Key("")] CausalLm<ThirtyOne, NinetySix, Two, LlamaBlock<NinetySix, NinetySix, NinetySix, One, One, NinetySix, TwentyTwo>> Lm);

/// <summary>A window of less than a page and one of more, heads of 6 whose neighbours turn.</summary>
[Model(Trainable = true)]
public sealed partial record class WindowBySix(
    [Key("")] CausalLm<ThirtyOne, Twelve, Two, WindowBlock<Twelve, Two, Six>> Lm);

/// <summary>Attention over two windows, one after the other, without norms.</summary>
[Layer]
public readonly partial record struct WindowBlock<D, H, F>(Linear<D, D> QProj, Linear<D, D> KProj, Linear<D, D> VProj, Linear<D, D> OProj, [Config("rope_theta", 10000.0)] double RopeTheta)
    : ILayer<WindowBlock<D, H, F>, D> where D : IDim where H : IDim where F : IDim
{
    /// <inheritdoc/>
    public Seq<D> Apply(Seq<D> x)
    {
        var query = (x * QProj).Heads<H, F>().RotatePairs(RopeTheta);
        var key = (x * KProj).Heads<H, F>().RotatePairs(RopeTheta);
        x += query.Attend(key, (x * VProj).Heads<H, F>(), 9).Join<D>();
        return x + query.Attend(key, x.Heads<H, F>(), 70).Join<D>() * OProj;
    }
}

/// <summary>A block of TTT-Linear, then one of attention: what a stack repeats.</summary>
[Model(Trainable = true)]
public sealed partial record class HybridByTen(
    [Key("")] CausalLm<ThirtyOne, Thirty, Two, HybridBlock<Thirty, Three, Ten, Five, TwentyTwo>> Lm);

/// <summary>Two blocks in one.</summary>
[Layer]
public readonly partial record struct HybridBlock<D, H, F, K, N>(
    RmsNorm<D> SeqNorm, TttLayer<D, H, F, K, LinearMemory<F>> SeqModelingBlock, RmsNorm<D> AttentionNorm, LlamaAttention<D, D, D, H, H, F> SelfAttn, RmsNorm<D> FfnNorm, SwiGlu<D, N> Mlp)
    : ILayer<HybridBlock<D, H, F, K, N>, D> where D : IDim where H : IDim where F : IDim where K : IDim where N : IDim
{
    /// <inheritdoc/>
    public Seq<D> Apply(Seq<D> x)
    {
        x += SeqModelingBlock.Apply(SeqNorm.Apply(x));
        x += SelfAttn.Apply(AttentionNorm.Apply(x));
        x += Mlp.Apply(FfnNorm.Apply(x));
        return x;
    }
}
