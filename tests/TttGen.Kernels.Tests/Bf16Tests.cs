using ILGPU;
using ILGPU.Runtime;
using TttGen.Kernels.Tests.Devices;

namespace TttGen.Kernels.Tests;

public sealed class Bf16Tests
{
    [Theory, OnCpu, OnPocl]
    public void Rounds_to_nearest_ties_to_even_and_keeps_what_is_not_a_number(AcceleratorKind kind)
    {
        (uint From, uint To)[] cases =
        [
            (0x3F800000, 0x3F80), (0x3F808000, 0x3F80), (0x3F808001, 0x3F81), (0x3F818000, 0x3F82), (0x3F817FFF, 0x3F81), (0xBF818000, 0xBF82), (0x7F7FFFFF, 0x7F80),
            (0x7F800000, 0x7F80), (0xFF800000, 0xFF80), (0x7FC00000, 0x7FC0), (0x7F800001, 0x7FC0), (0xFFFFFFFF, 0xFFFF), (0x80000000, 0x8000), (0, 0)
        ];
        var on = TestAccelerator.Of(kind);
        using var x = on.Accelerator.Allocate1D(cases.Select(c => BitConverter.UInt32BitsToSingle(c.From)).ToArray());
        using var rounded = on.Accelerator.Allocate1D<ushort>(cases.Length);
        using var back = on.Accelerator.Allocate1D<float>(cases.Length);
        on.Run(typeof(FnKernels).GetMethod(nameof(FnKernels.RoundToBf16))!, new Index3D(1, 1, 1), 256, x.View.AsContiguous(), rounded.View.AsContiguous(), back.View.AsContiguous());
        Assert.Equal(cases.Select(c => (ushort)c.To), rounded.GetAsArray1D());
        Assert.Equal(cases.Select(c => BitConverter.UInt32BitsToSingle(c.To << 16)), back.GetAsArray1D());
    }
}
