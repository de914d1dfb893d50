using System.Collections.Concurrent;
using System.Reflection;
using System.Runtime.Loader;

namespace TttGen.Ptx;

/// <summary>The whole program: a kernel assembly in, a folder a model out, with its PTX and its manifest.</summary>
internal static class PtxTool
{
    /// <summary>Runs it; 0, or 1 after errors, which MSBuild understands.</summary>
    public static int Run(string[] args, TextWriter output)
    {
        if (PtxToolOptions.Parse(args) is not { } options)
        {
            output.WriteLine($"TttGen.Ptx : error {Finding.Tool}: expected {PtxToolOptions.Usage}, found '{string.Join(' ', args)}'");
            return 1;
        }
        var locations = SourceLocations.In(options.Assembly);
        try
        {
            var ptxas = Ptxas.Find(options.Ptxas, out var remark);
            if (remark.Length > 0) output.WriteLine(remark);
            var cache = KernelCache.In(options.Cache, options.Assembly, options.ReferenceFiles, ptxas?.Identity ?? "");
            var compiled = Compile(ModelKernels.In(Load(options)), ptxas, cache);
            cache?.Prune();
            var findings = compiled.SelectMany(kernel => kernel.Findings).ToList();
            foreach (var finding in findings) output.WriteLine(finding.Line(locations, options.Project));
            if (findings.Any(finding => finding.IsError)) return 1;
            PtxFolder.Write(options.Output, compiled);
            return 0;
        }
        catch (Exception error) when (error is IOException or BadImageFormatException or UnauthorizedAccessException or PtxasException)
        {
            output.WriteLine($"{options.Project} : error {Finding.Tool}: {error.Message.ReplaceLineEndings(" ")}");
            return 1;
        }
    }

    /// <summary>One by one, the largest first: a kernel takes from a tenth of a second to many, and dealt out in parts one thread would be left with the large ones.</summary>
    internal static IReadOnlyList<CompiledKernel> Compile(IReadOnlyList<ModelKernel> kernels, Ptxas? ptxas, KernelCache? cache)
    {
        var compiled = new CompiledKernel[kernels.Count];
        var order = Enumerable.Range(0, kernels.Count).OrderByDescending(k => kernels[k].Size);
        Parallel.ForEach(Partitioner.Create(order, EnumerablePartitionerOptions.NoBuffering), new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, k =>
        {
            compiled[k] = cache?.Find(kernels[k]) ?? Made(kernels[k]);
        });
        return compiled;

        CompiledKernel Made(ModelKernel kernel)
        {
            var made = CompiledKernel.Of(kernel, ptxas);
            cache?.Keep(made);
            return made;
        }
    }

    /// <summary>ILGPU and TttGen.Kernels are the tool's own, or a kernel's attribute would be another type; the rest is looked for where the compiler found it.</summary>
    private static Assembly Load(PtxToolOptions options)
    {
        var references = options.ReferenceFiles
            .GroupBy(path => Path.GetFileNameWithoutExtension(path)).ToDictionary(paths => paths.Key, paths => Path.GetFullPath(paths.First()));
        AssemblyLoadContext.Default.Resolving += (context, name) => references.TryGetValue(name.Name ?? "", out var path) && File.Exists(path) ? context.LoadFromAssemblyPath(path) : null;
        return AssemblyLoadContext.Default.LoadFromAssemblyPath(Path.GetFullPath(options.Assembly));
    }
}
