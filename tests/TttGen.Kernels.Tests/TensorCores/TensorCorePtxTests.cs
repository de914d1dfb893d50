using System.Text;
using System.Text.RegularExpressions;
using TttGen.Kernels.Tests.Devices;
using TttGen.Kernels.Tests.Products;

namespace TttGen.Kernels.Tests.TensorCores;

/// <summary>Products on tensor cores as PTX: which instructions, and in which order around barriers.</summary>
public sealed class TensorCorePtxTests
{
    private static readonly (string Start, char Letter)[] Letters =
    [
        ("cp.async.cg.shared.global", 'A'), ("cp.async.commit_group", 'C'), ("cp.async.wait_group 1", '1'), ("cp.async.wait_group 0", '0'), ("bar.sync", 'B'),
        ("ldmatrix.sync.aligned.m8n8.x4.shared.b16", 'L'), ("mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32", 'M'), ("st.shared", 'S')
    ];

    public static TheoryData<string, int> Products => new()
    {
        { nameof(Bf16ProductKernels.Tensor64Weights), 1 },
        { nameof(Bf16ProductKernels.Tensor64Halves), 1 },
        { nameof(Bf16ProductKernels.Tensor64Floats), 1 },
        { nameof(Bf16ProductKernels.Tensor64Constant), 1 },
        { nameof(Bf16ProductKernels.Tensor64Pair), 2 },
        { nameof(Bf16ProductKernels.Tensor128Weights), 1 },
        { nameof(Bf16ProductKernels.Tensor128Halves), 1 },
        { nameof(Bf16ProductKernels.Tensor128Floats), 1 },
        { nameof(Bf16ProductKernels.Tensor128Constant), 1 },
        { nameof(Bf16ProductKernels.Tensor128ConstantWeights), 1 },
        { nameof(Bf16ProductKernels.Tensor128Pair), 2 }
    };

    /// <summary>A loop is: wait for the stage, barrier, the next stages' stores and copies, commit, then all of ldmatrix and mma. Outside of the loops there are none of those.</summary>
    [Theory, MemberData(nameof(Products))]
    public void Matrices_are_loaded_only_after_the_barrier_that_follows_their_copies(string kernel, int products)
    {
        string order = OrderOf(kernel);
        string step = kernel.Contains("128", StringComparison.Ordinal) ? "L{6}M{16}" : "L{3}M{4}";
        Assert.Matches($"^[^LM1]*(1B[^LM1B0]*C({step}){{2}}[^LM1]*){{{products}}}$", order);

        // Nothing is on its way any more when results are left, or the next product's first stage comes.
        Assert.Equal(products, order.Count(c => c == '0'));
        Assert.DoesNotMatch("0[^B]", order);
    }

    [Fact]
    public void Operands_of_bf16_go_past_the_registers_and_those_of_float32_are_rounded_two_at_a_time()
    {
        string halves = PtxOf(nameof(Bf16ProductKernels.Tensor64Constant)), weights = PtxOf(nameof(Bf16ProductKernels.Tensor128ConstantWeights));
        Assert.DoesNotContain("cvt.rn.bf16x2.f32", halves);
        Assert.Equal(2 * 3, Count(halves, "cp.async.cg.shared.global"));
        Assert.Equal(2 * 3, Count(weights, "cp.async.cg.shared.global"));
        Assert.Equal(4 * 3, Count(weights, "ld.global.v4.f32"));
        Assert.Equal(2 * 2, Count(weights, "st.shared.v4.b32"));
        Assert.Equal(8 * 2, Count(weights, "cvt.rn.bf16x2.f32"));
    }

    [Fact]
    public void Operands_that_lie_transposed_are_loaded_so()
    {
        string ptx = Body(Ptx.Of(typeof(MmaKernels).GetMethod(nameof(MmaKernels.TensorWarp))!));
        Assert.Equal(2, Count(ptx, "ldmatrix.sync.aligned.m8n8.x4.shared.b16"));
        Assert.Equal(2, Count(ptx, "ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16"));
    }

    /// <summary>Of six ways to load two operands; each multiplies its highest parts, and all but those of bf16 five times more.</summary>
    [Fact]
    public void Split_operands_are_loaded_as_pairs_and_touch_memory_by_no_instruction_of_ours()
    {
        string ptx = Body(Ptx.Of(typeof(SplitKernels).GetMethod(nameof(SplitKernels.SplitWarp))!));
        Assert.DoesNotContain("ldmatrix", ptx);
        Assert.Contains("ld.shared.v2.f32", ptx);
        Assert.Equal(6, Count(ptx, "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32"));
    }

    [Theory]
    [InlineData(nameof(FnKernels.FastExp), 1, 0)]
    [InlineData(nameof(FnKernels.FastSigmoid), 1, 1)]
    [InlineData(nameof(FnKernels.FastTanh), 1, 1)]
    public void Fast_functions_are_an_instruction_or_two(string kernel, int powers, int reciprocals)
    {
        string ptx = Body(Ptx.Of(typeof(FnKernels).GetMethod(kernel)!));
        Assert.Equal(powers, Count(ptx, "ex2.approx.ftz.f32"));
        Assert.Equal(reciprocals, Count(ptx, "rcp.approx.ftz.f32"));
    }

    private static string PtxOf(string kernel) => Body(Ptx.Of(typeof(Bf16ProductKernels).GetMethod(kernel)!));

    /// <summary>Without the functions before it: ILGPU writes each instruction's as well, which nobody calls.</summary>
    private static string Body(string ptx) => ptx[ptx.IndexOf(".entry", StringComparison.Ordinal)..];

    private static int Count(string text, string part) => Regex.Count(text, Regex.Escape(part));

    private static string OrderOf(string kernel)
    {
        var order = new StringBuilder();
        foreach (string line in PtxOf(kernel).Split('\n'))
            foreach (var (start, letter) in Letters)
                if (line.TrimStart().StartsWith(start, StringComparison.Ordinal)) order.Append(letter);
        return order.ToString();
    }
}
