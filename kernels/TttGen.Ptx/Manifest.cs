using System.Text.Json;
using System.Text.Json.Serialization;

namespace TttGen.Ptx;

/// <summary>What TttGen.Cuda.CudaDevice reads of a model's kernels, and people.</summary>
internal sealed record Manifest(string Model, string Target, IReadOnlyList<ManifestKernel> Kernels)
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        NewLine = "\n",
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>The manifest of a model's kernels.</summary>
    public static Manifest Of(string model, IEnumerable<CompiledKernel> kernels) => new(model, KernelCompiler.Target, [.. kernels.Select(ManifestKernel.Of)]);

    /// <summary>As text.</summary>
    public string Text() => JsonSerializer.Serialize(this, Format) + "\n";
}

/// <summary>A kernel; registers, spills and stack are those of the target, null where there was no assembler to tell.</summary>
internal sealed record ManifestKernel(
    string Name, string Entry, string File, int Threads, int SharedStatic, int SharedDynamic, IReadOnlyList<ManifestParameter> Parameters,
    int? Registers, int? Spills, int? Stack, IReadOnlyDictionary<string, Occupancy> Occupancy)
{
    public static ManifestKernel Of(CompiledKernel compiled) => new(
        compiled.Kernel.Name, compiled.Kernel.Entry, compiled.Kernel.Name + ".ptx", compiled.Kernel.Attribute.Threads, compiled.Ptx!.SharedStatic, compiled.Ptx.SharedDynamic,
        KernelSignature.Parameters(compiled.Kernel), compiled.Usage?.Registers, compiled.Usage?.Spills, compiled.Usage?.Stack, compiled.Occupancy);
}

/// <summary>A parameter; the element is a view's.</summary>
internal sealed record ManifestParameter(string Name, string Kind, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Element);
