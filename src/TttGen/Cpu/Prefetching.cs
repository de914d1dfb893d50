using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace TttGen.Cpu;

/// <summary>Asks for memory before it is needed: the processor's own prefetcher stops at the end of each page.</summary>
public static unsafe class Prefetching
{
    private const int CacheLine = 64;

    /// <summary>Far enough for the latency of memory at the full bandwidth of a core, and a sixth of the first cache. Measured: 4 to 8 KiB.</summary>
    private const int Distance = 8192;

    /// <summary>The lines that a stream at <paramref name="from"/> will reach; a prefetch never faults, so the end of the memory needs no care.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Ahead(byte* from, int bytes)
    {
        if (!Sse.IsSupported)
            return;
        Sse.Prefetch0(from + Distance);
        if (bytes > CacheLine)
            Sse.Prefetch0(from + Distance + CacheLine);
        if (bytes > 2 * CacheLine)
        {
            Sse.Prefetch0(from + Distance + 2 * CacheLine);
            Sse.Prefetch0(from + Distance + 3 * CacheLine);
        }

        if (bytes > 4 * CacheLine)
        {
            Sse.Prefetch0(from + Distance + 4 * CacheLine);
            Sse.Prefetch0(from + Distance + 5 * CacheLine);
            Sse.Prefetch0(from + Distance + 6 * CacheLine);
            Sse.Prefetch0(from + Distance + 7 * CacheLine);
        }
    }

    /// <summary>The line at <paramref name="from"/>, into the second cache: the first one is in use.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Near(byte* from)
    {
        if (Sse.IsSupported)
            Sse.Prefetch1(from);
    }

    /// <summary>
    /// The 32 columns at <paramref name="at"/>, for generated code that goes down a panel's columns of a wider tensor: each row is lines of its own, far
    /// from those before, and the processor's own prefetcher does not see it coming. May lie beyond the tensor.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Row(float* at)
    {
        if (!Sse.IsSupported)
            return;
        Sse.Prefetch0(at);
        Sse.Prefetch0(at + 16);
    }
}
