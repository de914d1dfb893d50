using TttGen.Layers;

namespace TttGen.Numerics.Tests;

/// <summary>The dimensions of Mamba's golden case that others don't have.</summary>
public static partial class SmallMamba
{
    [Dim(48)] public readonly partial struct Width : IDim;
    [Dim(96)] public readonly partial struct Channels : IDim;
    [Dim(16)] public readonly partial struct Places : IDim;
    [Dim(3)] public readonly partial struct Rank : IDim;
}

/// <summary>Mamba.</summary>
[Model(Trainable = true)]
public sealed partial record class SelectiveMamba(
    [Key("/backbone")] MambaLm<Small.Vocab, SmallMamba.Width, Small.Depth,
        MambaBlock<SmallMamba.Width, SmallMamba.Channels, SmallMamba.Places, SmallMamba.Rank, Small.Taps>> Lm);
