using System.Text.Json;

namespace TttGen.Ptx.Tests;

/// <summary>Every kernel of the models of 125M, TTT-Linear and TTT-MLP.</summary>
public sealed class ModelTests
{
    private static readonly Lazy<List<CompiledKernel>> All = new(() =>
        [.. Kernels.AsParallel().AsOrdered().Select(kernel => CompiledKernel.Of(kernel, Ptxas.Find(Named, out _)))]);

    private static string Named => Environment.GetEnvironmentVariable("TTTGEN_PTXAS") ?? "";

    private static IEnumerable<ModelKernel> Kernels => ((Type[])[typeof(Ttt125MSample.Ttt125MKernels), typeof(TttMlp125MSample.TttMlp125MKernels)]).SelectMany(ModelKernels.Of);

    [Fact]
    public void Nothing_is_wrong_with_any_of_them()
    {
        Assert.True(All.Value.Count > 50);
        Assert.All(All.Value, kernel => Assert.Empty(kernel.Findings));
        Assert.All(All.Value, kernel => Assert.All(kernel.Occupancy.Values, occupancy => Assert.True(occupancy.Blocks > 0, kernel.Kernel.Name)));
    }

    [PtxasFact]
    public void They_stay_in_registers_on_every_card()
    {
        Assert.All(All.Value, kernel => Assert.True(kernel.Usage is { Registers: > 0 and <= 255, Spills: 0, Stack: 0 }, $"{kernel.Kernel.Name}: {kernel.Usage}"));
        Assert.All(All.Value, kernel => Assert.All(kernel.Occupancy.Values, occupancy => Assert.InRange(occupancy.Registers ?? 0, 1, 255)));
    }

    [PtxasFact]
    public void What_is_no_code_is_refused_by_the_assembler()
    {
        Assert.False(Ptxas.Find(Named, out _)!.TryAssemble(".version 7.8\n.target sm_80\nnonsense", "sm_80", out _, out var refusal));
        Assert.Contains("kernel.ptx", refusal);
    }

    [Fact]
    public void The_manifest_says_how_each_is_launched()
    {
        var model = All.Value.Where(kernel => kernel.Kernel.Model == "Ttt125MSample.Ttt125M").ToList();
        using var manifest = JsonDocument.Parse(Manifest.Of("Ttt125MSample.Ttt125M", model).Text());
        Assert.Equal(("Ttt125MSample.Ttt125M", "sm_80"), (manifest.RootElement.GetProperty("model").GetString(), manifest.RootElement.GetProperty("target").GetString()));
        var kernels = manifest.RootElement.GetProperty("kernels");
        Assert.Equal(model.Count, kernels.GetArrayLength());
        var scan = kernels.EnumerateArray().Single(kernel => kernel.GetProperty("name").GetString() == "LearnLinearMemory");
        Assert.Equal(("Ttt125M_LearnLinearMemory", "LearnLinearMemory.ptx", 128), (scan.GetProperty("entry").GetString(), scan.GetProperty("file").GetString(), scan.GetProperty("threads").GetInt32()));
        Assert.True(scan.GetProperty("sharedStatic").GetInt32() + scan.GetProperty("sharedDynamic").GetInt32() > 0);
        var states = scan.GetProperty("parameters").EnumerateArray().Single(parameter => parameter.GetProperty("name").GetString() == "states");
        Assert.Equal("""{"name":"states","kind":"view","element":"float"}""", JsonSerializer.Serialize(states));
        Assert.All((string[])["registers", "spills", "stack"], name => Assert.Equal(Ptxas.Find(Named, out _) is null, scan.GetProperty(name).ValueKind is JsonValueKind.Null));
        Assert.Equal(["sm_80", "sm_90"], scan.GetProperty("occupancy").EnumerateObject().Select(target => target.Name));
    }

    [Fact]
    public void A_folder_holds_just_the_models_files_and_those_that_stay_the_same_keep_their_time()
    {
        var folder = Directory.CreateTempSubdirectory("tttgen-ptx");
        try
        {
            var model = All.Value.Where(kernel => kernel.Kernel.Model == "Ttt125MSample.Ttt125M").ToList();
            var stray = Path.Combine(folder.FullName, "Gone", "Old.ptx");
            Directory.CreateDirectory(Path.GetDirectoryName(stray)!);
            File.WriteAllText(stray, "");
            PtxFolder.Write(folder.FullName, model);
            var files = Directory.GetFiles(folder.FullName, "*", SearchOption.AllDirectories);
            Assert.Equal(model.Count + 1, files.Length);
            Assert.DoesNotContain(stray, files);
            foreach (var file in files) File.SetLastWriteTimeUtc(file, DateTime.UnixEpoch);
            File.WriteAllText(files[0], "changed");
            PtxFolder.Write(folder.FullName, model);
            Assert.All(files, file => Assert.Equal(file != files[0], File.GetLastWriteTimeUtc(file) == DateTime.UnixEpoch));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Skipped, and says so, where there is no ptxas.</summary>
    private sealed class PtxasFactAttribute : FactAttribute
    {
        public PtxasFactAttribute() => Skip = Ptxas.Find(Named, out _) is null ? "ptxas is neither on PATH, nor in CUDA_HOME, nor named by TTTGEN_PTXAS" : null;
    }
}
