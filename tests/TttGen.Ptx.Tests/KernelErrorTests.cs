namespace TttGen.Ptx.Tests;

/// <summary>Each fault of a kernel is an error that says what was expected, what found, and the way out.</summary>
public sealed class KernelErrorTests
{
    [Theory]
    [InlineData(nameof(BadKernels.Throws), Finding.Compilation, "expected a method that ILGPU compiles, found ")]
    [InlineData(nameof(BadKernels.TakesDouble), Finding.Signature, "factor: expected int, long, float or ArrayView of float, int, long, ushort or byte, found System.Double; pass it as those")]
    [InlineData(nameof(BadKernels.TakesViewOfDouble), Finding.Signature, "x: expected int, long, float or ArrayView of")]
    [InlineData(nameof(BadKernels.TooManyThreads), Finding.Signature, "expected groups of 1 to 1024 threads, found 2048; correct its [Kernel]")]
    [InlineData(nameof(BadKernels.TooMuchShared), Finding.Shared, "expected at most 166912 bytes of shared memory a group, which sm_80 has (sm_90: 232448), found 200000; make ")]
    [InlineData(nameof(BadKernels.LocalMemory), Finding.Local, "found .local memory; ")]
    [InlineData(nameof(BadKernels.Approximates), Finding.Approximation, "found tanh.approx; call Fn.Tanh")]
    public void A_fault_is_found(string name, string id, string message)
    {
        var finding = Assert.Single(CompiledKernel.Of(Compiled.Kernel(typeof(BadKernels), name), ptxas: null).Findings);
        Assert.Equal((id, true), (finding.Id, finding.IsError));
        Assert.Contains(message, finding.Message);
    }

    [Fact]
    public void Good_kernels_have_none() =>
        Assert.All(ModelKernels.Of(typeof(GoodKernels)), kernel => Assert.Empty(CompiledKernel.Of(kernel, ptxas: null).Findings));

    [Theory]
    [InlineData(nameof(GoodKernels.Scale), false)]
    [InlineData(nameof(GoodKernels.Reverse), true)]
    public void Spills_are_an_error_where_threads_wait_for_each_other_and_else_a_warning(string name, bool isError)
    {
        var kernel = Compiled.Kernel(typeof(GoodKernels), name);
        var ptx = Compiled.Ptx(typeof(GoodKernels), name);
        Assert.Empty(KernelChecks.Of(kernel, ptx, new Usage(255, 0, 0), GpuTarget.Hopper));
        foreach (var usage in (Usage[])[new(255, 0, 16), new(255, 8, 0)])
        {
            var finding = Assert.Single(KernelChecks.Of(kernel, ptx, usage, GpuTarget.Hopper));
            Assert.Equal((Finding.Spills, isError), (finding.Id, finding.IsError));
            Assert.Contains($"on sm_90, found {usage.Stack} bytes of stack and {usage.Spills} bytes spilled, with 255 registers a thread", finding.Message);
        }
    }

    [Fact]
    public void Errors_are_told_where_the_model_stands_and_with_model_kernel_and_spec()
    {
        var locations = SourceLocations.In(typeof(KernelErrorTests).Assembly.Location);
        var kernel = Compiled.Kernel(typeof(BadKernels), nameof(BadKernels.Throws));
        Finding Of(ModelKernel of) => new(Finding.Local, true, of, "expected a,\nfound b");
        Assert.Equal("app.csproj : error TTT204: TttGen.Ptx.Tests.Bad.Throws (App.Memory): expected a, found b", Of(kernel).Line(locations, "app.csproj"));
        Assert.Matches(@"SampleKernels\.cs\(\d+,\d+\): error TTT204: TttGen\.Ptx\.Tests\.GoodKernels\.Throws \(App\.Memory\): ", Of(kernel with { Model = "TttGen.Ptx.Tests.GoodKernels" }).Line(locations, ""));
        Assert.Matches(@"Ttt125M\.cs\(\d+,\d+\): error TTT204: Ttt125MSample\.Ttt125M\.Throws ", Of(kernel with { Model = "Ttt125MSample.Ttt125M" }).Line(locations, ""));
    }
}
