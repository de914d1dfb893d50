using System.Reflection;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.PTX;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace TttGen.Kernels.Tests.Devices;

/// <summary>PTX of kernels, made with neither driver nor GPU.</summary>
public static class Ptx
{
    /// <summary>A kernel's PTX for sm_80, compiled as its attribute asks.</summary>
    public static string Of(MethodInfo kernel)
    {
        var attribute = kernel.GetCustomAttribute<KernelAttribute>()!;

        // A context of its own: a failed compilation spoils it for the next.
        using var context = Context.Create(b => b
            .Optimize(attribute.TensorCores ? OptimizationLevel.O1 : OptimizationLevel.O2).Inlining(InliningMode.Aggressive));
        Intrinsics.Register(context);
        var architecture = new CudaArchitecture(8, 0);
        using var backend = new PTXBackend(context, new CudaCapabilityContext(architecture), architecture, CudaInstructionSet.ISA_78, null);
        var compiled = backend.Compile(EntryPointDescription.FromExplicitlyGroupedKernel(kernel), new KernelSpecialization(attribute.Threads, null));

        // ILGPU marks branches as uniform that are not.
        return ((PTXCompiledKernel)compiled).PTXAssembly.Replace(".uni", "", StringComparison.Ordinal);
    }
}
