using TttGen.InnerModels;
using TttGen.Layers;
using static TttGen.Ops;

namespace TttGen.Numerics.Tests;

/// <summary>The width of two heads of 6.</summary>
[Dim(12)] public readonly partial struct Twelve : IDim;

/// <summary>The width of three heads of 10.</summary>
[Dim(30)] public readonly partial struct Thirty : IDim;

/// <summary>The width of two heads of 16.</summary>
[Dim(32)] public readonly partial struct ThirtyTwo : IDim;

/// <summary>One head, whose size is no power of two.</summary>
[Dim(96)] public readonly partial struct NinetySix : IDim;

/// <summary>A hidden layer, and a mini-batch of half a register.</summary>
[Dim(8)] public readonly partial struct Eight : IDim;

/// <summary>A hidden layer.</summary>
[Dim(40)] public readonly partial struct Forty : IDim;

[Dim(2)] public readonly partial struct Two : IDim;

/// <summary>A vocabulary.</summary>
[Dim(31)] public readonly partial struct ThirtyOne : IDim;

/// <summary>A feed-forward layer.</summary>
[Dim(22)] public readonly partial struct TwentyTwo : IDim;

[Model]
public sealed partial record class LinearBySix(
    [Key("")] CausalLm<ThirtyOne, Twelve, Two, TransformerBlock<Twelve, Two, Six, Five, TwentyTwo, LinearMemory<Six>>> Lm);

/// <summary><see cref="LinearBySix"/> written out.</summary>
[Model]
public sealed partial record class LinearBySixWrittenOut(Embedding<ThirtyOne, Twelve> EmbedTokens,
    Stack<Two, TransformerBlock<Twelve, Two, Six, Five, TwentyTwo, LinearMemory<Six>>, Twelve> Layers, RmsNorm<Twelve> Norm)
{
    public Logits<ThirtyOne> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
}

/// <summary><see cref="LinearBySix"/> with an output head of its own.</summary>
[Model]
public sealed partial record class UntiedLinearBySix(
    [Key("")] UntiedCausalLm<ThirtyOne, Twelve, Two, TransformerBlock<Twelve, Two, Six, Five, TwentyTwo, LinearMemory<Six>>> Lm);

/// <summary>That one written out.</summary>
[Model]
public sealed partial record class UntiedLinearBySixWrittenOut(Embedding<ThirtyOne, Twelve> EmbedTokens,
    Stack<Two, TransformerBlock<Twelve, Two, Six, Five, TwentyTwo, LinearMemory<Six>>, Twelve> Layers, RmsNorm<Twelve> Norm, LmHead<Twelve, ThirtyOne> Head)
{
    public Logits<ThirtyOne> Apply(Tokens tokens) => Head.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
}

[Model]
public sealed partial record class LinearByTen(
    [Key("")] CausalLm<ThirtyOne, Thirty, Two, TransformerBlock<Thirty, Three, Ten, One, TwentyTwo, LinearMemory<Ten>>> Lm);

[Model]
public sealed partial record class LinearBySixteen(
    [Key("")] CausalLm<ThirtyOne, ThirtyTwo, Two, TransformerBlock<ThirtyTwo, Two, Sixteen, Eight, TwentyTwo, LinearMemory<Sixteen>>> Lm);

[Model]
public sealed partial record class LinearByNinetySix(
    [Key("")] CausalLm<ThirtyOne, NinetySix, One, TransformerBlock<NinetySix, One, NinetySix, Sixteen, TwentyTwo, LinearMemory<NinetySix>>> Lm);

[Model]
public sealed partial record class MlpBySix(
    [Key("")] CausalLm<ThirtyOne, Twelve, Two, TransformerBlock<Twelve, Two, Six, Eight, TwentyTwo, MlpMemory<Six, Ten>>> Lm);

[Model]
public sealed partial record class MlpByTen(
    [Key("")] CausalLm<ThirtyOne, Thirty, Two, TransformerBlock<Thirty, Three, Ten, Sixteen, TwentyTwo, MlpMemory<Ten, Forty>>> Lm);

[Model]
public sealed partial record class MlpBySixteen(
    [Key("")] CausalLm<ThirtyOne, ThirtyTwo, Two, TransformerBlock<ThirtyTwo, Two, Sixteen, Five, TwentyTwo, MlpMemory<Sixteen, Sixteen>>> Lm);

[Model]
public sealed partial record class MlpByNinetySix(
    [Key("")] CausalLm<ThirtyOne, NinetySix, One, TransformerBlock<NinetySix, One, NinetySix, One, TwentyTwo, MlpMemory<NinetySix, Forty>>> Lm);

[Model]
public sealed partial record class SwiGluBySix(
    [Key("")] CausalLm<ThirtyOne, Twelve, Two, TransformerBlock<Twelve, Two, Six, One, TwentyTwo, SwiGluMemory<Six, Ten>>> Lm);

[Model]
public sealed partial record class SwiGluByTen(
    [Key("")] CausalLm<ThirtyOne, Thirty, Two, TransformerBlock<Thirty, Three, Ten, Sixteen, TwentyTwo, SwiGluMemory<Ten, Sixteen>>> Lm);

[Model]
public sealed partial record class ThreeLayerBySix(
    [Key("")] CausalLm<ThirtyOne, Twelve, Two, TransformerBlock<Twelve, Two, Six, Five, TwentyTwo, ThreeLayerMemory<Six, Ten>>> Lm);

[Model]
public sealed partial record class ThreeLayerBySixteen(
    [Key("")] CausalLm<ThirtyOne, ThirtyTwo, Two, TransformerBlock<ThirtyTwo, Two, Sixteen, Sixteen, TwentyTwo, ThreeLayerMemory<Sixteen, Sixteen>>> Lm);

[Model]
public sealed partial record class LowRankBySixteen(
    [Key("")] CausalLm<ThirtyOne, ThirtyTwo, Two, TransformerBlock<ThirtyTwo, Two, Sixteen, Eight, TwentyTwo, LowRankMemory<Sixteen, Three>>> Lm);

[Model]
public sealed partial record class LowRankByNinetySix(
    [Key("")] CausalLm<ThirtyOne, NinetySix, One, TransformerBlock<NinetySix, One, NinetySix, Five, TwentyTwo, LowRankMemory<NinetySix, Three>>> Lm);

[Model]
public sealed partial record class DeltaByTen(
    [Key("")] CausalLm<ThirtyOne, Thirty, Two, TransformerBlock<Thirty, Three, Ten, Sixteen, TwentyTwo, DeltaMemory<Ten>>> Lm);

[Model]
public sealed partial record class DeltaByTenOnline(
    [Key("")] CausalLm<ThirtyOne, Thirty, Two, TransformerBlock<Thirty, Three, Ten, One, TwentyTwo, DeltaMemory<Ten>>> Lm);

[Model]
public sealed partial record class ScaledBySix(
    [Key("")] CausalLm<ThirtyOne, Twelve, Two, TransformerBlock<Twelve, Two, Six, Eight, TwentyTwo, ScaledMemory<Six>>> Lm);

[Model]
public sealed partial record class ScaledBySixteen(
    [Key("")] CausalLm<ThirtyOne, ThirtyTwo, Two, TransformerBlock<ThirtyTwo, Two, Sixteen, Sixteen, TwentyTwo, ScaledMemory<Sixteen>>> Lm);

[Model]
public sealed partial record class TiedBySix(
    [Key("")] CausalLm<ThirtyOne, Twelve, Two, TransformerBlock<Twelve, Two, Six, Five, TwentyTwo, TiedMemory<Six, Ten>>> Lm);

[Model]
public sealed partial record class TiedByTen(
    [Key("")] CausalLm<ThirtyOne, Thirty, Two, TransformerBlock<Thirty, Three, Ten, Sixteen, TwentyTwo, TiedMemory<Ten, Sixteen>>> Lm);

[Model]
public sealed partial record class GainByTen(
    [Key("")] CausalLm<ThirtyOne, Thirty, Two, TransformerBlock<Thirty, Three, Ten, Five, TwentyTwo, GainMemory<Ten>>> Lm);

[Model]
public sealed partial record class SquashedBySix(
    [Key("")] CausalLm<ThirtyOne, Twelve, Two, TransformerBlock<Twelve, Two, Six, Sixteen, TwentyTwo, SquashedMemory<Six>>> Lm);

/// <summary><see cref="SwiGluMemory{F, M}"/> with a bound in place of the norm, which divides by a small deviation: under momentum rounding does not grow in it.</summary>
[InnerModel]
public readonly partial record struct BoundedSwiGluMemory<F, M>(Mat<F, M> Gate, Mat<F, M> Up, Mat<M, F> Down)
    : IInnerModel<BoundedSwiGluMemory<F, M>, F> where F : IDim where M : IDim
{
    public Vec<F> Predict(Vec<F> x) => x + Tanh(Silu(x * Gate) * (x * Up) * Down);

    public Scalar Loss(Vec<F> key, Vec<F> value) => 0.5f * SquaredNorm(Predict(key) - value);
}

/// <summary>Memories that an optimiser of its own moves: momentum with decay.</summary>
[Model]
public sealed partial record class TitansBySix(
    [Key("")] CausalLm<ThirtyOne, Twelve, Two, TitansBlock<Twelve, Two, Six, Five, TwentyTwo, LinearMemory<Six>>> Lm);

[Model]
public sealed partial record class TitansBySixteen(
    [Key("")] CausalLm<ThirtyOne, ThirtyTwo, Two, TitansBlock<ThirtyTwo, Two, Sixteen, Sixteen, TwentyTwo, LinearMemory<Sixteen>>> Lm);

[Model]
public sealed partial record class TitansMlpByTen(
    [Key("")] CausalLm<ThirtyOne, Thirty, Two, TitansBlock<Thirty, Three, Ten, Sixteen, TwentyTwo, MlpMemory<Ten, Sixteen>>> Lm);

[Model]
public sealed partial record class TitansSwiGluByTen(
    [Key("")] CausalLm<ThirtyOne, Thirty, One, TitansBlock<Thirty, Three, Ten, Eight, TwentyTwo, BoundedSwiGluMemory<Ten, Sixteen>>> Lm);

[Model]
public sealed partial record class TitansDeltaByNinetySix(
    [Key("")] CausalLm<ThirtyOne, NinetySix, One, TitansBlock<NinetySix, One, NinetySix, Sixteen, TwentyTwo, DeltaMemory<NinetySix>>> Lm);

/// <summary>Token by token: the memory is not linear in its weights.</summary>
[Model]
public sealed partial record class TitansSquashedBySix(
    [Key("")] CausalLm<ThirtyOne, Twelve, Two, TitansBlock<Twelve, Two, Six, Five, TwentyTwo, SquashedMemory<Six>>> Lm);

/// <summary>Convolutions of three taps over a width that is no multiple of a register's.</summary>
[Model]
public sealed partial record class MambaByTen(
    [Key("")] CausalLm<ThirtyOne, Thirty, Two, TttMambaBlock<Thirty, Three, Ten, Five, Three, TwentyTwo, SwiGluMemory<Ten, Sixteen>>> Lm);

/// <summary>Convolutions of six taps: a sequence's first rows see what the call before left.</summary>
[Model]
public sealed partial record class MambaBySix(
    [Key("")] CausalLm<ThirtyOne, Twelve, Two, TttMambaBlock<Twelve, Two, Six, Eight, Six, TwentyTwo, LinearMemory<Six>>> Lm);

/// <summary>Two stacks with memories, mini-batches and backbones of their own.</summary>
[Model]
public sealed partial record class MixedMemories(Embedding<ThirtyOne, Thirty> EmbedTokens,
    Stack<Two, TransformerBlock<Thirty, Three, Ten, Five, TwentyTwo, LinearMemory<Ten>>, Thirty> Layers,
    Stack<Two, TttMambaBlock<Thirty, Three, Ten, Eight, Three, Forty, MlpMemory<Ten, Sixteen>>, Thirty> Upper, RmsNorm<Thirty> Norm)
{
    public Logits<ThirtyOne> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Upper.Apply(Layers.Apply(EmbedTokens.Lookup(tokens)))));
}

/// <summary>Looked-up rows are read past the stack, too.</summary>
[Model]
public sealed partial record class SkippedStack(Embedding<ThirtyOne, Twelve> EmbedTokens,
    Stack<Two, TransformerBlock<Twelve, Two, Six, Five, TwentyTwo, LinearMemory<Six>>, Twelve> Layers, RmsNorm<Twelve> Norm)
{
    public Logits<ThirtyOne> Apply(Tokens tokens)
    {
        var x = EmbedTokens.Lookup(tokens);
        x += Norm.Apply(Layers.Apply(x));
        return EmbedTokens.Logits(x);
    }
}

/// <summary>No stack, and no norm before the head.</summary>
[Model]
public sealed partial record class OneLayer(Embedding<ThirtyOne, Twelve> EmbedTokens, TttLayer<Twelve, Two, Six, Five, LinearMemory<Six>> Layer)
{
    public Logits<ThirtyOne> Apply(Tokens tokens)
    {
        var x = EmbedTokens.Lookup(tokens);
        return EmbedTokens.Logits(Layer.Apply(x) + x);
    }
}
