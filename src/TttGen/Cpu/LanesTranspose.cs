using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace TttGen.Cpu;

/// <summary>Square blocks of floats transposed in registers: pairs of rows are interleaved, then pairs of pairs, then quarters of the register.</summary>
internal static unsafe class LanesTranspose
{
    /// <summary>4 × 4.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Block4(float* from, nint fromStride, float* to, nint toStride)
    {
        var r0 = Vector128.Load(from);
        var r1 = Vector128.Load(from + fromStride);
        var r2 = Vector128.Load(from + 2 * fromStride);
        var r3 = Vector128.Load(from + 3 * fromStride);
        Interleave(r0, r2, out var a, out var b);
        Interleave(r1, r3, out var c, out var d);
        Interleave(a, c, out var c0, out var c1);
        Interleave(b, d, out var c2, out var c3);
        c0.Store(to);
        c1.Store(to + toStride);
        c2.Store(to + 2 * toStride);
        c3.Store(to + 3 * toStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Interleave(Vector128<float> a, Vector128<float> b, out Vector128<float> low, out Vector128<float> high)
    {
        if (Sse.IsSupported)
        {
            low = Sse.UnpackLow(a, b);
            high = Sse.UnpackHigh(a, b);
        }
        else if (AdvSimd.Arm64.IsSupported)
        {
            low = AdvSimd.Arm64.ZipLow(a, b);
            high = AdvSimd.Arm64.ZipHigh(a, b);
        }
        else
        {
            low = Vector128.Create(a[0], b[0], a[1], b[1]);
            high = Vector128.Create(a[2], b[2], a[3], b[3]);
        }
    }

    /// <summary>8 × 8; needs AVX.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Block8(float* from, nint fromStride, float* to, nint toStride)
    {
        // Rows i and i + 4 share a register's halves from the start, so that no shuffle has to cross them.
        Quarter8(from, fromStride, to, toStride);
        Quarter8(from + 4, fromStride, to + 4 * toStride, toStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Quarter8(float* from, nint stride, float* to, nint toStride)
    {
        var r0 = Vector256.Create(Vector128.Load(from), Vector128.Load(from + 4 * stride));
        var r1 = Vector256.Create(Vector128.Load(from + stride), Vector128.Load(from + 5 * stride));
        var r2 = Vector256.Create(Vector128.Load(from + 2 * stride), Vector128.Load(from + 6 * stride));
        var r3 = Vector256.Create(Vector128.Load(from + 3 * stride), Vector128.Load(from + 7 * stride));
        Vector256<float> a = Avx.UnpackLow(r0, r2), b = Avx.UnpackHigh(r0, r2), c = Avx.UnpackLow(r1, r3), d = Avx.UnpackHigh(r1, r3);
        Avx.UnpackLow(a, c).Store(to);
        Avx.UnpackHigh(a, c).Store(to + toStride);
        Avx.UnpackLow(b, d).Store(to + 2 * toStride);
        Avx.UnpackHigh(b, d).Store(to + 3 * toStride);
    }

    /// <summary>16 × 16; needs AVX-512.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Block16(float* from, nint fromStride, float* to, nint toStride)
    {
        for (int quarter = 0; quarter < 4; quarter++)
            Quarter16(from + 4 * quarter, fromStride, to + 4 * quarter * toStride, toStride);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Quarter16(float* from, nint stride, float* to, nint toStride)
    {
        var r0 = Rows(from, 4 * stride);
        var r1 = Rows(from + stride, 4 * stride);
        var r2 = Rows(from + 2 * stride, 4 * stride);
        var r3 = Rows(from + 3 * stride, 4 * stride);
        Vector512<float> a = Avx512F.UnpackLow(r0, r2), b = Avx512F.UnpackHigh(r0, r2), c = Avx512F.UnpackLow(r1, r3), d = Avx512F.UnpackHigh(r1, r3);
        Avx512F.UnpackLow(a, c).Store(to);
        Avx512F.UnpackHigh(a, c).Store(to + toStride);
        Avx512F.UnpackLow(b, d).Store(to + 2 * toStride);
        Avx512F.UnpackHigh(b, d).Store(to + 3 * toStride);
    }

    /// <summary>Four columns of rows 0, 4, 8, 12 (counted in strides of one) side by side.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<float> Rows(float* from, nint step) => Vector512.Create(
        Vector256.Create(Vector128.Load(from), Vector128.Load(from + step)),
        Vector256.Create(Vector128.Load(from + 2 * step), Vector128.Load(from + 3 * step)));
}
