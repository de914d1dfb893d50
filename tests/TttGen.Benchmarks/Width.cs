using System.Runtime.Intrinsics;
using TttGen.Cpu;

namespace TttGen.Benchmarks;

/// <summary>Work written over the width of the registers.</summary>
internal interface IWideWork
{
    /// <summary>Does it.</summary>
    void Run<V>()
        where V : struct, ILanes<V, float>;
}

/// <summary>The width that this process computes with.</summary>
internal static class Width
{
    /// <summary>Does the work at that width.</summary>
    public static void Run<TWork>(TWork work)
        where TWork : struct, IWideWork
    {
        if (Vector512.IsHardwareAccelerated)
            work.Run<Lanes512>();
        else if (Vector256.IsHardwareAccelerated)
            work.Run<Lanes256>();
        else
            work.Run<Lanes128>();
    }
}
