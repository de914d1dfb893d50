using ILGPU;

namespace TttGen.Kernels.Tests.TensorCores;

public static class MmaKernels
{
    /// <summary>Elements of each operand's image in shared memory.</summary>
    public const int Image = 32 * 40;

    /// <summary>c[16, 16] = rows 16 … of the left operand times columns 16 … of the right one, over 32; either lies as it does in its image, or transposed.</summary>
    [Kernel(32, TensorCores = true)]
    public static void TensorWarp(ArrayView<ushort> left, ArrayView<ushort> right, int leftTransposed, int rightTransposed, int swapped, ArrayView<float> c)
    {
        var shared = SharedMemory.Allocate<ushort>(2 * Image);
        var results = SharedMemory.Allocate<float>(16 * 16);
        for (int i = Group.IdxX; i < Image; i += 32)
        {
            shared[i] = left[i];
            shared[Image + i] = right[i];
        }

        Group.Barrier();
        var leftTile = swapped != 0 ? Bf16Tile.Swapped32(0) : Bf16Tile.Rows(0, 40);
        var rightTile = swapped != 0 ? Bf16Tile.Swapped32(Image) : Bf16Tile.Rows(Image, 40);
        var sums = default(Mma16x16);
        for (int k = 0; k < 32; k += 16)
        {
            var rows = leftTransposed != 0 ? Mma.LoadLeftTransposed(shared, leftTile, 16, k) : Mma.LoadLeft(shared, leftTile, 16, k);
            var columns = rightTransposed != 0 ? Mma.LoadRightTransposed(shared, rightTile, 16, k) : Mma.LoadRight(shared, rightTile, 16, k);
            sums = sums.Add(shared, rows, columns);
        }

        sums.Store(results, 0, 16);
        Group.Barrier();
        for (int i = Group.IdxX; i < 256; i += 32) c[i] = results[i];
    }

    [Kernel(32, TensorCores = true)]
    public static void TensorPack(ArrayView<float> x, ArrayView<int> pairs)
    {
        if (Group.IdxX < pairs.Length) pairs[Group.IdxX] = (int)Bf16.Pack(x[2 * Group.IdxX], x[2 * Group.IdxX + 1]);
    }
}
