using ILGPU;
using ILGPU.Runtime;
using TttGen.Kernels.Tests.Devices;

namespace TttGen.Kernels.Tests.TensorCores;

/// <summary>A warp's multiplication by the pointers that it gives to the instructions, see <see cref="Fragment"/>.</summary>
public sealed class MmaTests
{
    public static TheoryData<bool, bool, bool> Layouts
    {
        get
        {
            var data = new TheoryData<bool, bool, bool>();
            for (int bits = 0; bits < 8; bits++) data.Add((bits & 1) != 0, (bits & 2) != 0, (bits & 4) != 0);
            return data;
        }
    }

    [Theory, OnCpu(nameof(Layouts)), OnPocl(nameof(Layouts))]
    public void A_warp_multiplies_operands_however_they_lie(AcceleratorKind kind, bool leftTransposed, bool rightTransposed, bool swapped)
    {
        // Small whole numbers: every sum is exact. Lines 0 to 15 of an image are not asked for.
        var random = new Random(3);
        int[,] left = Numbers(random), right = Numbers(random);
        var on = TestAccelerator.Of(kind);
        using var onLeft = on.Accelerator.Allocate1D(Image(left, leftTransposed, swapped));
        using var onRight = on.Accelerator.Allocate1D(Image(right, rightTransposed, swapped));
        using var c = on.Accelerator.Allocate1D<float>(256);
        c.MemSet(on.Accelerator.DefaultStream, 0xFF);
        on.Run(typeof(MmaKernels).GetMethod(nameof(MmaKernels.TensorWarp))!, new Index3D(1, 1, 1), 32,
            onLeft.View.AsContiguous(), onRight.View.AsContiguous(), leftTransposed ? 1 : 0, rightTransposed ? 1 : 0, swapped ? 1 : 0, c.View.AsContiguous());
        var expected = new float[256];
        for (int i = 0; i < 16; i++)
            for (int j = 0; j < 16; j++)
                for (int k = 0; k < 32; k++) expected[i * 16 + j] += left[16 + i, k] * right[16 + j, k];
        Assert.Equal(expected, c.GetAsArray1D());
    }

    /// <summary>Pieces that a warp's quarter touches at once, 16 bytes of each of eight rows, lie in different banks.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Eight_rows_meet_eight_different_banks(bool swapped)
    {
        var tile = swapped ? Bf16Tile.Swapped32(64) : Bf16Tile.Rows(64, 40);
        for (int row = 0; row < 64; row += 8)
            for (int piece = 0; piece < 4; piece++)
                Assert.Equal(8, Enumerable.Range(row, 8).Select(r => tile.Index(r, piece * 8) / 8 % 8).Distinct().Count());
    }

    [Theory, OnCpu, OnPocl]
    public void Two_are_rounded_into_a_word_the_first_below(AcceleratorKind kind)
    {
        var on = TestAccelerator.Of(kind);
        using var x = on.Accelerator.Allocate1D(new[] { 1f, -2f, BitConverter.UInt32BitsToSingle(0x3F808000), BitConverter.UInt32BitsToSingle(0x3F818000) });
        using var pairs = on.Accelerator.Allocate1D<int>(2);
        on.Run(typeof(MmaKernels).GetMethod(nameof(MmaKernels.TensorPack))!, new Index3D(1, 1, 1), 32, x.View.AsContiguous(), pairs.View.AsContiguous());
        Assert.Equal([unchecked((int)0xC0003F80), 0x3F823F80], pairs.GetAsArray1D());
    }

    private static int[,] Numbers(Random random)
    {
        var numbers = new int[32, 32];
        for (int i = 0; i < 32; i++)
            for (int k = 0; k < 32; k++) numbers[i, k] = random.Next(-8, 9);
        return numbers;
    }

    private static ushort[] Image(int[,] lines, bool transposed, bool swapped)
    {
        var image = new ushort[MmaKernels.Image];
        Array.Fill(image, (ushort)0x7FC0);
        var tile = swapped ? Bf16Tile.Swapped32(0) : Bf16Tile.Rows(0, 40);
        for (int i = 0; i < 32; i++)
            for (int k = 0; k < 32; k++)
                image[transposed ? tile.Index(k, i) : tile.Index(i, k)] = (ushort)(BitConverter.SingleToUInt32Bits(lines[i, k]) >> 16);
        return image;
    }
}
