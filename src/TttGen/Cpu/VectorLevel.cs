using System.Runtime.Intrinsics;

namespace TttGen.Cpu;

/// <summary>The width of the vectors that this process computes with.</summary>
public static class VectorLevel
{
    /// <summary>
    /// 512, 256 or 128 bits: what the processor has and the process allows (under NativeAOT: what the binary was compiled for).
    /// Kernels choose by the same three conditions, in place, so that the compiler keeps one branch of them.
    /// </summary>
    public static int Bits => Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : 128;
}
