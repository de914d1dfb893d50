using System.Reflection;
using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.OpenCL;

namespace TttGen.Kernels.Tests.Devices;

/// <summary>Where kernels run in tests.</summary>
public enum AcceleratorKind
{
    /// <summary>ILGPU's interpreter of groups: kernels are the .NET methods that they are, threads are threads. Toy sizes only.</summary>
    Cpu,

    /// <summary>OpenCL on the processor (PoCL): kernels as ILGPU's code generation makes them.</summary>
    Pocl
}

/// <summary>An ILGPU accelerator, opened once for the whole test run, and kernels on it by reflection.</summary>
public sealed class TestAccelerator
{
    private static readonly Lazy<TestAccelerator> CpuAccelerator = new(OpenCpu);
    private static readonly Lazy<TestAccelerator?> PoclAccelerator = new(OpenPocl);
    private readonly Dictionary<(MethodInfo, int), Kernel> _kernels = [];

    private TestAccelerator(AcceleratorKind kind, Accelerator accelerator)
    {
        Kind = kind;
        Accelerator = accelerator;
    }

    /// <summary>Which one this is.</summary>
    public AcceleratorKind Kind { get; }

    /// <summary>The accelerator itself.</summary>
    public Accelerator Accelerator { get; }

    /// <summary>Those that this machine has; PoCL is Debian's pocl-opencl-icd and ocl-icd-libopencl1.</summary>
    public static IEnumerable<AcceleratorKind> Here => PoclAccelerator.Value is null ? [AcceleratorKind.Cpu] : [AcceleratorKind.Cpu, AcceleratorKind.Pocl];

    /// <summary>The same for theories.</summary>
    public static TheoryData<AcceleratorKind> Kinds => [.. Here];

    /// <summary>The accelerator of a kind that <see cref="Here"/> names.</summary>
    public static TestAccelerator Of(AcceleratorKind kind) => kind == AcceleratorKind.Cpu
        ? CpuAccelerator.Value
        : PoclAccelerator.Value ?? throw new InvalidOperationException("PoCL is not installed: pocl-opencl-icd, ocl-icd-libopencl1.");

    /// <summary>The kernel made of an explicitly grouped method; made once.</summary>
    public Kernel Load(MethodInfo method, int threads)
    {
        lock (_kernels)
        {
            if (_kernels.TryGetValue((method, threads), out var kernel)) return kernel;
            var compiled = Accelerator.CompileKernel(EntryPointDescription.FromExplicitlyGroupedKernel(method), new KernelSpecialization(threads, null));
            return _kernels[(method, threads)] = Accelerator.LoadKernel(compiled);
        }
    }

    /// <summary>Runs a method as a kernel and waits for its end.</summary>
    public void Run(MethodInfo method, Index3D grid, int threads, params object[] arguments)
    {
        Load(method, threads).Launch(Accelerator.DefaultStream, new KernelConfig(grid, new Index3D(threads, 1, 1)), arguments);
        Accelerator.Synchronize();
    }

    private static TestAccelerator OpenCpu()
    {
        // Groups of up to 256 threads: eight warps of 32.
        var context = Context.Create(b => b.CPU(new CPUDevice(32, 8, 1)).Optimize(OptimizationLevel.O2).Inlining(InliningMode.Aggressive));
        return new(AcceleratorKind.Cpu, context.GetCPUDevice(0).CreateCPUAccelerator(context, CPUAcceleratorMode.Parallel));
    }

    private static TestAccelerator? OpenPocl()
    {
        NativeLibrary.SetDllImportResolver(typeof(Context).Assembly, (name, assembly, path) =>
            name.Contains("OpenCL", StringComparison.OrdinalIgnoreCase) && NativeLibrary.TryLoad("libOpenCL.so.1", out nint library) ? library : 0);

        // PoCL is a processor, which ILGPU's own filter leaves out.
        var context = Context.Create(b => b.OpenCL(_ => true).Optimize(OptimizationLevel.O2).Inlining(InliningMode.Aggressive));
        var device = context.Devices.OfType<CLDevice>().FirstOrDefault();
        if (device is null)
        {
            context.Dispose();
            return null;
        }

        // It has the generic address space, but does not say so in the way that ILGPU asks.
        typeof(CLCapabilityContext).GetField("<GenericAddressSpace>k__BackingField", BindingFlags.Instance | BindingFlags.NonPublic)!.SetValue(device.Capabilities, true);
        Intrinsics.Register(context);
        return new(AcceleratorKind.Pocl, device.CreateAccelerator(context));
    }
}
