using TttGen;
using TttGen.Layers;
using static TttGen.Presets.Mamba130M;

namespace Mamba130MSample;

/// <summary>Mamba of 130m, as its authors published it. Its weights are random, for <c>bench</c>, unless --model names a checkpoint.</summary>
[Model]
public sealed partial record class Mamba130M(
    [Key("/backbone")] MambaLm<Vocab, Width, Depth, MambaBlock<Width, Channels, Places, Rank, Taps>> Lm);
