using TttGen.Layers;

namespace TttGen.Numerics.Tests;

/// <summary>The dimensions of Llama's golden cases that others don't have.</summary>
public static partial class SmallKeys
{
    [Dim(2)] public readonly partial struct Heads : IDim;
    [Dim(32)] public readonly partial struct Width : IDim;
}

/// <summary>Llama with as many key heads as query heads.</summary>
[Model(Trainable = true)]
public sealed partial record class SmallLlama(
    [Key("")] CausalLm<Small.Vocab, Small.Width, Small.Depth,
        LlamaBlock<Small.Width, Small.Width, Small.Width, Small.Heads, Small.Heads, Small.HeadDim, Small.Hidden>> Lm);

/// <summary>Llama whose key heads are shared by two query heads each.</summary>
[Model(Trainable = true)]
public sealed partial record class SmallLlamaOfTwoKeyHeads(
    [Key("")] CausalLm<Small.Vocab, Small.Width, Small.Depth,
        LlamaBlock<Small.Width, Small.Width, SmallKeys.Width, Small.Heads, SmallKeys.Heads, Small.HeadDim, Small.Hidden>> Lm);
