using System.Globalization;
using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.PortableExecutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace TttGen.Ptx;

/// <summary>
/// Results of earlier runs, a file a kernel. An entry is for one kernel of one assembly, made by one version of this tool and of all that it loads, looked at by one assembler;
/// its first line is a hash of that and of the rest, so that what is damaged, cut off or another's is not taken. What has errors is not kept: they are to be said again.
/// </summary>
internal sealed class KernelCache
{
    /// <summary>What no run has used for so long goes.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    private readonly DirectoryInfo _folder;
    private readonly string _key;

    private KernelCache(DirectoryInfo folder, string key) => (_folder, _key) = (folder, key);

    /// <summary>The cache in a folder, which it makes where there is none; null where it can't be written to.</summary>
    /// <param name="folder">For this and nothing else; empty for no cache.</param>
    /// <param name="assembly">Holds the kernels.</param>
    /// <param name="references">What it refers to.</param>
    /// <param name="ptxas">The assembler's identity; empty where there is none.</param>
    public static KernelCache? In(string folder, string assembly, IEnumerable<string> references, string ptxas)
    {
        if (folder.Length == 0) return null;
        Module[] own = [typeof(KernelCache).Module, typeof(ILGPU.Context).Module, typeof(Kernels.KernelAttribute).Module, typeof(object).Module];
        string[] parts =
        [
            Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(assembly))), .. own.Select(module => module.ModuleVersionId.ToString()),
            .. references.Where(path => path.EndsWith(".dll", StringComparison.OrdinalIgnoreCase) && File.Exists(path)).Select(Version).Order(StringComparer.Ordinal), ptxas,
        ];
        try
        {
            return new(Directory.CreateDirectory(folder), string.Join('\n', parts));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>What is known of a kernel; null where nothing is.</summary>
    public CompiledKernel? Find(ModelKernel kernel)
    {
        var file = FileOf(kernel);
        try
        {
            if (!File.Exists(file)) return null;
            var text = File.ReadAllText(file);
            var end = text.IndexOf('\n', StringComparison.Ordinal);
            if (end < 0 || text[..end] != Hash(kernel, text[(end + 1)..]) || JsonSerializer.Deserialize<Entry>(text.AsSpan(end + 1)) is not { } entry) return null;
            File.SetLastWriteTimeUtc(file, DateTime.UtcNow);
            return new(kernel, entry.Ptx, entry.Usage, new SortedDictionary<string, Occupancy>(entry.Occupancy, StringComparer.Ordinal), [.. entry.Warnings.Select(w => new Finding(w.Id, false, kernel, w.Message))]);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or JsonException)
        {
            return null;
        }
    }

    /// <summary>Keeps a result that has no errors. Where it can't be written, the next run compiles again.</summary>
    public void Keep(CompiledKernel compiled)
    {
        if (compiled.Ptx is null || compiled.Findings.Any(finding => finding.IsError)) return;
        var text = JsonSerializer.Serialize(new Entry(compiled.Ptx, compiled.Usage, new(compiled.Occupancy), [.. compiled.Findings.Select(finding => new Warning(finding.Id, finding.Message))]));
        var file = FileOf(compiled.Kernel);
        var partial = $"{file}.{Guid.NewGuid():N}";
        try
        {
            File.WriteAllText(partial, $"{Hash(compiled.Kernel, text)}\n{text}");
            File.Move(partial, file, overwrite: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // a cache is no result
        }
    }

    /// <summary>Removes what nobody has used for long, half-written files among it.</summary>
    public void Prune()
    {
        try
        {
            foreach (var file in _folder.EnumerateFiles().Where(file => DateTime.UtcNow - file.LastWriteTimeUtc > Kept)) file.Delete();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // another build's run may be removing them
        }
    }

    private string FileOf(ModelKernel kernel) => Path.Combine(_folder.FullName, Hash(kernel, "")[..32] + ".json");

    private string Hash(ModelKernel kernel, string text) =>
        Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{_key}\n{kernel.Model}\n{kernel.Method}\n{KernelCompiler.LevelOf(kernel.Attribute)}\n{text}"))));

    /// <summary>What tells an assembly from its other versions; empty where it is none that kernels could call.</summary>
    private static string Version(string path)
    {
        try
        {
            using var image = new PEReader(File.OpenRead(path));
            if (!image.HasMetadata) return "";
            var metadata = image.GetMetadataReader();
            return metadata.GetGuid(metadata.GetModuleDefinition().Mvid).ToString();
        }
        catch (BadImageFormatException)
        {
            return "";
        }
    }

    private sealed record Entry(PtxText Ptx, Usage? Usage, Dictionary<string, Occupancy> Occupancy, IReadOnlyList<Warning> Warnings);

    private sealed record Warning(string Id, string Message);
}
