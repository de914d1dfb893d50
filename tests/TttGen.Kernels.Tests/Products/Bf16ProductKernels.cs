using ILGPU;

namespace TttGen.Kernels.Tests.Products;

/// <summary>c = a · bᵀ by each of the products on tensor cores, as generated kernels call them.</summary>
public static class Bf16ProductKernels
{
    [Kernel(256, TensorCores = true)]
    public static void Tensor64Weights(
        ArrayView<float> a, int aPitch, int rows, ArrayView<ushort> b, int bPitch, int columns, int inner, ArrayView<float> c)
    {
        var memory = SharedMemory.Allocate<float>(Bf16Product64.Shared);
        int row0 = Grid.IdxY * Bf16Product64.Rows, column0 = Grid.IdxX * Bf16Product64.Columns;
        Finish64(Bf16Product64.Multiply(a, aPitch, rows, b, bPitch, columns, inner, row0, column0, memory), memory, row0, rows, column0, columns, c);
    }

    [Kernel(256, TensorCores = true)]
    public static void Tensor64Halves(
        ArrayView<ushort> a, int aPitch, int rows, ArrayView<ushort> b, int bPitch, int columns, int inner, ArrayView<float> c)
    {
        var memory = SharedMemory.Allocate<float>(Bf16Product64.Shared);
        int row0 = Grid.IdxY * Bf16Product64.Rows, column0 = Grid.IdxX * Bf16Product64.Columns;
        Finish64(Bf16Product64.Multiply(a, aPitch, rows, b, bPitch, columns, inner, row0, column0, memory), memory, row0, rows, column0, columns, c);
    }

    [Kernel(256, TensorCores = true)]
    public static void Tensor64Floats(
        ArrayView<float> a, int aPitch, int rows, ArrayView<float> b, int bPitch, int columns, int inner, ArrayView<float> c)
    {
        var memory = SharedMemory.Allocate<float>(Bf16Product64.Shared);
        int row0 = Grid.IdxY * Bf16Product64.Rows, column0 = Grid.IdxX * Bf16Product64.Columns;
        Finish64(Bf16Product64.Multiply(a, aPitch, rows, b, bPitch, columns, inner, row0, column0, memory), memory, row0, rows, column0, columns, c);
    }

    [Kernel(256, TensorCores = true)]
    public static void Tensor128Weights(
        ArrayView<float> a, int aPitch, int rows, ArrayView<ushort> b, int bPitch, int columns, int inner, ArrayView<float> c)
    {
        var memory = SharedMemory.Allocate<float>(Bf16Product128.Shared);
        int row0 = Grid.IdxY * Bf16Product128.Rows, column0 = Grid.IdxX * Bf16Product128.Columns;
        Finish128(Bf16Product128.Multiply(a, aPitch, rows, b, bPitch, columns, inner, row0, column0, memory), memory, row0, rows, column0, columns, c);
    }

    [Kernel(256, TensorCores = true)]
    public static void Tensor128Halves(
        ArrayView<ushort> a, int aPitch, int rows, ArrayView<ushort> b, int bPitch, int columns, int inner, ArrayView<float> c)
    {
        var memory = SharedMemory.Allocate<float>(Bf16Product128.Shared);
        int row0 = Grid.IdxY * Bf16Product128.Rows, column0 = Grid.IdxX * Bf16Product128.Columns;
        Finish128(Bf16Product128.Multiply(a, aPitch, rows, b, bPitch, columns, inner, row0, column0, memory), memory, row0, rows, column0, columns, c);
    }

    [Kernel(256, TensorCores = true)]
    public static void Tensor128Floats(
        ArrayView<float> a, int aPitch, int rows, ArrayView<float> b, int bPitch, int columns, int inner, ArrayView<float> c)
    {
        var memory = SharedMemory.Allocate<float>(Bf16Product128.Shared);
        int row0 = Grid.IdxY * Bf16Product128.Rows, column0 = Grid.IdxX * Bf16Product128.Columns;
        Finish128(Bf16Product128.Multiply(a, aPitch, rows, b, bPitch, columns, inner, row0, column0, memory), memory, row0, rows, column0, columns, c);
    }

    /// <summary>With constants, as kernels of models have them.</summary>
    [Kernel(256, TensorCores = true)]
    public static void Tensor64Constant(ArrayView<ushort> a, int rows, ArrayView<ushort> b, ArrayView<float> c)
    {
        var memory = SharedMemory.Allocate<float>(Bf16Product64.Shared);
        int row0 = Grid.IdxY * Bf16Product64.Rows, column0 = Grid.IdxX * Bf16Product64.Columns;
        Finish64(Bf16Product64.Multiply(a, 768, rows, b, 768, 2048, 768, row0, column0, memory), memory, row0, rows, column0, 2048, c);
    }

    /// <summary>The same of larger tiles.</summary>
    [Kernel(256, TensorCores = true)]
    public static void Tensor128Constant(ArrayView<ushort> a, int rows, ArrayView<ushort> b, ArrayView<float> c)
    {
        var memory = SharedMemory.Allocate<float>(Bf16Product128.Shared);
        int row0 = Grid.IdxY * Bf16Product128.Rows, column0 = Grid.IdxX * Bf16Product128.Columns;
        Finish128(Bf16Product128.Multiply(a, 768, rows, b, 768, 2048, 768, row0, column0, memory), memory, row0, rows, column0, 2048, c);
    }

    /// <summary>The same with rows to be rounded.</summary>
    [Kernel(256, TensorCores = true)]
    public static void Tensor128ConstantWeights(ArrayView<float> a, int rows, ArrayView<ushort> b, ArrayView<float> c)
    {
        var memory = SharedMemory.Allocate<float>(Bf16Product128.Shared);
        int row0 = Grid.IdxY * Bf16Product128.Rows, column0 = Grid.IdxX * Bf16Product128.Columns;
        Finish128(Bf16Product128.Multiply(a, 768, rows, b, 768, 2048, 768, row0, column0, memory), memory, row0, rows, column0, 2048, c);
    }

    /// <summary>Two products in a kernel, one after the other through the same memory, their results side by side in it: c = (a · bᵀ) · (a · b′ᵀ), b′ the rows of b after the first `columns`.</summary>
    [Kernel(256, TensorCores = true)]
    public static void Tensor64Pair(
        ArrayView<ushort> a, int aPitch, int rows, ArrayView<ushort> b, int bPitch, int columns, int inner, ArrayView<float> c)
    {
        var memory = SharedMemory.Allocate<float>(2 * Bf16Product64.PartShared);
        int row0 = Grid.IdxY * Bf16Product64.Rows, column0 = Grid.IdxX * Bf16Product64.Columns;
        var others = b.SubView((long)columns * bPitch, b.Length - (long)columns * bPitch);
        var tile = Bf16Product64.Multiply(a, aPitch, rows, b, bPitch, columns, inner, row0, column0, memory);
        Group.Barrier();
        var other = Bf16Product64.Multiply(a, aPitch, rows, others, bPitch, columns, inner, row0, column0, memory);
        var second = memory.SubView(Bf16Product64.PartShared, Bf16Product64.PartShared);
        for (int part = 0; part < Bf16Product64.Parts; part++)
        {
            Bf16Product64.Leave(tile, part, memory);
            Bf16Product64.Leave(other, part, second);
            for (int at = Group.IdxX; at < Bf16Product64.PartRows * Bf16Product64.Columns; at += Bf16Product64.Threads)
            {
                int i = at / Bf16Product64.Columns, j = at % Bf16Product64.Columns, row = row0 + part * Bf16Product64.PartRows + i;
                int from = i * Bf16Product64.Pitch + j;
                if (row < rows && column0 + j < columns) c[row * columns + column0 + j] = memory[from] * second[from];
            }
        }
    }

    /// <summary>The same of larger tiles.</summary>
    [Kernel(256, TensorCores = true)]
    public static void Tensor128Pair(
        ArrayView<ushort> a, int aPitch, int rows, ArrayView<ushort> b, int bPitch, int columns, int inner, ArrayView<float> c)
    {
        var memory = SharedMemory.Allocate<float>(Bf16Product128.Shared);
        int row0 = Grid.IdxY * Bf16Product128.Rows, column0 = Grid.IdxX * Bf16Product128.Columns;
        var others = b.SubView((long)columns * bPitch, b.Length - (long)columns * bPitch);
        var tile = Bf16Product128.Multiply(a, aPitch, rows, b, bPitch, columns, inner, row0, column0, memory);
        Group.Barrier();
        var other = Bf16Product128.Multiply(a, aPitch, rows, others, bPitch, columns, inner, row0, column0, memory);
        var second = memory.SubView(Bf16Product128.PartShared, Bf16Product128.PartShared);
        for (int part = 0; part < Bf16Product128.Parts; part++)
        {
            Bf16Product128.Leave(tile, part, memory);
            Bf16Product128.Leave(other, part, second);
            for (int at = Group.IdxX; at < Bf16Product128.PartRows * Bf16Product128.Columns; at += Bf16Product128.Threads)
            {
                int i = at / Bf16Product128.Columns, j = at % Bf16Product128.Columns, row = row0 + part * Bf16Product128.PartRows + i;
                int from = i * Bf16Product128.Pitch + j;
                if (row < rows && column0 + j < columns) c[row * columns + column0 + j] = memory[from] * second[from];
            }
        }
    }

    private static void Finish64(Mma32x16 tile, ArrayView<float> memory, int row0, int rows, int column0, int columns, ArrayView<float> c)
    {
        for (int part = 0; part < Bf16Product64.Parts; part++)
        {
            Bf16Product64.Leave(tile, part, memory);
            for (int at = Group.IdxX; at < Bf16Product64.PartRows * Bf16Product64.Columns; at += Bf16Product64.Threads)
            {
                int i = at / Bf16Product64.Columns, j = at % Bf16Product64.Columns, row = row0 + part * Bf16Product64.PartRows + i;
                if (row < rows && column0 + j < columns) c[row * columns + column0 + j] = memory[i * Bf16Product64.Pitch + j];
            }
        }
    }

    private static void Finish128(Mma64x32 tile, ArrayView<float> memory, int row0, int rows, int column0, int columns, ArrayView<float> c)
    {
        for (int part = 0; part < Bf16Product128.Parts; part++)
        {
            Bf16Product128.Leave(tile, part, memory);
            for (int at = Group.IdxX; at < Bf16Product128.PartRows * Bf16Product128.Columns; at += Bf16Product128.Threads)
            {
                int i = at / Bf16Product128.Columns, j = at % Bf16Product128.Columns, row = row0 + part * Bf16Product128.PartRows + i;
                if (row < rows && column0 + j < columns) c[row * columns + column0 + j] = memory[i * Bf16Product128.Pitch + j];
            }
        }
    }
}
