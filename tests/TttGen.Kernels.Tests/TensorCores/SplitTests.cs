using ILGPU;
using ILGPU.Runtime;
using TttGen.Kernels.Tests.Devices;

namespace TttGen.Kernels.Tests.TensorCores;

/// <summary>Products of float32 on tensor cores, each factor as three bf16: against float64, however operands lie.</summary>
public sealed class SplitTests
{
    private const int Pitch = SplitKernels.Pitch;

    // The roundings of float32, once for each of up to 32 products and for what is done with their sum; two bf16 would give 2⁻¹⁷.
    private const double Bar = 1.0 / (1 << 20);

    public static TheoryData<bool, bool, bool, int> Layouts
    {
        get
        {
            var data = new TheoryData<bool, bool, bool, int>();
            for (int bits = 0; bits < 8; bits++)
                foreach (int blocks in (int[])[1, 2]) data.Add((bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0, blocks);
            return data;
        }
    }

    [Theory, OnCpu(nameof(Layouts)), OnPocl(nameof(Layouts))]
    public void A_warp_s_products_are_those_of_float64_as_float32_has_them(AcceleratorKind kind, bool leftAcross, bool rightAcross, bool exact, int blocks)
    {
        var random = new Random(11);
        float[] left = Tile(random, exact), right = Tile(random, exact), c = Tile(random, false);
        var on = TestAccelerator.Of(kind);
        using var onLeft = on.Accelerator.Allocate1D(left);
        using var onRight = on.Accelerator.Allocate1D(right);
        using var onC = on.Accelerator.Allocate1D(c);
        on.Run(typeof(SplitKernels).GetMethod(nameof(SplitKernels.SplitWarp))!, new Index3D(1, 1, 1), 32,
            onLeft.View.AsContiguous(), onRight.View.AsContiguous(), leftAcross ? 1 : 0, rightAcross ? 1 : 0, exact ? 1 : 0, blocks, -0.5f, onC.View.AsContiguous());
        var found = onC.GetAsArray1D();
        for (int i = 0; i < 16; i++)
            for (int j = 0; j < 8; j++)
            {
                double sum = 0, size = 0;
                for (int k = 0; k < 16 * blocks; k++)
                {
                    double product = (double)left[leftAcross ? k * Pitch + 16 + i : (16 + i) * Pitch + k] * right[rightAcross ? k * Pitch + 8 + j : (8 + j) * Pitch + k];
                    sum += product;
                    size += Math.Abs(product);
                }

                Assert.Equal(-0.5 * sum, found[i * Pitch + 8 + j], Bar * size);
                Assert.Equal(c[(16 + i) * Pitch + 8 + j] - 0.5 * sum, found[(16 + i) * Pitch + 8 + j], Bar * (size + 1));
            }

        // Nothing else is touched.
        for (int e = 0; e < found.Length; e++)
            if (e % Pitch is < 8 or >= 16) Assert.Equal(c[e], found[e]);
    }

    private static float[] Tile(Random random, bool exact) =>
        [.. Enumerable.Range(0, 32 * Pitch).Select(_ => random.NextSingle() * 2 - 1).Select(x => exact ? Bf16.ToFloat(Bf16.Round(x)) : x)];
}
