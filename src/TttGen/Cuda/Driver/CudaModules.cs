using System.Reflection;
using System.Text;

namespace TttGen.Cuda.Driver;

/// <summary>The code that a GPU has: PTX from resources, translated by the driver when it is loaded.</summary>
internal sealed unsafe class CudaModules(CudaContext context, int ordinal, long maxSharedBytes)
{
    private const int LogBytes = 16 * 1024;

    // What a group has of shared memory without asking.
    private const int StandardSharedBytes = 48 * 1024;

    private readonly Dictionary<(Assembly Assembly, string Model), KernelResources> _resources = [];
    private readonly Dictionary<KernelImage, CudaKernel> _kernels = [];
    private readonly List<nint> _modules = [];

    /// <summary>The kernels loaded so far.</summary>
    public IReadOnlyCollection<CudaKernel> Kernels => _kernels.Values;

    /// <summary>A kernel, loaded when it is asked for first.</summary>
    public CudaKernel Load(KernelImage image)
    {
        if (_kernels.TryGetValue(image, out var kernel))
            return kernel;
        if (!_resources.TryGetValue((image.Assembly, image.Model), out var resources))
            _resources[(image.Assembly, image.Model)] = resources = new KernelResources(image.Assembly, image.Model);
        var entry = resources.Find(image.Kernel);
        return _kernels[image] = Function(Module(resources.ReadText(entry.File), $"{image.Model}.{image.Kernel}"), entry, $"{image.Model}.{image.Kernel}");
    }

    /// <summary>Gives all code back.</summary>
    public void UnloadAll()
    {
        foreach (var module in _modules)
            _ = CudaApi.ModuleUnload(module);
        _modules.Clear();
        _kernels.Clear();
    }

    private nint Module(byte[] ptx, string name)
    {
        CheckHeader(PtxHeader.Of(ptx), name);
        Span<byte> errors = new byte[LogBytes];
        Span<byte> infos = new byte[LogBytes];
        nint module;
        CudaResult result;
        fixed (byte* code = ptx, error = errors, info = infos)
        {
            var names = stackalloc[] { JitOption.ErrorLogBuffer, JitOption.ErrorLogBufferSizeBytes, JitOption.InfoLogBuffer, JitOption.InfoLogBufferSizeBytes };
            var values = stackalloc void*[] { error, (void*)LogBytes, info, (void*)LogBytes };
            result = CudaApi.ModuleLoadDataEx(&module, code, 4, names, values);
        }
        if (result is not CudaResult.Success)
        {
            string[] logs = [.. new[] { Text(errors), Text(infos) }.Where(static log => log.Length > 0)];
            throw context.Failure(result, "cuModuleLoadDataEx", "loading", logs.Length > 0 ? $"{name}: {string.Join(" ", logs)}" : name);
        }
        _modules.Add(module);
        return module;
    }

    // Said before the driver is asked, for it says less.
    private void CheckHeader(PtxHeader header, string name)
    {
        var driver = CudaPlatform.DriverVersion();
        if (driver < header.LeastDriver)
            throw new CudaException(
                $"{name}: expected a driver for CUDA {CudaPlatform.VersionText(header.LeastDriver)} or later (PTX {CudaPlatform.CapabilityText(header.Version)}), found one for CUDA {CudaPlatform.VersionText(driver)}; update NVIDIA's driver, or run on the CPU (--device cpu)",
                CudaResult.UnsupportedPtxVersion, "cuDriverGetVersion");
        var capability = CudaPlatform.Capability(ordinal);
        if (capability < header.Capability || (header.Exact && capability != header.Capability))
            throw new CudaException(
                $"{name}: expected a GPU of compute capability {CudaPlatform.CapabilityText(header.Capability)}{(header.Exact ? "" : " or more")}, found {CudaPlatform.CapabilityText(capability)} of {context.Name}; run on another GPU, or on the CPU (--device cpu)",
                CudaResult.NoBinaryForGpu, "cuDeviceGetAttribute");
    }

    private CudaKernel Function(nint module, KernelEntry entry, string name)
    {
        nint function;
        context.Check(CudaApi.ModuleGetFunction(&function, module, entry.Entry), "cuModuleGetFunction", "loading", $"{name} (entry {entry.Entry})");
        var shared = entry.SharedStatic + entry.SharedDynamic;
        if (shared > maxSharedBytes)
            throw new TttException($"{name}: expected {shared} bytes of shared memory a group, found at most {maxSharedBytes} on {context.Name}; run on another GPU, or on the CPU (--device cpu)");
        if (shared > StandardSharedBytes)
            context.Check(CudaApi.FuncSetAttribute(function, FunctionAttribute.MaxDynamicSharedSizeBytes, entry.SharedDynamic), "cuFuncSetAttribute", "asking for shared memory of", name);
        var kernel = new CudaKernel(this, function, entry, Number(function, FunctionAttribute.Registers, name), Number(function, FunctionAttribute.LocalSizeBytes, name));
        return Number(function, FunctionAttribute.MaxThreadsPerBlock, name) is var most && most >= entry.Threads
            ? kernel
            : throw new TttException($"{name}: expected groups of {entry.Threads} threads, found room for {most} on {context.Name}, with {kernel.Registers} registers a thread; run on another GPU, or on the CPU (--device cpu)");
    }

    private int Number(nint function, FunctionAttribute attribute, string name)
    {
        int value;
        context.Check(CudaApi.FuncGetAttribute(&value, attribute, function), "cuFuncGetAttribute", "loading", name);
        return value;
    }

    private static string Text(ReadOnlySpan<byte> log) => Encoding.UTF8.GetString(log[..(log.IndexOf((byte)0) is var end and >= 0 ? end : log.Length)]).Trim();
}
