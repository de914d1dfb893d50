using ILGPU;

namespace TttGen.Kernels.Tests.Products;

/// <summary>c = a · bᵀ by each of the products, as generated kernels call them.</summary>
public static class ProductKernels
{
    [Kernel(256)]
    public static void Floats64(
        ArrayView<float> a, int aPitch, int rows, ArrayView<float> b, int bPitch, int columns, int inner, ArrayView<float> c)
    {
        var shared = SharedMemory.Allocate<float>(Product64.Shared);
        int row0 = Grid.IdxY * Product64.Rows, column0 = Grid.IdxX * Product64.Columns;
        Finish64(Product64.Multiply(a, aPitch, rows, b, bPitch, columns, inner, row0, column0, shared), shared, row0, rows, column0, columns, c);
    }

    [Kernel(256)]
    public static void Weights64(
        ArrayView<float> a, int aPitch, int rows, ArrayView<ushort> b, int bPitch, int columns, int inner, ArrayView<float> c)
    {
        var shared = SharedMemory.Allocate<float>(Product64.Shared);
        int row0 = Grid.IdxY * Product64.Rows, column0 = Grid.IdxX * Product64.Columns;
        Finish64(Product64.Multiply(a, aPitch, rows, b, bPitch, columns, inner, row0, column0, shared), shared, row0, rows, column0, columns, c);
    }

    [Kernel(256)]
    public static void Halves64(
        ArrayView<ushort> a, int aPitch, int rows, ArrayView<ushort> b, int bPitch, int columns, int inner, ArrayView<float> c)
    {
        var shared = SharedMemory.Allocate<float>(Product64.Shared);
        int row0 = Grid.IdxY * Product64.Rows, column0 = Grid.IdxX * Product64.Columns;
        Finish64(Product64.Multiply(a, aPitch, rows, b, bPitch, columns, inner, row0, column0, shared), shared, row0, rows, column0, columns, c);
    }

    [Kernel(256)]
    public static void Floats128(
        ArrayView<float> a, int aPitch, int rows, ArrayView<float> b, int bPitch, int columns, int inner, ArrayView<float> c)
    {
        var shared = SharedMemory.Allocate<float>(Product128.Shared);
        int row0 = Grid.IdxY * Product128.Rows, column0 = Grid.IdxX * Product128.Columns;
        Finish128(Product128.Multiply(a, aPitch, rows, b, bPitch, columns, inner, row0, column0, shared), shared, row0, rows, column0, columns, c);
    }

    [Kernel(256)]
    public static void Weights128(
        ArrayView<float> a, int aPitch, int rows, ArrayView<ushort> b, int bPitch, int columns, int inner, ArrayView<float> c)
    {
        var shared = SharedMemory.Allocate<float>(Product128.Shared);
        int row0 = Grid.IdxY * Product128.Rows, column0 = Grid.IdxX * Product128.Columns;
        Finish128(Product128.Multiply(a, aPitch, rows, b, bPitch, columns, inner, row0, column0, shared), shared, row0, rows, column0, columns, c);
    }

    [Kernel(256)]
    public static void Halves128(
        ArrayView<ushort> a, int aPitch, int rows, ArrayView<ushort> b, int bPitch, int columns, int inner, ArrayView<float> c)
    {
        var shared = SharedMemory.Allocate<float>(Product128.Shared);
        int row0 = Grid.IdxY * Product128.Rows, column0 = Grid.IdxX * Product128.Columns;
        Finish128(Product128.Multiply(a, aPitch, rows, b, bPitch, columns, inner, row0, column0, shared), shared, row0, rows, column0, columns, c);
    }

    [Kernel(256)]
    public static void FewFloats<TRows, TColumns>(
        ArrayView<float> a, int aPitch, int rows, ArrayView<float> b, int bPitch, int columns, int inner, ArrayView<float> c)
        where TRows : struct, ICount where TColumns : struct, ICount
    {
        var shared = SharedMemory.Allocate<float>(FewRows<TRows, TColumns>.Shared);
        int column0 = Grid.IdxX * FewRows<TRows, TColumns>.Columns;
        FewRows<TRows, TColumns>.Multiply(a, aPitch, rows, b, bPitch, columns, inner, column0, shared);
        FinishFew(shared, FewRows<TRows, TColumns>.Columns, rows, column0, columns, c);
    }

    [Kernel(256)]
    public static void FewWeights<TRows, TColumns>(
        ArrayView<float> a, int aPitch, int rows, ArrayView<ushort> b, int bPitch, int columns, int inner, ArrayView<float> c)
        where TRows : struct, ICount where TColumns : struct, ICount
    {
        var shared = SharedMemory.Allocate<float>(FewRows<TRows, TColumns>.Shared);
        int column0 = Grid.IdxX * FewRows<TRows, TColumns>.Columns;
        FewRows<TRows, TColumns>.Multiply(a, aPitch, rows, b, bPitch, columns, inner, column0, shared);
        FinishFew(shared, FewRows<TRows, TColumns>.Columns, rows, column0, columns, c);
    }

    /// <summary>With constants, as kernels of models have them.</summary>
    [Kernel(256)]
    public static void FewConstantFloats<TRows, TColumns>(ArrayView<float> a, int rows, ArrayView<float> b, ArrayView<float> c) where TRows : struct, ICount where TColumns : struct, ICount
    {
        var shared = SharedMemory.Allocate<float>(FewRows<TRows, TColumns>.Shared);
        int column0 = Grid.IdxX * FewRows<TRows, TColumns>.Columns;
        FewRows<TRows, TColumns>.Multiply(a, 768, rows, b, 768, 2048, 768, column0, shared);
        FinishFew(shared, FewRows<TRows, TColumns>.Columns, rows, column0, 2048, c);
    }

    /// <summary>The same with weights in bf16.</summary>
    [Kernel(256)]
    public static void FewConstantWeights<TRows, TColumns>(ArrayView<float> a, int rows, ArrayView<ushort> b, ArrayView<float> c) where TRows : struct, ICount where TColumns : struct, ICount
    {
        var shared = SharedMemory.Allocate<float>(FewRows<TRows, TColumns>.Shared);
        int column0 = Grid.IdxX * FewRows<TRows, TColumns>.Columns;
        FewRows<TRows, TColumns>.Multiply(a, 768, rows, b, 768, 2048, 768, column0, shared);
        FinishFew(shared, FewRows<TRows, TColumns>.Columns, rows, column0, 2048, c);
    }

    private static void Finish64(Tile4x4 tile, ArrayView<float> shared, int row0, int rows, int column0, int columns, ArrayView<float> c)
    {
        for (int part = 0; part < Product64.Parts; part++)
        {
            Product64.Leave(tile, part, shared);
            for (int at = Group.IdxX; at < Product64.PartRows * Product64.Columns; at += Product64.Threads)
            {
                int i = at / Product64.Columns, j = at % Product64.Columns, row = row0 + part * Product64.PartRows + i;
                if (row < rows && column0 + j < columns) c[row * columns + column0 + j] = shared[i * Product64.Pitch + j];
            }
        }
    }

    private static void Finish128(Tile8x8 tile, ArrayView<float> shared, int row0, int rows, int column0, int columns, ArrayView<float> c)
    {
        for (int part = 0; part < Product128.Parts; part++)
        {
            Product128.Leave(tile, part, shared);
            for (int at = Group.IdxX; at < Product128.PartRows * Product128.Columns; at += Product128.Threads)
            {
                int i = at / Product128.Columns, j = at % Product128.Columns, row = row0 + part * Product128.PartRows + i;
                if (row < rows && column0 + j < columns) c[row * columns + column0 + j] = shared[i * Product128.Pitch + j];
            }
        }
    }

    private static void FinishFew(ArrayView<float> shared, int width, int rows, int column0, int columns, ArrayView<float> c)
    {
        for (int at = Group.IdxX; at < rows * width; at += 256)
        {
            int i = at / width, j = at % width;
            if (column0 + j < columns) c[i * columns + column0 + j] = shared[at];
        }
    }
}
