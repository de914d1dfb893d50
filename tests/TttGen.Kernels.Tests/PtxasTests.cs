using System.Reflection;
using System.Text.RegularExpressions;
using TttGen.Kernels.Tests.Devices;
using TttGen.Kernels.Tests.Products;

namespace TttGen.Kernels.Tests;

/// <summary>What a card makes of kernels, by NVIDIA's assembler; skipped where that is not.</summary>
public sealed class PtxasTests
{
    public static TheoryData<Type, string> Kernels => PtxTests.Kernels;

    /// <summary>Registers for so many groups of 256 threads on a multiprocessor, which has 65536; shared memory within what a kernel has without asking for more.</summary>
    public static TheoryData<string, int> Groups => new()
    {
        { nameof(Bf16ProductKernels.Tensor64Constant), 4 },
        { nameof(Bf16ProductKernels.Tensor64Halves), 4 },
        { nameof(Bf16ProductKernels.Tensor64Weights), 3 },
        { nameof(Bf16ProductKernels.Tensor64Pair), 3 },
        { nameof(Bf16ProductKernels.Tensor128Constant), 2 },
        { nameof(Bf16ProductKernels.Tensor128ConstantWeights), 2 },
        { nameof(Bf16ProductKernels.Tensor128Halves), 2 },
        { nameof(Bf16ProductKernels.Tensor128Weights), 2 },
        { nameof(Bf16ProductKernels.Tensor128Pair), 1 }
    };

    [PtxasTheory, MemberData(nameof(Kernels))]
    public void A_kernel_has_no_stack_and_spills_nothing(Type type, string name)
    {
        foreach (var kernel in PtxTests.Variants(type.GetMethod(name)!))
        {
            foreach (string architecture in (string[])["sm_80", "sm_90"])
            {
                var usage = Ptxas.Assemble(Ptx.Of(kernel), architecture);
                Assert.True(usage is { Stack: 0, Spills: 0, Registers: > 0, Shared: <= 48 * 1024 }, $"{kernel}, {architecture}: {usage}");
            }
        }
    }

    [PtxasTheory, MemberData(nameof(Groups))]
    public void A_multiprocessor_holds_several_groups(string name, int groups)
    {
        foreach (string architecture in (string[])["sm_80", "sm_90"])
        {
            var usage = Ptxas.Assemble(Ptx.Of(typeof(Bf16ProductKernels).GetMethod(name)!), architecture);
            Assert.True((usage.Registers + 7) / 8 * 8 * 256 * groups <= 65536, $"{name}, {architecture}: {usage}");
        }
    }

    /// <summary>Of the instructions of a stage: 8 or 32 multiply, 6 or 12 load matrices, 2 or 4 copy.</summary>
    [PtxasTheory]
    [InlineData(nameof(Bf16ProductKernels.Tensor64Constant), 8, 6, 2, 60)]
    [InlineData(nameof(Bf16ProductKernels.Tensor128Constant), 32, 12, 4, 150)]
    [InlineData(nameof(Bf16ProductKernels.Tensor128ConstantWeights), 32, 12, 2, 190)]
    public void The_loop_is_on_tensor_cores_for_the_most_part(string name, int multiply, int load, int copy, int most)
    {
        foreach (string architecture in (string[])["sm_80", "sm_90"])
        {
            string? text = Ptxas.Disassemble(Ptx.Of(typeof(Bf16ProductKernels).GetMethod(name)!), architecture);
            if (text is null) return;
            var instructions = Regex.Matches(text, @"^\s+/\*([0-9a-f]{4})\*/\s+(.*?);", RegexOptions.Multiline).Select(m => (At: Convert.ToInt32(m.Groups[1].Value, 16), Text: m.Groups[2].Value)).ToArray();
            int lastMultiply = Array.FindLastIndex(instructions, i => i.Text.Contains("HMMA", StringComparison.Ordinal));
            var back = instructions.Skip(lastMultiply).First(i => i.Text.Contains("BRA", StringComparison.Ordinal));
            int start = Convert.ToInt32(back.Text[(back.Text.LastIndexOf("0x", StringComparison.Ordinal) + 2)..], 16);
            string[] loop = [.. instructions.Where(i => i.At >= start && i.At <= back.At).Select(i => i.Text)];
            Assert.Equal((multiply, load, copy), (Count("HMMA.16816.F32.BF16"), Count("LDSM.16.M88.4"), Count("LDGSTS.E.BYPASS.128")));
            Assert.True(loop.Length <= most, $"{name}, {architecture}: {loop.Length} instructions");

            int Count(string instruction) => loop.Count(t => t.Contains(instruction, StringComparison.Ordinal));
        }
    }
}
