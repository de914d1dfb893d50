using System.Runtime.CompilerServices;
using ILGPU.IR.Intrinsics;
using ILGPU.Runtime;

namespace TttGen.Kernels;

/// <summary>
/// Instructions of the GPU as methods; <see cref="Intrinsics"/> puts the instruction in their place. Kernels that run elsewhere do not come here:
/// whoever calls one asks <see cref="Here"/>, a constant where a kernel is compiled, and has the same in C# for the other case.
/// </summary>
internal static class Instructions
{
    /// <summary>Whether the kernel is one for a GPU with these instructions.</summary>
    public static bool Here
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => Accelerator.CurrentType == AcceleratorType.Cuda;
    }

    /// <summary>ldmatrix.x4: each thread names one row of 16 bytes of one of four 8 × 8 matrices.</summary>
    [IntrinsicImplementation]
    public static UInt4 LoadMatrices(ref ushort row) => default;

    /// <summary>ldmatrix.x4.trans.</summary>
    [IntrinsicImplementation]
    public static UInt4 LoadMatricesTransposed(ref ushort row) => default;

    /// <summary>mma.m16n8k16: this thread's four sums, from words that the warp has loaded.</summary>
    [IntrinsicImplementation]
    public static Float4 Multiply(Float4 sums, UInt4 a, uint b0, uint b1) => default;

    /// <summary>cp.async of 16 bytes, of which the first 2 · count are read and the others are zero.</summary>
    [IntrinsicImplementation]
    public static void CopyAsync(ref ushort to, ref ushort from, int count)
    {
    }

    /// <summary>cp.async.commit_group.</summary>
    [IntrinsicImplementation]
    public static void Commit()
    {
    }

    /// <summary>cp.async.wait_group 0.</summary>
    [IntrinsicImplementation]
    public static void WaitAll()
    {
    }

    /// <summary>cp.async.wait_group 1.</summary>
    [IntrinsicImplementation]
    public static void WaitAllButOne()
    {
    }

    /// <summary>ld.global.v4.f32: where ILGPU does not find out what memory a view is of, it would load from any.</summary>
    [IntrinsicImplementation]
    public static Float4 LoadFour(ref float from) => default;

    /// <summary>cvt.rn.bf16x2.f32: both rounded, the first in the lower half.</summary>
    [IntrinsicImplementation]
    public static uint Pack(float low, float high) => default;

    /// <summary>shfl.sync.bfly.b32 of a whole warp: the value of the thread whose number differs in the bits of <paramref name="mask"/>.</summary>
    [IntrinsicImplementation]
    public static float ShuffleXor(float value, int mask) => default;

    /// <summary>ex2.approx.ftz.f32.</summary>
    [IntrinsicImplementation]
    public static float PowerOfTwo(float x) => default;

    /// <summary>rcp.approx.ftz.f32.</summary>
    [IntrinsicImplementation]
    public static float Reciprocal(float x) => default;
}
