using ILGPU;

namespace TttGen.Kernels.Tests.Devices;

/// <summary>As generated for a model of name Sample.</summary>
public static class SampleKernels
{
    [Kernel(16)]
    public static void Everything(
        ArrayView<float> floats, ArrayView<int> ints, ArrayView<long> longs, ArrayView<ushort> halves, ArrayView<byte> bytes, int number, long wide, float half)
    {
        int i = Group.IdxX;
        if (i < floats.Length) floats[i] = ints[i] + longs[i] + halves[i] + bytes[i] + number + wide + half;
    }

    [Kernel(1)]
    public static void Groups(ArrayView<int> at) =>
        at[(Grid.IdxZ * Grid.DimY + Grid.IdxY) * Grid.DimX + Grid.IdxX] = Grid.IdxZ * 100 + Grid.IdxY * 10 + Grid.IdxX;

    [Kernel(4)]
    public static void Twice(ArrayView<float> x) => x[Group.IdxX] *= 2;

    [Kernel(8)]
    public static void PastTheEnd(ArrayView<float> x) => x[Group.IdxX] = 1;
}
