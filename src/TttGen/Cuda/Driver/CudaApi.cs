using System.Runtime.InteropServices;

namespace TttGen.Cuda.Driver;

/// <summary>NVIDIA's driver API, as far as it is used; names and meanings are those of cuda.h. Handles are nint, device addresses ulong.</summary>
internal static unsafe partial class CudaApi
{
    [LibraryImport(CudaLibrary.Name, EntryPoint = "cuInit")]
    public static partial CudaResult Init(uint flags);

    [LibraryImport(CudaLibrary.Name, EntryPoint = "cuDriverGetVersion")]
    public static partial CudaResult DriverGetVersion(int* version);

    [LibraryImport(CudaLibrary.Name, EntryPoint = "cuGetErrorName")]
    public static partial CudaResult GetErrorName(CudaResult error, byte** text);

    [LibraryImport(CudaLibrary.Name, EntryPoint = "cuGetErrorString")]
    public static partial CudaResult GetErrorString(CudaResult error, byte** text);

    [LibraryImport(CudaLibrary.Name, EntryPoint = "cuDeviceGetCount")]
    public static partial CudaResult DeviceGetCount(int* count);

    [LibraryImport(CudaLibrary.Name, EntryPoint = "cuDeviceGet")]
    public static partial CudaResult DeviceGet(int* device, int ordinal);

    [LibraryImport(CudaLibrary.Name, EntryPoint = "cuDeviceGetName")]
    public static partial CudaResult DeviceGetName(byte* name, int length, int device);

    [LibraryImport(CudaLibrary.Name, EntryPoint = "cuDeviceGetAttribute")]
    public static partial CudaResult DeviceGetAttribute(int* value, DeviceAttribute attribute, int device);

    [LibraryImport(CudaLibrary.Name, EntryPoint = "cuDeviceTotalMem_v2")]
    public static partial CudaResult DeviceTotalMem(nuint* bytes, int device);

    [LibraryImport(CudaLibrary.Name, EntryPoint = "cuDevicePrimaryCtxRetain")]
    public static partial CudaResult DevicePrimaryCtxRetain(nint* context, int device);

    [LibraryImport(CudaLibrary.Name, EntryPoint = "cuDevicePrimaryCtxRelease_v2")]
    public static partial CudaResult DevicePrimaryCtxRelease(int device);

    [LibraryImport(CudaLibrary.Name, EntryPoint = "cuCtxSetCurrent")]
    public static partial CudaResult CtxSetCurrent(nint context);

    [LibraryImport(CudaLibrary.Name, EntryPoint = "cuMemGetInfo_v2")]
    public static partial CudaResult MemGetInfo(nuint* free, nuint* total);

    [LibraryImport(CudaLibrary.Name, EntryPoint = "cuMemAlloc_v2")]
    public static partial CudaResult MemAlloc(ulong* address, nuint bytes);

    [LibraryImport(CudaLibrary.Name, EntryPoint = "cuMemFree_v2")]
    public static partial CudaResult MemFree(ulong address);

    [LibraryImport(CudaLibrary.Name, EntryPoint = "cuMemAllocHost_v2")]
    public static partial CudaResult MemAllocHost(void** address, nuint bytes);

    [LibraryImport(CudaLibrary.Name, EntryPoint = "cuMemFreeHost")]
    public static partial CudaResult MemFreeHost(void* address);

    [LibraryImport(CudaLibrary.Name, EntryPoint = "cuMemcpyHtoDAsync_v2")]
    public static partial CudaResult MemcpyHtoDAsync(ulong to, void* from, nuint bytes, nint stream);

    [LibraryImport(CudaLibrary.Name, EntryPoint = "cuMemcpyDtoHAsync_v2")]
    public static partial CudaResult MemcpyDtoHAsync(void* to, ulong from, nuint bytes, nint stream);

    [LibraryImport(CudaLibrary.Name, EntryPoint = "cuMemcpyDtoDAsync_v2")]
    public static partial CudaResult MemcpyDtoDAsync(ulong to, ulong from, nuint bytes, nint stream);

    [LibraryImport(CudaLibrary.Name, EntryPoint = "cuMemsetD8Async")]
    public static partial CudaResult MemsetD8Async(ulong to, byte value, nuint count, nint stream);

    [LibraryImport(CudaLibrary.Name, EntryPoint = "cuStreamCreate")]
    public static partial CudaResult StreamCreate(nint* stream, uint flags);

    [LibraryImport(CudaLibrary.Name, EntryPoint = "cuStreamDestroy_v2")]
    public static partial CudaResult StreamDestroy(nint stream);

    [LibraryImport(CudaLibrary.Name, EntryPoint = "cuStreamSynchronize")]
    public static partial CudaResult StreamSynchronize(nint stream);

    [LibraryImport(CudaLibrary.Name, EntryPoint = "cuStreamBeginCapture_v2")]
    public static partial CudaResult StreamBeginCapture(nint stream, int mode);

    [LibraryImport(CudaLibrary.Name, EntryPoint = "cuStreamEndCapture")]
    public static partial CudaResult StreamEndCapture(nint stream, nint* graph);

    /// <summary>What cuda.h calls cuGraphInstantiate since CUDA 12; in drivers since 11.4.</summary>
    [LibraryImport(CudaLibrary.Name, EntryPoint = "cuGraphInstantiateWithFlags")]
    public static partial CudaResult GraphInstantiate(nint* executable, nint graph, ulong flags);

    [LibraryImport(CudaLibrary.Name, EntryPoint = "cuGraphLaunch")]
    public static partial CudaResult GraphLaunch(nint executable, nint stream);

    [LibraryImport(CudaLibrary.Name, EntryPoint = "cuGraphDestroy")]
    public static partial CudaResult GraphDestroy(nint graph);

    [LibraryImport(CudaLibrary.Name, EntryPoint = "cuGraphExecDestroy")]
    public static partial CudaResult GraphExecDestroy(nint executable);

    [LibraryImport(CudaLibrary.Name, EntryPoint = "cuModuleLoadDataEx")]
    public static partial CudaResult ModuleLoadDataEx(nint* module, void* image, uint options, JitOption* names, void** values);

    [LibraryImport(CudaLibrary.Name, EntryPoint = "cuModuleUnload")]
    public static partial CudaResult ModuleUnload(nint module);

    [LibraryImport(CudaLibrary.Name, EntryPoint = "cuModuleGetFunction", StringMarshalling = StringMarshalling.Utf8)]
    public static partial CudaResult ModuleGetFunction(nint* function, nint module, string name);

    [LibraryImport(CudaLibrary.Name, EntryPoint = "cuFuncGetAttribute")]
    public static partial CudaResult FuncGetAttribute(int* value, FunctionAttribute attribute, nint function);

    [LibraryImport(CudaLibrary.Name, EntryPoint = "cuFuncSetAttribute")]
    public static partial CudaResult FuncSetAttribute(nint function, FunctionAttribute attribute, int value);

    [LibraryImport(CudaLibrary.Name, EntryPoint = "cuLaunchKernel")]
    public static partial CudaResult LaunchKernel(
        nint function, uint gridX, uint gridY, uint gridZ, uint blockX, uint blockY, uint blockZ, uint sharedBytes, nint stream, void** parameters, void** extra);

    [LibraryImport(CudaLibrary.Name, EntryPoint = "cuEventCreate")]
    public static partial CudaResult EventCreate(nint* @event, uint flags);

    [LibraryImport(CudaLibrary.Name, EntryPoint = "cuEventDestroy_v2")]
    public static partial CudaResult EventDestroy(nint @event);

    [LibraryImport(CudaLibrary.Name, EntryPoint = "cuEventRecord")]
    public static partial CudaResult EventRecord(nint @event, nint stream);

    [LibraryImport(CudaLibrary.Name, EntryPoint = "cuEventSynchronize")]
    public static partial CudaResult EventSynchronize(nint @event);

    [LibraryImport(CudaLibrary.Name, EntryPoint = "cuEventElapsedTime")]
    public static partial CudaResult EventElapsedTime(float* milliseconds, nint start, nint end);
}
