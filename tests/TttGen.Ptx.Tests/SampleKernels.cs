using ILGPU;
using TttGen.Kernels;

namespace TttGen.Ptx.Tests;

/// <summary>Small kernels without fault.</summary>
public static class GoodKernels
{
    [Kernel(128, MinBlocks = 2)]
    public static void Scale(int count, float factor, ArrayView<float> x)
    {
        for (int i = Group.IdxX; i < count; i += 128) x[i] *= factor;
    }

    [Kernel(64)]
    public static void Reverse(ArrayView<float> x)
    {
        var memory = SharedMemory.Allocate<float>(64);
        memory[Group.IdxX] = x[Group.IdxX];
        Group.Barrier();
        x[Group.IdxX] = memory[63 - Group.IdxX];
    }

    /// <summary>Two arrays, more than a kernel may declare.</summary>
    [Kernel(64)]
    public static void Large(ArrayView<float> x, ArrayView<byte> y)
    {
        var few = SharedMemory.Allocate<byte>(33);
        var many = SharedMemory.Allocate<float>(16 * 1024);
        many[Group.IdxX] = x[Group.IdxX];
        if (Group.IdxX < 33) few[Group.IdxX] = y[Group.IdxX];
        Group.Barrier();
        x[Group.IdxX] = many[63 - Group.IdxX] + few[Group.IdxX & 15];
    }
}

/// <summary>One fault each.</summary>
public static class BadKernels
{
    [Kernel(32, Spec = "App.Memory")]
    public static void Throws(ArrayView<float> x)
    {
        if (x.Length < 32) throw new ArgumentException("short");
        x[Group.IdxX] = 1;
    }

    [Kernel(32)]
    public static void TakesDouble(ArrayView<float> x, double factor) => x[Group.IdxX] *= (float)factor;

    [Kernel(32)]
    public static void TakesViewOfDouble(ArrayView<double> x) => x[Group.IdxX] *= 2;

    [Kernel(2048)]
    public static void TooManyThreads(ArrayView<float> x) => x[Group.IdxX] *= 2;

    [Kernel(32)]
    public static void TooMuchShared(ArrayView<float> x)
    {
        var memory = SharedMemory.Allocate<float>(50_000);
        memory[Group.IdxX] = x[Group.IdxX];
        Group.Barrier();
        x[Group.IdxX] = memory[31 - Group.IdxX];
    }

    [Kernel(32)]
    public static void LocalMemory(ArrayView<int> x)
    {
        var mine = ILGPU.LocalMemory.Allocate<int>(16);
        for (int i = 0; i < 16; i++) mine[i] = x[i];
        x[Group.IdxX] = mine[x[Group.IdxX] & 15];
    }

    [Kernel(32)]
    public static void Approximates(ArrayView<float> x) => x[Group.IdxX] = MathF.Tanh(x[Group.IdxX]);
}
