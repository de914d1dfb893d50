using System.Text;

namespace TttGen.Ptx;

/// <summary>Where results lie: <c>MODEL/KERNEL.ptx</c> and <c>MODEL/manifest.json</c>.</summary>
internal static class PtxFolder
{
    /// <summary>Writes all, and removes what else is there. A file that stays the same keeps its time, so that nothing is built of it again.</summary>
    public static void Write(string folder, IEnumerable<CompiledKernel> kernels)
    {
        var files = new Dictionary<string, string>();
        foreach (var model in kernels.GroupBy(kernel => kernel.Kernel.Model))
        {
            foreach (var kernel in model) files[Path.Combine(folder, model.Key, kernel.Kernel.Name + ".ptx")] = kernel.Ptx!.Text;
            files[Path.Combine(folder, model.Key, "manifest.json")] = Manifest.Of(model.Key, model).Text();
        }
        Directory.CreateDirectory(folder);
        foreach (var file in Directory.GetFiles(folder, "*", SearchOption.AllDirectories))
            if (!files.ContainsKey(file)) File.Delete(file);
        foreach (var (file, text) in files)
        {
            var bytes = Encoding.UTF8.GetBytes(text);
            if (File.Exists(file) && File.ReadAllBytes(file).AsSpan().SequenceEqual(bytes)) continue;
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            File.WriteAllBytes(file, bytes);
        }
    }
}
