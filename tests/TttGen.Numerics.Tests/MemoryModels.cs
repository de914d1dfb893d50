using TttGen.InnerModels;
using TttGen.Layers;

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
public sealed partial record class LinearBySix(Embedding<ThirtyOne, Twelve> EmbedTokens,
    Stack<Two, TransformerBlock<Twelve, Two, Six, Five, TwentyTwo, LinearMemory<Six>>, Twelve> Layers, RmsNorm<Twelve> Norm)
{
    public Logits<ThirtyOne> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
}

[Model]
public sealed partial record class LinearByTen(Embedding<ThirtyOne, Thirty> EmbedTokens,
    Stack<Two, TransformerBlock<Thirty, Three, Ten, One, TwentyTwo, LinearMemory<Ten>>, Thirty> Layers, RmsNorm<Thirty> Norm)
{
    public Logits<ThirtyOne> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
}

[Model]
public sealed partial record class LinearBySixteen(Embedding<ThirtyOne, ThirtyTwo> EmbedTokens,
    Stack<Two, TransformerBlock<ThirtyTwo, Two, Sixteen, Eight, TwentyTwo, LinearMemory<Sixteen>>, ThirtyTwo> Layers, RmsNorm<ThirtyTwo> Norm)
{
    public Logits<ThirtyOne> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
}

[Model]
public sealed partial record class LinearByNinetySix(Embedding<ThirtyOne, NinetySix> EmbedTokens,
    Stack<One, TransformerBlock<NinetySix, One, NinetySix, Sixteen, TwentyTwo, LinearMemory<NinetySix>>, NinetySix> Layers, RmsNorm<NinetySix> Norm)
{
    public Logits<ThirtyOne> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
}

[Model]
public sealed partial record class MlpBySix(Embedding<ThirtyOne, Twelve> EmbedTokens,
    Stack<Two, TransformerBlock<Twelve, Two, Six, Eight, TwentyTwo, MlpMemory<Six, Ten>>, Twelve> Layers, RmsNorm<Twelve> Norm)
{
    public Logits<ThirtyOne> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
}

[Model]
public sealed partial record class MlpByTen(Embedding<ThirtyOne, Thirty> EmbedTokens,
    Stack<Two, TransformerBlock<Thirty, Three, Ten, Sixteen, TwentyTwo, MlpMemory<Ten, Forty>>, Thirty> Layers, RmsNorm<Thirty> Norm)
{
    public Logits<ThirtyOne> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
}

[Model]
public sealed partial record class MlpBySixteen(Embedding<ThirtyOne, ThirtyTwo> EmbedTokens,
    Stack<Two, TransformerBlock<ThirtyTwo, Two, Sixteen, Five, TwentyTwo, MlpMemory<Sixteen, Sixteen>>, ThirtyTwo> Layers, RmsNorm<ThirtyTwo> Norm)
{
    public Logits<ThirtyOne> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
}

[Model]
public sealed partial record class MlpByNinetySix(Embedding<ThirtyOne, NinetySix> EmbedTokens,
    Stack<One, TransformerBlock<NinetySix, One, NinetySix, One, TwentyTwo, MlpMemory<NinetySix, Forty>>, NinetySix> Layers, RmsNorm<NinetySix> Norm)
{
    public Logits<ThirtyOne> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
}

[Model]
public sealed partial record class SwiGluBySix(Embedding<ThirtyOne, Twelve> EmbedTokens,
    Stack<Two, TransformerBlock<Twelve, Two, Six, One, TwentyTwo, SwiGluMemory<Six, Ten>>, Twelve> Layers, RmsNorm<Twelve> Norm)
{
    public Logits<ThirtyOne> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
}

[Model]
public sealed partial record class SwiGluByTen(Embedding<ThirtyOne, Thirty> EmbedTokens,
    Stack<Two, TransformerBlock<Thirty, Three, Ten, Sixteen, TwentyTwo, SwiGluMemory<Ten, Sixteen>>, Thirty> Layers, RmsNorm<Thirty> Norm)
{
    public Logits<ThirtyOne> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
}

[Model]
public sealed partial record class ThreeLayerBySix(Embedding<ThirtyOne, Twelve> EmbedTokens,
    Stack<Two, TransformerBlock<Twelve, Two, Six, Five, TwentyTwo, ThreeLayerMemory<Six, Ten>>, Twelve> Layers, RmsNorm<Twelve> Norm)
{
    public Logits<ThirtyOne> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
}

[Model]
public sealed partial record class ThreeLayerBySixteen(Embedding<ThirtyOne, ThirtyTwo> EmbedTokens,
    Stack<Two, TransformerBlock<ThirtyTwo, Two, Sixteen, Sixteen, TwentyTwo, ThreeLayerMemory<Sixteen, Sixteen>>, ThirtyTwo> Layers, RmsNorm<ThirtyTwo> Norm)
{
    public Logits<ThirtyOne> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
}

[Model]
public sealed partial record class LowRankBySixteen(Embedding<ThirtyOne, ThirtyTwo> EmbedTokens,
    Stack<Two, TransformerBlock<ThirtyTwo, Two, Sixteen, Eight, TwentyTwo, LowRankMemory<Sixteen, Three>>, ThirtyTwo> Layers, RmsNorm<ThirtyTwo> Norm)
{
    public Logits<ThirtyOne> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
}

[Model]
public sealed partial record class LowRankByNinetySix(Embedding<ThirtyOne, NinetySix> EmbedTokens,
    Stack<One, TransformerBlock<NinetySix, One, NinetySix, Five, TwentyTwo, LowRankMemory<NinetySix, Three>>, NinetySix> Layers, RmsNorm<NinetySix> Norm)
{
    public Logits<ThirtyOne> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
}

[Model]
public sealed partial record class DeltaByTen(Embedding<ThirtyOne, Thirty> EmbedTokens,
    Stack<Two, TransformerBlock<Thirty, Three, Ten, Sixteen, TwentyTwo, DeltaMemory<Ten>>, Thirty> Layers, RmsNorm<Thirty> Norm)
{
    public Logits<ThirtyOne> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
}

[Model]
public sealed partial record class DeltaByTenOnline(Embedding<ThirtyOne, Thirty> EmbedTokens,
    Stack<Two, TransformerBlock<Thirty, Three, Ten, One, TwentyTwo, DeltaMemory<Ten>>, Thirty> Layers, RmsNorm<Thirty> Norm)
{
    public Logits<ThirtyOne> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
}

[Model]
public sealed partial record class ScaledBySix(Embedding<ThirtyOne, Twelve> EmbedTokens,
    Stack<Two, TransformerBlock<Twelve, Two, Six, Eight, TwentyTwo, ScaledMemory<Six>>, Twelve> Layers, RmsNorm<Twelve> Norm)
{
    public Logits<ThirtyOne> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
}

[Model]
public sealed partial record class ScaledBySixteen(Embedding<ThirtyOne, ThirtyTwo> EmbedTokens,
    Stack<Two, TransformerBlock<ThirtyTwo, Two, Sixteen, Sixteen, TwentyTwo, ScaledMemory<Sixteen>>, ThirtyTwo> Layers, RmsNorm<ThirtyTwo> Norm)
{
    public Logits<ThirtyOne> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
}

[Model]
public sealed partial record class TiedBySix(Embedding<ThirtyOne, Twelve> EmbedTokens,
    Stack<Two, TransformerBlock<Twelve, Two, Six, Five, TwentyTwo, TiedMemory<Six, Ten>>, Twelve> Layers, RmsNorm<Twelve> Norm)
{
    public Logits<ThirtyOne> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
}

[Model]
public sealed partial record class TiedByTen(Embedding<ThirtyOne, Thirty> EmbedTokens,
    Stack<Two, TransformerBlock<Thirty, Three, Ten, Sixteen, TwentyTwo, TiedMemory<Ten, Sixteen>>, Thirty> Layers, RmsNorm<Thirty> Norm)
{
    public Logits<ThirtyOne> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
}

[Model]
public sealed partial record class GainByTen(Embedding<ThirtyOne, Thirty> EmbedTokens,
    Stack<Two, TransformerBlock<Thirty, Three, Ten, Five, TwentyTwo, GainMemory<Ten>>, Thirty> Layers, RmsNorm<Thirty> Norm)
{
    public Logits<ThirtyOne> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
}

[Model]
public sealed partial record class SquashedBySix(Embedding<ThirtyOne, Twelve> EmbedTokens,
    Stack<Two, TransformerBlock<Twelve, Two, Six, Sixteen, TwentyTwo, SquashedMemory<Six>>, Twelve> Layers, RmsNorm<Twelve> Norm)
{
    public Logits<ThirtyOne> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
}

/// <summary>Convolutions of three taps over a width that is no multiple of a register's.</summary>
[Model]
public sealed partial record class MambaByTen(Embedding<ThirtyOne, Thirty> EmbedTokens,
    Stack<Two, MambaBlock<Thirty, Three, Ten, Five, Three, TwentyTwo, SwiGluMemory<Ten, Sixteen>>, Thirty> Layers, RmsNorm<Thirty> Norm)
{
    public Logits<ThirtyOne> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
}

/// <summary>Convolutions of six taps: a sequence's first rows see what the call before left.</summary>
[Model]
public sealed partial record class MambaBySix(Embedding<ThirtyOne, Twelve> EmbedTokens,
    Stack<Two, MambaBlock<Twelve, Two, Six, Eight, Six, TwentyTwo, LinearMemory<Six>>, Twelve> Layers, RmsNorm<Twelve> Norm)
{
    public Logits<ThirtyOne> Apply(Tokens tokens) => EmbedTokens.Logits(Norm.Apply(Layers.Apply(EmbedTokens.Lookup(tokens))));
}

/// <summary>Two stacks with memories, mini-batches and backbones of their own.</summary>
[Model]
public sealed partial record class MixedMemories(Embedding<ThirtyOne, Thirty> EmbedTokens,
    Stack<Two, TransformerBlock<Thirty, Three, Ten, Five, TwentyTwo, LinearMemory<Ten>>, Thirty> Layers,
    Stack<Two, MambaBlock<Thirty, Three, Ten, Eight, Three, Forty, MlpMemory<Ten, Sixteen>>, Thirty> Upper, RmsNorm<Thirty> Norm)
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
