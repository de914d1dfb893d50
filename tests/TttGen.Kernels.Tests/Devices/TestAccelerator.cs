using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text.RegularExpressions;
using ILGPU;
using ILGPU.Backends.EntryPoints;
using ILGPU.Backends.OpenCL;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;
using ILGPU.Runtime.OpenCL;

namespace TttGen.Kernels.Tests.Devices;

/// <summary>Where kernels run in tests.</summary>
public enum AcceleratorKind
{
    /// <summary>ILGPU's interpreter of groups: kernels are the .NET methods that they are, threads are threads. Toy sizes only.</summary>
    Cpu,

    /// <summary>There, threads of a group one after another up to each barrier, the first one first.</summary>
    Ascending,

    /// <summary>There, threads of a group one after another up to each barrier, the last one first.</summary>
    Descending,

    /// <summary>OpenCL on the processor (PoCL): kernels as ILGPU's code generation makes them.</summary>
    Pocl
}

/// <summary>An ILGPU accelerator, and kernels on it by reflection.</summary>
public sealed partial class TestAccelerator : IDisposable
{
    private static readonly Lazy<TestAccelerator> CpuAccelerator = new(() => OpenCpu(AcceleratorKind.Cpu));
    private static readonly Lazy<TestAccelerator?> PoclAccelerator = new(OpenPocl);
    private readonly Context _context;
    private readonly Dictionary<(MethodInfo, int), Kernel> _kernels = [];

    static TestAccelerator()
    {
        NativeLibrary.SetDllImportResolver(typeof(Context).Assembly, (name, assembly, path) =>
            name.Contains("OpenCL", StringComparison.OrdinalIgnoreCase) && NativeLibrary.TryLoad("libOpenCL.so.1", out nint library) ? library : 0);

        // PoCL compiles for one processor, whatever the machine's: what it gets wrong (Rewrite) is the same everywhere.
        // .NET keeps an environment of its own, which native code does not see.
        if (OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == Architecture.X64) _ = SetEnvironment("POCL_LLVM_CPU_NAME", "haswell", 0);
    }

    private TestAccelerator(AcceleratorKind kind, Context context, Accelerator accelerator)
    {
        Kind = kind;
        _context = context;
        Accelerator = accelerator;
    }

    /// <summary>Which one this is.</summary>
    public AcceleratorKind Kind { get; }

    /// <summary>The accelerator itself.</summary>
    public Accelerator Accelerator { get; }

    /// <summary>The order of threads, where there is one.</summary>
    public ThreadOrder? Order { get; private init; }

    /// <summary>Why what runs on PoCL is skipped, or null.</summary>
    public static string? PoclMissing => PoclAccelerator.Value is null ? "PoCL is not installed: Debian's pocl-opencl-icd and ocl-icd-libopencl1" : null;

    /// <summary>Whether what is taken for PoCL is Oclgrind.</summary>
    public static bool IsOclgrind => PoclAccelerator.Value?.Accelerator.Name.Contains("Oclgrind", StringComparison.OrdinalIgnoreCase) == true;

    /// <summary>The accelerator of a kind that the whole test run shares.</summary>
    public static TestAccelerator Of(AcceleratorKind kind) => kind switch
    {
        AcceleratorKind.Cpu => CpuAccelerator.Value,
        AcceleratorKind.Pocl => PoclAccelerator.Value ?? throw new InvalidOperationException(PoclMissing),
        _ => throw new ArgumentException($"{kind} is not shared."),
    };

    /// <summary>One of the caller's own: it compiles and runs while others do.</summary>
    public static TestAccelerator Open(AcceleratorKind kind) => kind == AcceleratorKind.Pocl
        ? OpenPocl() ?? throw new InvalidOperationException(PoclMissing)
        : OpenCpu(kind);

    /// <summary>The kernel made of an explicitly grouped method; made once.</summary>
    public Kernel Load(MethodInfo method, int threads)
    {
        lock (_kernels)
        {
            if (_kernels.TryGetValue((method, threads), out var kernel)) return kernel;
            var compiled = Accelerator.CompileKernel(EntryPointDescription.FromExplicitlyGroupedKernel(method), new KernelSpecialization(threads, null));
            if (compiled is CLCompiledKernel source) Rewrite(source);
            return _kernels[(method, threads)] = Accelerator.LoadKernel(compiled);
        }
    }

    /// <summary>Runs a method as a kernel and waits for its end.</summary>
    public void Run(MethodInfo method, Index3D grid, int threads, params object[] arguments)
    {
        Load(method, threads).Launch(Accelerator.DefaultStream, new KernelConfig(grid, new Index3D(threads, 1, 1)), arguments);
        Accelerator.Synchronize();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Accelerator.Dispose();
        _context.Dispose();
    }

    /// <summary>
    /// ILGPU's numbers of types and labels go on from kernel to kernel. Here each kernel's begin anew: PoCL keeps on disk what it makes of a text, and so
    /// compiles the same kernel of two models, or of two runs, once. And its barriers order the device's memory only, where CUDA's order shared memory, too.
    /// To LLVM a barrier is a call, which changes no array that nobody else knows the address of; so each shared array's is told.
    /// Even then PoCL 3.1 gets some scans wrong when it optimises (of 33 small models, thirteen: all that an optimiser of their own moves among them), in no way that survives a change of the text; unoptimised they are right,
    /// but take minutes each. They are right on Oclgrind, which finds no data race in them (tests/races.sh), and in either order of threads on ILGPU's interpreter.
    /// </summary>
    private static void Rewrite(CLCompiledKernel kernel)
    {
        var numbers = new Dictionary<string, string>();
        string text = Numbered().Replace(kernel.Source, found =>
        {
            if (!numbers.TryGetValue(found.Value, out string? name))
                numbers[found.Value] = name = string.Create(CultureInfo.InvariantCulture, $"{found.Groups[1].Value}_{numbers.Count}");
            return name;
        });
        text = GroupBarrier().Replace(text, "barrier(CLK_LOCAL_MEM_FENCE | CLK_GLOBAL_MEM_FENCE)");
        text = SharedMemory().Replace(text, "$0 volatile ulong $1_address = (ulong)$1;");
        typeof(CLCompiledKernel).GetField("<Source>k__BackingField", BindingFlags.Instance | BindingFlags.NonPublic)!.SetValue(kernel, text);
    }

    [GeneratedRegex(@"work_group_barrier\s*\(\s*CLK_GLOBAL_MEM_FENCE\s*\)")]
    private static partial Regex GroupBarrier();

    [GeneratedRegex(@"^\s*local \w+ (\w+)\[\d+\];", RegexOptions.Multiline)]
    private static partial Regex SharedMemory();

    [GeneratedRegex(@"(?<!\w)(type|L)_\d+")]
    private static partial Regex Numbered();

    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetEnvironment(string name, string value, int overwrite);

    private static TestAccelerator OpenCpu(AcceleratorKind kind)
    {
        // Groups of up to 256 threads: eight warps of 32.
        var context = Context.Create(b => b.CPU(new CPUDevice(32, 8, 1)).Optimize(OptimizationLevel.O2).Inlining(InliningMode.Aggressive));
        var accelerator = context.GetCPUDevice(0).CreateCPUAccelerator(context, CPUAcceleratorMode.Parallel);
        if (kind == AcceleratorKind.Cpu) return new(kind, context, accelerator);
        var order = new ThreadOrder(descending: kind == AcceleratorKind.Descending);
        OrderedProcessor.Install(accelerator, order);
        return new(kind, context, accelerator) { Order = order };
    }

    private static TestAccelerator? OpenPocl()
    {
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
        return new(AcceleratorKind.Pocl, context, device.CreateAccelerator(context));
    }
}
