using System.Reflection;
using System.Text.RegularExpressions;
using TttGen.Kernels.Tests.Devices;
using TttGen.Kernels.Tests.Products;

namespace TttGen.Kernels.Tests;

/// <summary>What a GPU makes of kernels, by NVIDIA's assembler; skipped where that is not.</summary>
public sealed class PtxasTests
{
    /// <summary>All but those for few rows whose sizes are parameters, which no model's are: they spill a register or three. The same with constants are among the others.</summary>
    public static TheoryData<Type, string> Kernels
    {
        get
        {
            var data = new TheoryData<Type, string>();
            foreach (object[] kernel in PtxTests.Kernels)
                if ((string)kernel[1] is not (nameof(ProductKernels.FewFloats) or nameof(ProductKernels.FewWeights))) data.Add((Type)kernel[0], (string)kernel[1]);
            return data;
        }
    }

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

    /// <summary>
    /// Of the instructions of a stage, from its barrier to its last multiplication: 8 or 32 multiply, 6 or 12 load matrices, 2 or 4 copy, and the rest, addresses, is not much more.
    /// The assembler may unroll the loop: then there are as many stages one after the other.
    /// </summary>
    [PtxasTheory]
    [InlineData(nameof(Bf16ProductKernels.Tensor64Constant), 8, 6, 2, 60)]
    [InlineData(nameof(Bf16ProductKernels.Tensor128Constant), 32, 12, 4, 150)]
    [InlineData(nameof(Bf16ProductKernels.Tensor128ConstantWeights), 32, 12, 2, 190)]
    public void A_stage_is_multiplications_for_the_most_part(string name, int multiply, int load, int copy, int most)
    {
        foreach (string architecture in (string[])["sm_80", "sm_90"])
        {
            string? text = Ptxas.Disassemble(Ptx.Of(typeof(Bf16ProductKernels).GetMethod(name)!), architecture);
            if (text is null) return;
            string[] instructions = [.. Regex.Matches(text, @"^\s+/\*[0-9a-f]{4,}\*/\s+(.*?);", RegexOptions.Multiline).Select(m => m.Groups[1].Value)];
            int firstLoad = Array.FindIndex(instructions, i => i.Contains("LDSM", StringComparison.Ordinal));
            int barrier = Array.FindLastIndex(instructions, firstLoad, i => i.Contains("BAR.SYNC", StringComparison.Ordinal));
            string[] stages = instructions[barrier..(Array.FindLastIndex(instructions, i => i.Contains("HMMA", StringComparison.Ordinal)) + 1)];
            int count = Count("HMMA.16816.F32.BF16") / multiply;
            Assert.Equal((count * multiply, count * load, count * copy), (Count("HMMA.16816.F32.BF16"), Count("LDSM.16.M88.4"), Count("LDGSTS.E.BYPASS.128")));
            Assert.True(count > 0 && stages.Length <= count * most, $"{name}, {architecture}: {stages.Length} instructions in {count} stages");

            int Count(string instruction) => stages.Count(t => t.Contains(instruction, StringComparison.Ordinal));
        }
    }
}
