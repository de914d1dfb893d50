using ILGPU;
using TttGen.Kernels.Tests.Products;
using TttGen.Kernels.Tests.TensorCores;

namespace TttGen.Ptx.Tests;

/// <summary>Accesses of shared memory stay on their side of a barrier.</summary>
public sealed class BarrierOrderTests
{
    private const string Source = ".entry\n\tst.shared.f32 [%rd1], %f1;\n\tst.shared.f32 [%rd2], %f1;\n\tbar.sync 0;\n\t@%p1 ldmatrix.sync.aligned [%r1];\n\tcp.async.cg.shared.global [%r1];\n\tcp.async.wait_group 0;\n";

    [Fact]
    public void Several_of_a_kind_are_one() =>
        Assert.Null(BarrierOrder.Difference(Source, Source.Replace("\tst.shared.f32 [%rd2], %f1;\n", "", StringComparison.Ordinal)));

    [Fact]
    public void A_load_before_the_barrier_that_it_followed_is_found() =>
        Assert.Equal(
            "expected 'store barrier ldmatrix copy wait', as its source has it, found 'store ldmatrix barrier copy wait'",
            BarrierOrder.Difference(Source, Moved()));

    [Theory]
    [InlineData(typeof(MmaKernels), nameof(MmaKernels.TensorWarp))]
    [InlineData(typeof(Bf16ProductKernels), nameof(Bf16ProductKernels.Tensor64Weights))]
    [InlineData(typeof(Bf16ProductKernels), nameof(Bf16ProductKernels.Tensor64Constant))]
    [InlineData(typeof(Bf16ProductKernels), nameof(Bf16ProductKernels.Tensor64Pair))]
    public void Kernels_for_tensor_cores_keep_it_as_they_are_compiled_and_would_not_at_the_next_level(Type type, string name)
    {
        var kernel = Compiled.Kernel(type, name);
        Assert.Empty(CompiledKernel.Of(kernel, ptxas: null).Findings);
        Assert.NotNull(BarrierOrder.Difference(At(OptimizationLevel.O0), At(OptimizationLevel.O2)));

        string At(OptimizationLevel level) => KernelCompiler.Compile(kernel.Method, kernel.Attribute.Threads, level);
    }

    private static string Moved()
    {
        const string Load = "\t@%p1 ldmatrix.sync.aligned [%r1];\n", Barrier = "\tbar.sync 0;\n";
        return Source.Replace(Barrier + Load, Load + Barrier, StringComparison.Ordinal);
    }
}
