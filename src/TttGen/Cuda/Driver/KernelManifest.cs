using System.Text.Json;
using System.Text.Json.Serialization;

namespace TttGen.Cuda.Driver;

/// <summary>What the build wrote about a model's kernels: the resource <c>manifest.json</c>.</summary>
/// <param name="Model">Full name: <c>App.Ttt125M</c>.</param>
/// <param name="Target">What the code is for: <c>sm_80</c>.</param>
/// <param name="Kernels">One entry a kernel.</param>
internal sealed record KernelManifest(string Model, string Target, IReadOnlyList<KernelEntry> Kernels);

/// <summary>How a kernel is launched.</summary>
/// <param name="Name">For people and plans: <c>RowsNorm</c>.</param>
/// <param name="Entry">In the code: <c>Ttt125M_RowsNorm</c>.</param>
/// <param name="File">The resource with the code.</param>
/// <param name="Threads">Of a group.</param>
/// <param name="SharedStatic">Bytes of shared memory that the code declares.</param>
/// <param name="SharedDynamic">Bytes of shared memory that the launch adds.</param>
/// <param name="Parameters">In order.</param>
internal sealed record KernelEntry(string Name, string Entry, string File, int Threads, int SharedStatic, int SharedDynamic, IReadOnlyList<KernelParameter> Parameters);

/// <summary>A kernel's parameter.</summary>
/// <param name="Name">As its C# has it.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Element">Of a view: type of the elements.</param>
internal sealed record KernelParameter(string Name, KernelArgumentKind Kind, ElementKind? Element = null);

/// <summary>Types of elements, as the manifest has them in lower case.</summary>
internal enum ElementKind
{
    Float,
    Int,
    Long,
    UShort,
    Byte,
}

/// <summary>Reads manifests without reflection.</summary>
[JsonSourceGenerationOptions(JsonSerializerDefaults.Web, UseStringEnumConverter = true, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(KernelManifest))]
internal sealed partial class ManifestJson : JsonSerializerContext;
