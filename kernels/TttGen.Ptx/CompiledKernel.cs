using ILGPU;

namespace TttGen.Ptx;

/// <summary>A kernel's code, what it takes, and what is wrong with it.</summary>
/// <param name="Kernel">The kernel.</param>
/// <param name="Ptx">Its code; null where there is none.</param>
/// <param name="Usage">What it takes on the target; null where there is no assembler.</param>
/// <param name="Occupancy">By architecture.</param>
/// <param name="Findings">What is wrong with it.</param>
internal sealed record CompiledKernel(ModelKernel Kernel, PtxText? Ptx, Usage? Usage, IReadOnlyDictionary<string, Occupancy> Occupancy, IReadOnlyList<Finding> Findings)
{
    /// <summary>Compiles a kernel and looks at the result.</summary>
    public static CompiledKernel Of(ModelKernel kernel, Ptxas? ptxas)
    {
        var findings = new List<Finding>(KernelSignature.Check(kernel));
        var occupancy = new SortedDictionary<string, Occupancy>(StringComparer.Ordinal);
        Usage? usage = null;
        if (findings.Count > 0) return new(kernel, null, usage, occupancy, findings);
        PtxText ptx;
        try
        {
            ptx = PtxText.Of(KernelCompiler.Compile(kernel.Method, kernel.Attribute.Threads, KernelCompiler.LevelOf(kernel.Attribute)), kernel);
            findings.AddRange(KernelChecks.Of(kernel, ptx));
        }
        catch (Exception error)
        {
            var innermost = error;
            while (innermost.InnerException is { } inner) innermost = inner;
            findings.Add(new(Finding.Compilation, true, kernel,
                $"expected a method that ILGPU compiles, found {innermost.GetType().Name}: {innermost.Message.Split('\n')[0].Trim()}; kernels have no exceptions, classes, strings, lambdas or arrays of their own"));
            return new(kernel, null, usage, occupancy, findings);
        }
        foreach (var target in GpuTarget.All)
        {
            Usage? here = null;
            if (ptxas is not null)
            {
                if (ptxas.TryAssemble(ptx.Text, target.Architecture, out here, out var refusal)) findings.AddRange(KernelChecks.Of(kernel, ptx, here, target));
                else findings.Add(new(Finding.Assembler, true, kernel, $"expected code that ptxas translates for {target.Architecture}, found: {refusal}; this is a defect of TttGen, unless the kernel is your own"));
            }
            if (target.Architecture == KernelCompiler.Target) usage = here;
            occupancy[target.Architecture] = target.Occupancy(kernel.Attribute.Threads, ptx.SharedStatic + ptx.SharedDynamic, here?.Registers);
        }
        return new(kernel, ptx, usage, occupancy, findings);
    }
}
