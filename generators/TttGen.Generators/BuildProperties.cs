using Microsoft.CodeAnalysis.Diagnostics;

namespace TttGen.Generators;

/// <summary>What a project says to the compiler: MSBuild's TttGenCuda, TttGenKernels where kernels are compiled, and TttGenDump.</summary>
internal sealed record BuildProperties(bool Cuda, bool Kernels, bool Dump)
{
    public static BuildProperties Of(AnalyzerConfigOptions options)
    {
        return new(Is("TttGenCuda"), Is("TttGenKernels"), Is("TttGenDump"));

        bool Is(string property) => options.TryGetValue("build_property." + property, out var value) && value.Equals("true", StringComparison.OrdinalIgnoreCase);
    }
}
