using System.Numerics;
using TttGen.Cpu;

namespace TttGen.Numerics.Tests.Backward;

/// <summary>The arguments of one call of a scan, or of its gradient.</summary>
internal unsafe struct ScanCall<T> where T : unmanaged
{
    public int Tokens, Place, CheckpointEvery;
    public nint Row;
    public T* Key, Value, Query, Rate, Tok, State, Output, DOutput, DKey, DValue, DQuery, DRate, DTok, DState, Kept, Scratch, Slow, DSlow;
}

/// <summary>The generated scan of one memory, as tests call every one of them.</summary>
internal interface IScan
{
    static abstract int StateSize { get; }

    static abstract int ForwardScratch { get; }

    static abstract int BackwardScratch { get; }

    static abstract long CheckpointsSize(int tokens, int checkpointEvery);

    static abstract void Forward<T, V>(ScanCall<T> c) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T>;

    static abstract void Backward<T, V>(ScanCall<T> c) where T : unmanaged, IFloatingPointIeee754<T> where V : struct, ILanes<V, T>;
}
