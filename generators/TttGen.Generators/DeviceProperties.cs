using Microsoft.CodeAnalysis.Diagnostics;

namespace TttGen.Generators;

/// <summary>What a project says of devices: MSBuild's TttGenCuda, and TttGenKernels where kernels are compiled.</summary>
internal sealed record DeviceProperties(bool Cuda, bool Kernels)
{
    public static DeviceProperties Of(AnalyzerConfigOptions options)
    {
        return new(Is("TttGenCuda"), Is("TttGenKernels"));

        bool Is(string property) => options.TryGetValue("build_property." + property, out var value) && value.Equals("true", StringComparison.OrdinalIgnoreCase);
    }
}
