using ILGPU;

namespace TttGen.Kernels.Tests;

public static class RowsKernels
{
    /// <summary>Two sums through one scratch: the first must be out of it before the second goes in.</summary>
    [Kernel(256)]
    public static void SumTwice(ArrayView<float> x, ArrayView<float> y, int lanes)
    {
        var scratch = SharedMemory.Allocate<float>(256);
        int thread = Group.IdxX, at = Grid.IdxX * 256 + thread;
        float once = Rows.Sum(scratch, thread / lanes, thread % lanes, lanes, x[at]);
        y[at] = once + Rows.Sum(scratch, thread / lanes, thread % lanes, lanes, 2 * x[at]);
    }
}
