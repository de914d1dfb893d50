namespace TttGen.Ptx.Tests;

/// <summary>What the tool remembers of earlier runs: never another kernel's, and never what is damaged.</summary>
public sealed class KernelCacheTests : IDisposable
{
    private static readonly string Assembly = typeof(GoodKernels).Assembly.Location;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tttgen-cache");

    [Fact]
    public void A_result_is_found_again_as_it_was_warnings_included()
    {
        var kept = Result(nameof(GoodKernels.Scale));
        kept = kept with { Usage = new(12, 0, 8), Findings = [new(Finding.Spills, false, kept.Kernel, "a warning")] };
        Cache().Keep(kept);
        var found = Cache().Find(kept.Kernel)!;
        Assert.Equal((kept.Kernel, kept.Ptx, kept.Usage), (found.Kernel, found.Ptx, found.Usage));
        Assert.Equal(kept.Occupancy, found.Occupancy);
        Assert.Equal(kept.Findings, found.Findings);
    }

    [Fact]
    public void Another_kernel_assembly_reference_or_assembler_finds_nothing()
    {
        var kept = Result(nameof(GoodKernels.Scale));
        Cache().Keep(kept);
        Assert.Null(Cache().Find(Compiled.Kernel(typeof(GoodKernels), nameof(GoodKernels.Reverse))));
        Assert.Null(KernelCache.In(_folder.FullName, typeof(KernelCache).Assembly.Location, [], "")!.Find(kept.Kernel));
        Assert.Null(KernelCache.In(_folder.FullName, Assembly, [typeof(KernelCache).Assembly.Location], "")!.Find(kept.Kernel));
        Assert.Null(KernelCache.In(_folder.FullName, Assembly, [], "12.4")!.Find(kept.Kernel));
    }

    [Fact]
    public void Whatever_is_wrong_with_an_entry_it_is_not_taken()
    {
        var kept = Result(nameof(GoodKernels.Reverse));
        Cache().Keep(kept);
        var file = Assert.Single(_folder.GetFiles()).FullName;
        var bytes = File.ReadAllBytes(file);
        for (var at = 0; at < bytes.Length; at += 7)
        {
            var damaged = (byte[])bytes.Clone();
            damaged[at] ^= 4;
            File.WriteAllBytes(file, damaged);
            Assert.Null(Cache().Find(kept.Kernel));
            File.WriteAllBytes(file, bytes[..at]);
            Assert.Null(Cache().Find(kept.Kernel));
        }
        File.WriteAllBytes(file, bytes);
        Assert.NotNull(Cache().Find(kept.Kernel));

        // another kernel's entry under this one's name
        var other = Result(nameof(GoodKernels.Scale));
        Cache().Keep(other);
        File.Copy(_folder.GetFiles().Single(f => f.FullName != file).FullName, file, overwrite: true);
        Assert.Null(Cache().Find(kept.Kernel));
    }

    [Fact]
    public void What_has_errors_is_not_kept_and_what_is_long_unused_goes()
    {
        Cache().Keep(CompiledKernel.Of(Compiled.Kernel(typeof(BadKernels), nameof(BadKernels.LocalMemory)), ptxas: null));
        Assert.Empty(_folder.GetFiles());
        Cache().Keep(Result(nameof(GoodKernels.Scale)));
        Cache().Keep(Result(nameof(GoodKernels.Reverse)));
        File.SetLastWriteTimeUtc(_folder.GetFiles()[0].FullName, DateTime.UtcNow.AddDays(-31));
        Cache().Prune();
        Assert.Single(_folder.GetFiles());
    }

    [Fact]
    public void Kernels_come_back_in_their_order_made_or_remembered()
    {
        ModelKernel[] kernels = [.. ModelKernels.Of(typeof(GoodKernels))];
        var made = PtxTool.Compile(kernels, null, Cache());
        Assert.Equal(kernels, made.Select(m => m.Kernel));
        Assert.Equal(kernels.Length, _folder.GetFiles().Length);
        Assert.Equal(made.Select(m => m.Ptx), PtxTool.Compile(kernels, null, Cache()).Select(m => m.Ptx));
        Assert.Equal(made.Select(m => m.Ptx), PtxTool.Compile(kernels, null, null).Select(m => m.Ptx));
    }

    [Fact]
    public void Where_no_folder_can_be_nothing_is_remembered()
    {
        var file = Path.Combine(_folder.FullName, "file");
        File.WriteAllText(file, "");
        Assert.Null(KernelCache.In(file, Assembly, [], ""));
        Assert.Null(KernelCache.In("", Assembly, [], ""));
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private KernelCache Cache() => KernelCache.In(_folder.FullName, Assembly, [], "")!;

    private static CompiledKernel Result(string name) => CompiledKernel.Of(Compiled.Kernel(typeof(GoodKernels), name), ptxas: null);
}
