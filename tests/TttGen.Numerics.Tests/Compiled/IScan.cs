using System.Numerics;
using TttGen.Cpu;

namespace TttGen.Numerics.Tests.Compiled;

/// <summary>A generated scan, whichever model's.</summary>
internal interface IScan
{
    /// <summary>Tokens of a mini-batch, elements of one head's state and of working memory.</summary>
    static abstract (int MiniBatch, int State, int Scratch) Sizes { get; }

    /// <summary>The generated Run.</summary>
    static abstract void Run<T, V>(in ScanCall<T> call) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T>;
}

/// <summary>The arguments of a generated scan.</summary>
internal readonly unsafe struct ScanCall<T> where T : unmanaged
{
    public required int Tokens { get; init; }
    public required int Place { get; init; }
    public required T* Key { get; init; }
    public required nint KeyRow { get; init; }
    public required T* Value { get; init; }
    public required nint ValueRow { get; init; }
    public required T* Query { get; init; }
    public required nint QueryRow { get; init; }
    public required T* Rate { get; init; }
    public required nint RateRow { get; init; }
    public required T* Tok { get; init; }
    public required T* State { get; init; }
    public required T*[] SlowWeights { get; init; }
    public required T* Output { get; init; }
    public required nint OutputRow { get; init; }
    public required T* Scratch { get; init; }

    /// <summary>A slow weight, in the order of the inner model's record.</summary>
    public T* Slow(int index) => SlowWeights[index];
}
