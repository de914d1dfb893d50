using TttGen.InnerModels;
using TttGen.Layers;

namespace TttGen.Cuda.Tests;

[Dim(16)] public readonly partial struct CpuVocab : IDim;
[Dim(8)] public readonly partial struct CpuWidth : IDim;
[Dim(1)] public readonly partial struct CpuDepth : IDim;
[Dim(2)] public readonly partial struct CpuHeads : IDim;
[Dim(4)] public readonly partial struct CpuHeadDim : IDim;
[Dim(16)] public readonly partial struct CpuHidden : IDim;
[Dim(4)] public readonly partial struct CpuMiniBatch : IDim;
[Dim(4)] public readonly partial struct CpuTaps : IDim;

/// <summary>A model that is compiled for the processor alone.</summary>
[Model]
public sealed partial record class CpuModel(
    [Key("")] CausalLm<CpuVocab, CpuWidth, CpuDepth, TttMambaBlock<CpuWidth, CpuHeads, CpuHeadDim, CpuMiniBatch, CpuTaps, CpuHidden, LinearMemory<CpuHeadDim>>> Lm);
