using TttGen.InnerModels;
using TttGen.Layers;

namespace TttGen.Numerics.Tests.Backward;

/// <summary>Every inner model of the tests, with heads of 6 and mini-batches of 16.</summary>
[Layer]
public readonly partial record struct SixWideBlock(
    TttLayer<Six, One, Six, Sixteen, LinearMemory<Six>> Linear,
    TttLayer<Six, One, Six, Sixteen, MlpMemory<Six, Ten>> Mlp,
    TttLayer<Six, One, Six, Sixteen, SwiGluMemory<Six, Ten>> SwiGlu,
    TttLayer<Six, One, Six, Sixteen, ThreeLayerMemory<Six, Ten>> ThreeLayer,
    TttLayer<Six, One, Six, Sixteen, LowRankMemory<Six, Three>> LowRank,
    TttLayer<Six, One, Six, Sixteen, DeltaMemory<Six>> Delta,
    TttLayer<Six, One, Six, Sixteen, ScaledMemory<Six>> Scaled,
    TttLayer<Six, One, Six, Sixteen, TiedMemory<Six, Ten>> Tied,
    TttLayer<Six, One, Six, Sixteen, GainMemory<Six>> Gain,
    TttLayer<Six, One, Six, Sixteen, SquashedMemory<Six>> Squashed)
    : ILayer<SixWideBlock, Six>
{
    public Seq<Six> Apply(Seq<Six> x)
    {
        x += Linear.Apply(x);
        x += Mlp.Apply(x);
        x += SwiGlu.Apply(x);
        x += ThreeLayer.Apply(x);
        x += LowRank.Apply(x);
        x += Delta.Apply(x);
        x += Scaled.Apply(x);
        x += Tied.Apply(x);
        x += Gain.Apply(x);
        x += Squashed.Apply(x);
        return x;
    }
}

/// <summary>Compiled for its scans.</summary>
[Model(Trainable = true)]
public sealed partial record class SixWide(
    [Key("")] CausalLm<Ten, Six, One, SixWideBlock> Lm);

/// <summary>Heads of 10 and mini-batches of 5, no power of two.</summary>
[Layer]
public readonly partial record struct TenWideBlock(
    TttLayer<Ten, One, Ten, Five, LinearMemory<Ten>> Linear,
    TttLayer<Ten, One, Ten, Five, MlpMemory<Ten, Sixteen>> Mlp,
    TttLayer<Ten, One, Ten, Five, SquashedMemory<Ten>> Squashed)
    : ILayer<TenWideBlock, Ten>
{
    public Seq<Ten> Apply(Seq<Ten> x)
    {
        x += Linear.Apply(x);
        x += Mlp.Apply(x);
        x += Squashed.Apply(x);
        return x;
    }
}

/// <summary>Compiled for its scans.</summary>
[Model(Trainable = true)]
public sealed partial record class TenWide(
    [Key("")] CausalLm<Sixteen, Ten, One, TenWideBlock> Lm);
