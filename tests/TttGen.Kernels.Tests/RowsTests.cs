using ILGPU;
using ILGPU.Runtime;
using TttGen.Kernels.Tests.Devices;

namespace TttGen.Kernels.Tests;

public sealed class RowsTests
{
    public static TheoryData<int> EachNumberOfLanes => [1, 2, 8, 16, 32, 64, 128, 256];

    [Theory, OnCpu(nameof(EachNumberOfLanes)), OnPocl(nameof(EachNumberOfLanes))]
    public void Every_thread_of_a_row_gets_the_row_s_sum_twice_over(AcceleratorKind kind, int lanes)
    {
        var on = TestAccelerator.Of(kind);
        var random = new Random(lanes);
        float[] values = [.. Enumerable.Range(0, 512).Select(_ => random.NextSingle() - 0.25f)];
        using var x = on.Accelerator.Allocate1D(values);
        using var y = on.Accelerator.Allocate1D<float>(512);
        on.Run(typeof(RowsKernels).GetMethod(nameof(RowsKernels.SumTwice))!, new Index3D(2, 1, 1), 256, x.View.AsContiguous(), y.View.AsContiguous(), lanes);
        var found = y.GetAsArray1D();
        for (int row = 0; row < 512 / lanes; row++)
        {
            var part = values[(row * lanes)..((row + 1) * lanes)];
            double expected = part.Sum(v => (double)v), tolerance = 5e-7 * part.Sum(v => Math.Abs((double)v));
            for (int lane = 0; lane < lanes; lane++)
            {
                Assert.Equal(3 * expected, found[row * lanes + lane], 3 * tolerance);
                Assert.Equal(found[row * lanes], found[row * lanes + lane]);
            }
        }
    }
}
