using ILGPU;

namespace TttGen.Kernels.Tests.TensorCores;

public static class SplitKernels
{
    /// <summary>From row to row of every tile in shared memory.</summary>
    public const int Pitch = 40;

    /// <summary>
    /// A warp's c[16, 8] += factor · left · right over 32: rows 16 … of the left operand, columns 8 … of the right one, either of which lies transposed or not, and may be bf16 already.
    /// </summary>
    [Kernel(32)]
    public static void SplitWarp(ArrayView<float> left, ArrayView<float> right, int leftAcross, int rightAcross, int exact, int blocks, float factor, ArrayView<float> c)
    {
        var a = SharedMemory.Allocate<float>(32 * Pitch);
        var b = SharedMemory.Allocate<float>(32 * Pitch);
        var results = SharedMemory.Allocate<float>(32 * Pitch);
        for (int i = Group.IdxX; i < 32 * Pitch; i += 32)
        {
            a[i] = left[i];
            b[i] = right[i];
            results[i] = c[i];
        }

        Group.Barrier();
        var sums = default(SplitSums);
        for (int k = 0; k < blocks; k++)
        {
            var rows = leftAcross != 0 ? SplitLeft.Load(a, 16, 1, k, Pitch, 0) : exact != 0 ? SplitLeft.Load(a, 16, Pitch, k, 1, 1) : SplitLeft.Load(a, 16, Pitch, k, 1, 0);
            var columns = rightAcross != 0 ? SplitRight.Load(b, 8, 1, k, Pitch, 0) : exact != 0 ? SplitRight.Load(b, 8, Pitch, k, 1, 1) : SplitRight.Load(b, 8, Pitch, k, 1, 0);
            sums = sums.Add(rows, columns);
        }

        sums.AddTo(results, 16, Pitch, 1, factor);
        sums.Put(results, 0, Pitch, 1, factor);
        Group.Barrier();
        for (int i = Group.IdxX; i < 32 * Pitch; i += 32) c[i] = results[i];
    }
}
