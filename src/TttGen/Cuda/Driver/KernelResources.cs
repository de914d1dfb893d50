using System.Reflection;
using System.Text.Json;

namespace TttGen.Cuda.Driver;

/// <summary>What the build embedded of a model's kernels.</summary>
internal sealed class KernelResources
{
    private readonly Assembly _assembly;
    private readonly string _folder;

    /// <summary>Finds a model's manifest.</summary>
    /// <exception cref="TttException">There is none, or it can't be read.</exception>
    public KernelResources(Assembly assembly, string model)
    {
        (_assembly, _folder) = (assembly, $"TttGen.Cuda/{model}/");
        try
        {
            Manifest = JsonSerializer.Deserialize(Read("manifest.json"), ManifestJson.Default.KernelManifest)
                ?? throw new TttException($"{_folder}manifest.json: expected a manifest of kernels, found null; build {assembly.GetName().Name} anew");
        }
        catch (JsonException exception)
        {
            throw new TttException($"{_folder}manifest.json: {exception.Message} Build {assembly.GetName().Name} anew", exception);
        }
    }

    /// <summary>The model's kernels.</summary>
    public KernelManifest Manifest { get; }

    /// <summary>A kernel's entry.</summary>
    public KernelEntry Find(string kernel) =>
        Manifest.Kernels.FirstOrDefault(entry => entry.Name == kernel)
            ?? throw new TttException($"{Manifest.Model}.{kernel}: expected one of its kernels ({string.Join(", ", Manifest.Kernels.Select(static entry => entry.Name))}), found no such; build it anew");

    /// <summary>A resource, with a zero byte after it, as the driver wants text to end.</summary>
    public byte[] ReadText(string file)
    {
        var bytes = Read(file);
        Array.Resize(ref bytes, bytes.Length + 1);
        return bytes;
    }

    private byte[] Read(string file)
    {
        using var stream = _assembly.GetManifestResourceStream(_folder + file)
            ?? throw new TttException($"{_assembly.GetName().Name} has no kernels for CUDA in {_folder}{file}; set <TttGenCuda>true</TttGenCuda> in its project, or run it on the CPU");
        var bytes = new byte[stream.Length];
        stream.ReadExactly(bytes);
        return bytes;
    }
}
