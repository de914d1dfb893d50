using System.Reflection;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using TttGen.Kernels;

namespace TttGen.Ptx;

/// <summary>ILGPU's own compiler, for a GPU that need not be here.</summary>
internal static class KernelCompiler
{
    /// <summary>What code is for: every later GPU runs it, too.</summary>
    public const string Target = "sm_80";

    /// <summary>At most the first step for tensor cores: the second moves their loads past barriers.</summary>
    public static OptimizationLevel LevelOf(KernelAttribute attribute) => attribute.TensorCores ? OptimizationLevel.O1 : OptimizationLevel.O2;

    /// <summary>A kernel as ILGPU writes it.</summary>
    /// <exception cref="Exception">ILGPU can't compile it; of many kinds.</exception>
    public static string Compile(MethodInfo method, int threads, OptimizationLevel level)
    {
        // A context of its own: a failed compilation spoils it for the next.
        using var context = Context.Create(builder => builder.Optimize(level).Inlining(InliningMode.Aggressive));
        Intrinsics.Register(context);
        var architecture = new CudaArchitecture(8, 0);
        using var backend = new PTXBackend(context, new CudaCapabilityContext(architecture), architecture, CudaInstructionSet.ISA_78, null);
        var compiled = backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(method), new KernelSpecialization(threads, null));
        return ((PTXCompiledKernel)compiled).PTXAssembly;
    }
}
