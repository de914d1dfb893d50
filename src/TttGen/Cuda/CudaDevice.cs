using System.Globalization;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using TttGen.Cuda.Driver;

namespace TttGen.Cuda;

/// <summary>An NVIDIA GPU, through the driver alone: no toolkit is needed. An error that the GPU does not survive is told again by every later call.</summary>
public sealed unsafe class CudaDevice : Device
{
    private readonly CudaContext _context;
    private readonly DeviceArena _arena;
    private readonly StagingRing _staging;
    private readonly CudaModules _modules;
    private readonly HashSet<CudaRecording> _recordings = [];
    private readonly HashSet<CudaPinnedBuffer> _pinned = [];
    private readonly int _ordinal;
    private CublasProducts? _products;
    private bool _productsSought;
    private bool _recording;

    private CudaDevice(int ordinal)
    {
        _ordinal = ordinal;
        MultiProcessors = CudaPlatform.Attribute(ordinal, DeviceAttribute.MultiProcessorCount);
        MaxSharedBytes = CudaPlatform.Attribute(ordinal, DeviceAttribute.MaxSharedMemoryPerBlockOptin);
        _context = new CudaContext(ordinal);
        _arena = new DeviceArena(_context);
        _staging = new StagingRing(_context);
        _modules = new CudaModules(_context, ordinal, MaxSharedBytes);
    }

    /// <inheritdoc/>
    public override string Name => _context.Name;

    /// <inheritdoc/>
    public override int MultiProcessors { get; }

    /// <inheritdoc/>
    public override long MaxSharedBytes { get; }

    /// <summary>Whether an error has put the device out of work; every call but <see cref="Dispose"/> says which.</summary>
    public bool Broken => _context.IsBroken;

    /// <summary>The kernels loaded so far.</summary>
    public IReadOnlyCollection<CudaKernel> Kernels => _modules.Kernels;

    /// <inheritdoc/>
    public override (long Free, long Total) Memory
    {
        get
        {
            _context.Enter();
            return _context.Memory();
        }
    }

    /// <summary>Opens a GPU.</summary>
    /// <param name="ordinal">Which: 0 or more.</param>
    /// <exception cref="TttException">There is no driver, it is too old, or there is no such GPU.</exception>
    public static CudaDevice Open(int ordinal)
    {
        var count = CudaPlatform.CountDevices(out var why);
        if (count == 0)
            throw new TttException($"cuda:{ordinal}: {why}; run on the CPU (--device cpu)");
        if (ordinal < 0 || ordinal >= count)
        {
            var there = string.Join(", ", Enumerable.Range(0, count).Select(CudaPlatform.Name));
            throw new TttException(string.Create(CultureInfo.InvariantCulture, $"cuda:{ordinal}: there is no such device, but {count}: {there}"));
        }
        return new CudaDevice(ordinal);
    }

    /// <inheritdoc/>
    public override DeviceBuffer Allocate(long bytes, string what)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        EnterUnrecorded("memory is allocated");
        return _arena.Take(this, bytes, what);
    }

    /// <inheritdoc/>
    public override void Upload<T>(ReadOnlySpan<T> from, DeviceView<T> to)
    {
        var address = Address(to, from.Length);
        EnterUnrecorded("memory that is not pinned is uploaded; use UploadPinned");
        _staging.Upload(MemoryMarshal.AsBytes(from), address, to.Buffer.What);
    }

    /// <inheritdoc/>
    public override void Download<T>(DeviceView<T> from, Span<T> to)
    {
        var address = Address(from, to.Length);
        EnterUnrecorded("something is downloaded and waited for; use DownloadPinned");
        var bytes = MemoryMarshal.AsBytes(to);
        fixed (byte* pointer = bytes)
        {
            if (bytes.Length > 0)
                _context.Check(CudaApi.MemcpyDtoHAsync(pointer, address, (nuint)bytes.Length, _context.Stream), "cuMemcpyDtoHAsync", "downloading", from.Buffer.What);
            _context.Synchronize("downloading", from.Buffer.What);
        }
    }

    /// <inheritdoc/>
    public override void Copy<T>(DeviceView<T> from, DeviceView<T> to)
    {
        var (source, target) = (Address(from, to.Length), Address(to, to.Length));
        _context.Enter();
        if (to.Bytes > 0)
            _context.Check(CudaApi.MemcpyDtoDAsync(target, source, (nuint)to.Bytes, _context.Stream), "cuMemcpyDtoDAsync", "copying", to.Buffer.What);
    }

    /// <inheritdoc/>
    public override void Clear<T>(DeviceView<T> view)
    {
        var address = Address(view, view.Length);
        _context.Enter();
        if (view.Bytes > 0)
            _context.Check(CudaApi.MemsetD8Async(address, 0, (nuint)view.Bytes, _context.Stream), "cuMemsetD8Async", "clearing", view.Buffer.What);
    }

    /// <inheritdoc/>
    public override DeviceKernel Load(KernelImage image)
    {
        EnterUnrecorded($"{image.Kernel} is loaded");
        return _modules.Load(image);
    }

    /// <inheritdoc/>
    [SkipLocalsInit]
    public override void Launch(DeviceKernel kernel, Grid grid, ReadOnlySpan<KernelArgument> arguments)
    {
        if (kernel is not CudaKernel code || code.Owner != _modules)
            throw new ArgumentException($"{kernel.Name}: expected a kernel that was loaded by {Name}, found one of another device");
        code.Check(arguments);
        if (grid is not { X: > 0, Y: > 0 and <= ushort.MaxValue, Z: > 0 and <= ushort.MaxValue })
            throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"{kernel.Name}: expected a grid of 1 to 2³¹ − 1, 1 to 65535 and 1 to 65535 groups, found {grid.X}, {grid.Y} and {grid.Z}"));

        // A scalar is its bits; an ILGPU ArrayView is a pointer and a length. The driver gets a pointer to each.
        var values = stackalloc long[2 * arguments.Length];
        var pointers = stackalloc void*[arguments.Length];
        for (var i = 0; i < arguments.Length; i++)
        {
            ref readonly var argument = ref arguments[i];
            var value = values + 2 * i;
            pointers[i] = value;
            (value[0], value[1]) = argument.Kind switch
            {
                KernelArgumentKind.View => ((long)Address(argument), argument.Length),
                KernelArgumentKind.Float => (BitConverter.SingleToUInt32Bits(argument.Float), 0),
                _ => (argument.Long, 0L),
            };
        }
        _context.Enter();
        _context.Check(
            CudaApi.LaunchKernel(code.Function, (uint)grid.X, (uint)grid.Y, (uint)grid.Z, (uint)code.Threads, 1, 1, (uint)code.SharedDynamic, _context.Stream, pointers, null),
            "cuLaunchKernel", "launching", kernel.Name);
        _context.LastKernel = kernel.Name;
    }

    /// <inheritdoc/>
    public override bool CanMultiply
    {
        get
        {
            _context.Enter();
            if (!_productsSought)
            {
                EnterUnrecorded("cuBLASLt is opened; ask CanMultiply before");
                _products = CublasProducts.TryOpen(_context, this);
                _productsSought = true;
            }
            return _products is not null;
        }
    }

    /// <inheritdoc/>
    public override bool TryMultiply(DeviceView<float> x, DeviceView<float> weights, DeviceView<float> y, int rows, int columns, int inner, bool add = false) =>
        TryMultiply(CublasApi.NumberType.Float32, x, weights, y, rows, columns, inner, add);

    /// <inheritdoc/>
    public override bool TryMultiply(DeviceView<ushort> x, DeviceView<ushort> weights, DeviceView<float> y, int rows, int columns, int inner, bool add = false) =>
        TryMultiply(CublasApi.NumberType.BFloat16, x, weights, y, rows, columns, inner, add);

    /// <inheritdoc/>
    public override void Synchronize()
    {
        EnterUnrecorded("the device is waited for");
        _context.Synchronize("waiting for it");
    }

    /// <inheritdoc/>
    public override DeviceRecording? Record(Action work)
    {
        const int Relaxed = 2;
        EnterUnrecorded("another recording is begun");
        _context.Check(CudaApi.StreamBeginCapture(_context.Stream, Relaxed), "cuStreamBeginCapture", "beginning to record");
        nint graph = 0;
        _recording = true;
        try
        {
            work();
        }
        catch
        {
            // Or the stream would record for ever.
            _ = CudaApi.StreamEndCapture(_context.Stream, &graph);
            if (graph != 0)
                _ = CudaApi.GraphDestroy(graph);
            throw;
        }
        finally
        {
            _recording = false;
        }
        _context.Check(CudaApi.StreamEndCapture(_context.Stream, &graph), "cuStreamEndCapture", "recording");
        nint executable;
        var result = CudaApi.GraphInstantiate(&executable, graph, 0);
        _ = CudaApi.GraphDestroy(graph);
        _context.Check(result, "cuGraphInstantiateWithFlags", "recording");
        var recording = new CudaRecording(this, executable);
        _recordings.Add(recording);
        return recording;
    }

    /// <summary>Milliseconds that some work takes on the GPU, as the GPU counts.</summary>
    public double Time(Action work)
    {
        EnterUnrecorded("time is taken");
        nint start = 0, end = 0;
        try
        {
            _context.Check(CudaApi.EventCreate(&start, 0), "cuEventCreate", "taking time");
            _context.Check(CudaApi.EventCreate(&end, 0), "cuEventCreate", "taking time");
            _context.Check(CudaApi.EventRecord(start, _context.Stream), "cuEventRecord", "taking time");
            work();
            _context.Check(CudaApi.EventRecord(end, _context.Stream), "cuEventRecord", "taking time");
            _context.Check(CudaApi.EventSynchronize(end), "cuEventSynchronize", "taking time");
            float milliseconds;
            _context.Check(CudaApi.EventElapsedTime(&milliseconds, start, end), "cuEventElapsedTime", "taking time");
            return milliseconds;
        }
        finally
        {
            if (start != 0)
                _ = CudaApi.EventDestroy(start);
            if (end != 0)
                _ = CudaApi.EventDestroy(end);
        }
    }

    /// <inheritdoc/>
    public override DeviceLimits? MeasureLimits()
    {
        // Multiply-adds in f32 by multiprocessor and clock (CUDA C++ Programming Guide, arithmetic throughput).
        var lanes = CudaPlatform.Capability(_ordinal) == 80 ? 64 : 128;
        var gflops = 2.0 * lanes * MultiProcessors * CudaPlatform.Attribute(_ordinal, DeviceAttribute.ClockRate) / 1e6;

        var half = Math.Min(256L << 20, Memory.Free / 8);
        var memory = Allocate<byte>(2 * half, "measuring bandwidth");
        using var buffer = memory.Buffer;
        void CopyHalf() => Copy(memory.Slice(0, half), memory.Slice(half, half));
        CopyHalf();
        var best = Enumerable.Range(0, 5).Min(_ => Time(CopyHalf));
        return new DeviceLimits(gflops, 2 * half / (best * 1e6));
    }

    /// <inheritdoc/>
    public override PinnedBuffer AllocatePinned(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        EnterUnrecorded("memory is allocated");
        void* pointer;
        _context.Check(CudaApi.MemAllocHost(&pointer, (nuint)Math.Max(bytes, 1)), "cuMemAllocHost", "allocating", string.Create(CultureInfo.InvariantCulture, $"{bytes / 1e6:F1} MB of pinned memory"));
        var buffer = new CudaPinnedBuffer(this, (byte*)pointer, bytes);
        _pinned.Add(buffer);
        return buffer;
    }

    /// <inheritdoc/>
    public override void UploadPinned<T>(PinnedBuffer from, long offset, DeviceView<T> to)
    {
        var source = Pinned(from).At(offset, to.Bytes);
        var target = Address(to, to.Length);
        _context.Enter();
        if (to.Bytes > 0)
            _context.Check(CudaApi.MemcpyHtoDAsync(target, source, (nuint)to.Bytes, _context.Stream), "cuMemcpyHtoDAsync", "uploading", to.Buffer.What);
    }

    /// <inheritdoc/>
    public override void DownloadPinned<T>(DeviceView<T> from, PinnedBuffer to, long offset)
    {
        var target = Pinned(to).At(offset, from.Bytes);
        var source = Address(from, from.Length);
        _context.Enter();
        if (from.Bytes > 0)
            _context.Check(CudaApi.MemcpyDtoHAsync(target, source, (nuint)from.Bytes, _context.Stream), "cuMemcpyDtoHAsync", "downloading", from.Buffer.What);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (_context.IsDisposed)
            return;
        _context.EnterToFree();
        // No copy may be under way to or from memory that is freed. Of a broken context every call fails; what can be freed is.
        _ = CudaApi.StreamSynchronize(_context.Stream);
        foreach (var recording in _recordings.ToArray())
            recording.Dispose();
        foreach (var buffer in _pinned.ToArray())
            buffer.Dispose();
        _products?.Free();
        _modules.UnloadAll();
        _staging.Free();
        _arena.FreeAll();
        _context.Dispose();
    }

    /// <summary>Launches a recording.</summary>
    internal void Replay(CudaRecording recording)
    {
        EnterUnrecorded("a recording is replayed");
        _context.Check(CudaApi.GraphLaunch(recording.Executable, _context.Stream), "cuGraphLaunch", "replaying a recording");
    }

    /// <summary>Frees a recording.</summary>
    internal void Free(CudaRecording recording)
    {
        if (!_recordings.Remove(recording) || _context.IsDisposed)
            return;
        _context.EnterToFree();
        _ = CudaApi.GraphExecDestroy(recording.Executable);
    }

    /// <summary>Frees pinned memory, once no copy uses it.</summary>
    internal void Free(CudaPinnedBuffer buffer, byte* pointer)
    {
        if (!_pinned.Remove(buffer) || _context.IsDisposed)
            return;
        _context.EnterToFree();
        if (!_recording)
            _ = CudaApi.StreamSynchronize(_context.Stream);
        _ = CudaApi.MemFreeHost(pointer);
    }

    /// <summary>Takes a buffer's memory back.</summary>
    internal void Give(DeviceBlock block, long start, long length)
    {
        if (_context.IsDisposed)
            return;
        _context.EnterToFree();
        _arena.Give(block, start, length);
    }

    private bool TryMultiply<T>(CublasApi.NumberType type, DeviceView<T> x, DeviceView<T> weights, DeviceView<float> y, int rows, int columns, int inner, bool add) where T : unmanaged
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(rows);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(columns);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(inner);
        var (left, right, product) = (Address(x, (long)rows * inner), Address(weights, (long)columns * inner), Address(y, (long)rows * columns));
        return CanMultiply && _products!.TryMultiply(type, left, right, product, rows, columns, inner, add);
    }

    private void EnterUnrecorded(string what)
    {
        _context.Enter();
        if (_recording)
            throw new InvalidOperationException($"{Name}: expected work that can be recorded, found that {what}");
    }

    private CudaPinnedBuffer Pinned(PinnedBuffer buffer) => buffer is CudaPinnedBuffer pinned && pinned.Device == this
        ? pinned
        : throw new ArgumentException($"expected pinned memory of {Name}, found memory of another device");

    private ulong Address<T>(DeviceView<T> view, long length) where T : unmanaged => view.Length == length
        ? Address(view.Buffer, view.OffsetBytes, view.Bytes)
        : throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"{view.Buffer.What}: expected views of the same length, found {view.Length} and {length} elements"));

    private ulong Address(in KernelArgument argument) => Address(argument.Buffer!, argument.OffsetBytes, argument.Length * argument.ElementBytes);

    private ulong Address(DeviceBuffer buffer, long offset, long bytes)
    {
        if (buffer is not CudaBuffer memory || memory.Device != this)
            throw new ArgumentException($"{buffer?.What ?? "a view"}: expected memory of {Name}, found memory of another device");
        return offset >= 0 && bytes >= 0 && offset <= memory.Bytes - bytes
            ? memory.Address + (ulong)offset
            : throw new ArgumentException(string.Create(CultureInfo.InvariantCulture, $"{buffer.What}: expected a view within its {memory.Bytes} bytes, found bytes {offset} to {offset + bytes}"));
    }
}
