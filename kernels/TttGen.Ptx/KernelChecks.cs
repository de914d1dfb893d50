using ILGPU;

namespace TttGen.Ptx;

/// <summary>What a kernel's code must and must not have.</summary>
internal static class KernelChecks
{
    /// <summary>Of the code alone.</summary>
    public static IEnumerable<Finding> Of(ModelKernel kernel, PtxText ptx)
    {
        var shared = ptx.SharedStatic + ptx.SharedDynamic;
        if (shared > GpuTarget.Ampere.SharedOfGroup)
            yield return new(Finding.Shared, true, kernel,
                $"expected at most {GpuTarget.Ampere.SharedOfGroup} bytes of shared memory a group, which {GpuTarget.Ampere.Architecture} has ({GpuTarget.Hopper.Architecture}: {GpuTarget.Hopper.SharedOfGroup}), found {shared}; "
                + "make the head dimension, the inner hidden dimension or the mini-batch smaller");
        if (ptx.Text.Contains(".local", StringComparison.Ordinal))
            yield return new(Finding.Local, true, kernel, "expected all values of a thread in registers, found .local memory; index no array by a variable, and keep structs out of loops' variables");
        if (!kernel.Attribute.TensorCores && ptx.Text.Contains("tanh.approx", StringComparison.Ordinal))
            yield return new(Finding.Approximation, true, kernel, "expected functions exact to float32, found tanh.approx; call Fn.Tanh");
        if (kernel.Attribute.TensorCores && BarrierOrder.Difference(KernelCompiler.Compile(kernel.Method, kernel.Attribute.Threads, OptimizationLevel.O0), ptx.Text) is { } difference)
            yield return new(Finding.Order, true, kernel, $"shared memory and barriers: {difference}; ILGPU moved an access past a barrier: load it into a variable that is used on the same side");
    }

    /// <summary>Of what the assembler makes of it. Threads that wait for each other wait for the slowest: there, an access off chip is an error.</summary>
    public static IEnumerable<Finding> Of(ModelKernel kernel, PtxText ptx, Usage usage, GpuTarget target)
    {
        if (usage is { Spills: 0, Stack: 0 }) yield break;
        yield return new(Finding.Spills, ptx.Text.Contains("bar.sync", StringComparison.Ordinal), kernel,
            $"expected no stack and nothing spilled on {target.Architecture}, found {usage.Stack} bytes of stack and {usage.Spills} bytes spilled, with {usage.Registers} registers a thread; "
            + "keep fewer values a thread, or more threads");
    }
}
