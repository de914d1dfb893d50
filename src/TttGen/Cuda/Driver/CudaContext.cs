namespace TttGen.Cuda.Driver;

/// <summary>A GPU's primary context and the one stream in which everything is done. Turns error codes into exceptions, and knows whether the context still works.</summary>
internal sealed unsafe class CudaContext
{
    private const uint NonBlocking = 1;

    [ThreadStatic]
    private static CudaContext? _current;

    private readonly int _device;
    private readonly nint _context;
    private CudaException? _broken;
    private bool _disposed;

    /// <summary>Opens a GPU.</summary>
    public CudaContext(int ordinal)
    {
        Name = CudaPlatform.Name(ordinal);
        int device;
        nint context, stream;
        Check(CudaApi.DeviceGet(&device, ordinal), "cuDeviceGet", "opening it");
        Check(CudaApi.DevicePrimaryCtxRetain(&context, device), "cuDevicePrimaryCtxRetain", "opening it");
        (_device, _context) = (device, context);
        try
        {
            MakeCurrent();
            Check(CudaApi.StreamCreate(&stream, NonBlocking), "cuStreamCreate", "opening it");
        }
        catch
        {
            Release();
            throw;
        }
        Stream = stream;
    }

    /// <summary>For people.</summary>
    public string Name { get; }

    /// <summary>CUstream.</summary>
    public nint Stream { get; }

    /// <summary>Name of the kernel launched last, the first suspect when something fails later.</summary>
    public string? LastKernel { get; set; }

    /// <summary>Whether an error has made the context useless.</summary>
    public bool IsBroken => _broken is not null;

    /// <summary>Whether <see cref="Dispose"/> was called.</summary>
    public bool IsDisposed => _disposed;

    /// <summary>Makes the driver's next calls of this thread mean this GPU.</summary>
    /// <exception cref="CudaException">The context is broken.</exception>
    public void Enter()
    {
        ObjectDisposedException.ThrowIf(_disposed, typeof(CudaDevice));
        if (_broken is not null)
            throw new CudaException($"{_broken.Message}; the device has not worked since: start the program anew", (CudaResult)_broken.Code, _broken.Call);
        if (_current != this)
            MakeCurrent();
    }

    /// <summary>As above, to free something: of a broken context too.</summary>
    public void EnterToFree()
    {
        if (_current != this && CudaApi.CtxSetCurrent(_context) is CudaResult.Success)
            _current = this;
    }

    /// <summary>Nothing where a call succeeded.</summary>
    /// <param name="result">What it returned.</param>
    /// <param name="call">Its name.</param>
    /// <param name="doing">What was being done: <c>launching</c>.</param>
    /// <param name="what">To what: <c>RowsNorm</c>.</param>
    public void Check(CudaResult result, string call, string doing, string what = "")
    {
        if (result is not CudaResult.Success)
            throw Failure(result, call, doing, what);
    }

    /// <summary>The exception of a failed call; a sticky error breaks the context.</summary>
    public CudaException Failure(CudaResult result, string call, string doing, string what = "")
    {
        var sticky = result.IsSticky();
        var suspect = sticky && LastKernel is { } kernel ? $"; the last kernel launched was {kernel}, and with CUDA_LAUNCH_BLOCKING=1 it is the failing one" : "";
        var wayOut = result is CudaResult.OutOfMemory ? "; end other programs on the GPU, or run on the CPU (--device cpu)" : "";
        var exception = new CudaException($"{Name}: {doing}{(what.Length > 0 ? " " : "")}{what}: {CudaException.Describe(result, call)}{suspect}{wayOut}", result, call);
        if (sticky)
            _broken ??= exception;
        return exception;
    }

    /// <summary>Waits for everything.</summary>
    public void Synchronize(string doing, string what = "") => Check(CudaApi.StreamSynchronize(Stream), "cuStreamSynchronize", doing, what);

    /// <summary>Bytes free and in all.</summary>
    public (long Free, long Total) Memory()
    {
        nuint free, total;
        Check(CudaApi.MemGetInfo(&free, &total), "cuMemGetInfo", "asking for its memory");
        return ((long)free, (long)total);
    }

    /// <summary>Ends the stream and lets the GPU go. Whoever owns something of the context has freed it before.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _ = CudaApi.StreamDestroy(Stream);
        Release();
    }

    private void MakeCurrent()
    {
        Check(CudaApi.CtxSetCurrent(_context), "cuCtxSetCurrent", "turning to it");
        _current = this;
    }

    private void Release()
    {
        _current = null;
        _ = CudaApi.CtxSetCurrent(0);
        _ = CudaApi.DevicePrimaryCtxRelease(_device);
    }
}
