using System.Reflection;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime;
using TttGen.Cuda;
using Device = TttGen.Cuda.Device;
using Grid = TttGen.Cuda.Grid;

namespace TttGen.Kernels.Tests.Devices;

/// <summary>
/// Runs a model's host plan on an ILGPU accelerator of its own: kernels are the C# methods of <c>MODELKernels</c>, found by reflection and compiled at load.
/// Fresh memory is full of NaN, and behind each buffer lies a stretch that must stay so: <see cref="Synchronize"/> looks.
/// </summary>
public sealed class IlgpuDevice(AcceleratorKind kind) : Device
{
    private readonly TestAccelerator _accelerator = TestAccelerator.Open(kind);
    private readonly List<IlgpuBuffer> _buffers = [];
    private readonly Dictionary<KernelImage, IlgpuKernel> _kernels = [];
    private List<Action>? _recorded;

    /// <summary>Launches so far, replayed ones included.</summary>
    public long Launches { get; private set; }

    /// <summary>Products of its library so far, replayed ones included.</summary>
    public long Products { get; private set; }

    /// <summary>Whether it has a library of products: they are made on the host.</summary>
    public bool HasLibrary { get; init; }

    /// <summary>Multiprocessors that it says it has; null: the accelerator's.</summary>
    public int? SaidMultiProcessors { get; init; }

    /// <inheritdoc/>
    public override string Name => $"{_accelerator.Accelerator.Name} (ilgpu:{kind})";

    /// <inheritdoc/>
    public override (long Free, long Total) Memory
    {
        get
        {
            long total = _accelerator.Accelerator.MemorySize;
            return (total - _buffers.Sum(b => b.Bytes), total);
        }
    }

    /// <inheritdoc/>
    public override int MultiProcessors => SaidMultiProcessors ?? _accelerator.Accelerator.NumMultiprocessors;

    /// <inheritdoc/>
    public override long MaxSharedBytes => _accelerator.Accelerator.MaxSharedMemoryPerGroup;

    private AcceleratorStream Stream => _accelerator.Accelerator.DefaultStream;

    /// <inheritdoc/>
    public override DeviceBuffer Allocate(long bytes, string what)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        Immediately("allocates");
        var buffer = new IlgpuBuffer(_accelerator.Accelerator, bytes, what, b => _buffers.Remove(b));
        _buffers.Add(buffer);
        return buffer;
    }

    /// <inheritdoc/>
    public override void Upload<T>(ReadOnlySpan<T> from, DeviceView<T> to)
    {
        Same(from.Length, to.Length);
        Immediately("copies memory that is not pinned");
        if (from.Length > 0) ViewOf(to).CopyFromCPU(Stream, from);
    }

    /// <inheritdoc/>
    public override void Download<T>(DeviceView<T> from, Span<T> to)
    {
        Same(from.Length, to.Length);
        Immediately("waits");
        if (to.Length > 0) ViewOf(from).CopyToCPU(Stream, to);
        Stream.Synchronize();
    }

    /// <inheritdoc/>
    public override void Copy<T>(DeviceView<T> from, DeviceView<T> to)
    {
        Same(from.Length, to.Length);
        if (from.Length > 0) Do(() => ViewOf(from).CopyTo(Stream, ViewOf(to)));
    }

    /// <inheritdoc/>
    public override void Clear<T>(DeviceView<T> view)
    {
        if (view.Length > 0) Do(() => ViewOf(view).MemSetToZero(Stream));
    }

    /// <inheritdoc/>
    public override DeviceKernel Load(KernelImage image)
    {
        if (_kernels.TryGetValue(image, out var known)) return known;
        Immediately("loads");
        var type = image.Assembly.GetType(image.Model + "Kernels") ?? throw new TttException($"{image.Assembly.GetName().Name} has no type {image.Model}Kernels.");
        var method = type.GetMethod(image.Kernel, BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic)
            ?? throw new TttException($"{image.Model}Kernels has no method {image.Kernel}.");
        int threads = method.GetCustomAttribute<KernelAttribute>()?.Threads ?? throw new TttException($"{image.Model}.{image.Kernel} is no [Kernel].");
        try
        {
            return _kernels[image] = new IlgpuKernel(image.Kernel, method, threads, _accelerator.Load(method, threads));
        }
        catch (Exception e) when (e is not TttException)
        {
            throw new TttException($"{image.Model}.{image.Kernel} does not compile for {Name}: {e.GetBaseException().Message}", e);
        }
    }

    /// <inheritdoc/>
    public override void Launch(DeviceKernel kernel, Grid grid, ReadOnlySpan<KernelArgument> arguments)
    {
        if (grid.X < 1 || grid.Y < 1 || grid.Z < 1) throw new ArgumentException($"{kernel.Name}: the grid is empty, {grid}.");
        var ilgpu = (IlgpuKernel)kernel;
        var parameters = ilgpu.Method.GetParameters();
        if (parameters.Length != arguments.Length) throw new ArgumentException($"{kernel.Name} takes {parameters.Length} arguments, not {arguments.Length}.");
        var values = new object[arguments.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = ValueOf(arguments[i]);
            if (values[i].GetType() != parameters[i].ParameterType)
                throw new ArgumentException($"{kernel.Name}, {parameters[i].Name}: expected {parameters[i].ParameterType}, found {values[i].GetType()}.");
        }

        var config = new KernelConfig(new Index3D(grid.X, grid.Y, grid.Z), new Index3D(ilgpu.Threads, 1, 1));
        Do(() =>
        {
            Launches++;
            ilgpu.Kernel.Launch(Stream, config, values);
        });
    }

    /// <inheritdoc/>
    public override bool CanMultiply => HasLibrary;

    /// <inheritdoc/>
    public override bool TryMultiply(DeviceView<float> x, DeviceView<float> weights, DeviceView<float> y, int rows, int columns, int inner, bool add = false) =>
        TryMultiply(x, weights, y, rows, columns, inner, add, number => number);

    /// <inheritdoc/>
    public override bool TryMultiply(DeviceView<ushort> x, DeviceView<ushort> weights, DeviceView<float> y, int rows, int columns, int inner, bool add = false) =>
        TryMultiply(x, weights, y, rows, columns, inner, add, bits => BitConverter.UInt32BitsToSingle((uint)bits << 16));

    private bool TryMultiply<T>(DeviceView<T> x, DeviceView<T> weights, DeviceView<float> y, int rows, int columns, int inner, bool add, Converter<T, float> number) where T : unmanaged
    {
        Same((long)rows * inner, x.Length);
        Same((long)columns * inner, weights.Length);
        Same((long)rows * columns, y.Length);
        if (!HasLibrary) return false;
        Do(() =>
        {
            Products++;
            var (left, matrix, sums) = (Array.ConvertAll(OnHost(x), number), Array.ConvertAll(OnHost(weights), number), add ? OnHost(y) : new float[y.Length]);
            Parallel.For(0, sums.Length, e =>
            {
                var sum = 0.0;
                for (var k = 0; k < inner; k++) sum += (double)left[e / columns * inner + k] * matrix[e % columns * inner + k];
                sums[e] += (float)sum;
            });
            ViewOf(y).CopyFromCPU(Stream, (ReadOnlySpan<float>)sums);
        });
        return true;
    }

    private T[] OnHost<T>(DeviceView<T> view) where T : unmanaged
    {
        var numbers = new T[view.Length];
        ViewOf(view).CopyToCPU(Stream, numbers.AsSpan());
        Stream.Synchronize();
        return numbers;
    }

    /// <inheritdoc/>
    public override void Synchronize()
    {
        Immediately("waits");
        Stream.Synchronize();
        foreach (var buffer in _buffers) buffer.CheckGuard();
        if (_accelerator.Order is { BarriersAreCommon: false }) throw new TttException("some threads of a group wait at a barrier where others have come to its end");
    }

    /// <inheritdoc/>
    public override DeviceRecording Record(Action work)
    {
        Immediately("records");
        var recorded = _recorded = [];
        try
        {
            work();
        }
        finally
        {
            _recorded = null;
        }

        return new Recording(recorded);
    }

    /// <inheritdoc/>
    public override PinnedBuffer AllocatePinned(long bytes) => new HostBuffer(bytes);

    /// <inheritdoc/>
    public override void UploadPinned<T>(PinnedBuffer from, long offset, DeviceView<T> to)
    {
        if (to.Length > 0) Do(() => ViewOf(to).CopyFromCPU(Stream, (ReadOnlySpan<T>)from.Span<T>(offset, (int)to.Length)));
    }

    /// <inheritdoc/>
    public override void DownloadPinned<T>(DeviceView<T> from, PinnedBuffer to, long offset)
    {
        if (from.Length > 0) Do(() => ViewOf(from).CopyToCPU(Stream, to.Span<T>(offset, (int)from.Length)));
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        Stream.Synchronize();
        foreach (var buffer in _buffers.ToArray()) buffer.Dispose();
        _accelerator.Dispose();
    }

    private static void Same(long from, long to)
    {
        if (from != to) throw new ArgumentException($"{from} elements are copied to {to}.");
    }

    private static ArrayView<T> ViewOf<T>(DeviceView<T> view) where T : unmanaged => ((IlgpuBuffer)view.Buffer).View<T>(view.OffsetBytes, view.Length);

    private static object ValueOf(KernelArgument argument) => argument.Kind switch
    {
        KernelArgumentKind.Int => argument.Int,
        KernelArgumentKind.Long => argument.Long,
        KernelArgumentKind.Float => argument.Float,
        _ when argument.ElementType == typeof(float) => ViewOf<float>(argument),
        _ when argument.ElementType == typeof(int) => ViewOf<int>(argument),
        _ when argument.ElementType == typeof(long) => ViewOf<long>(argument),
        _ when argument.ElementType == typeof(ushort) => ViewOf<ushort>(argument),
        _ when argument.ElementType == typeof(byte) => ViewOf<byte>(argument),
        _ => throw new ArgumentException($"No kernel takes {argument.ElementType}.")
    };

    private static ArrayView<T> ViewOf<T>(KernelArgument argument) where T : unmanaged =>
        ((IlgpuBuffer)argument.Buffer!).View<T>(argument.OffsetBytes, argument.Length);

    private void Do(Action work)
    {
        if (_recorded is null) work();
        else _recorded.Add(work);
    }

    private void Immediately(string what)
    {
        if (_recorded is not null) throw new InvalidOperationException($"Recorded work {what}.");
    }

    private sealed class IlgpuBuffer : DeviceBuffer
    {
        private const int GuardBytes = 256;
        private const byte Poison = 0xFF;
        private readonly MemoryBuffer1D<byte, Stride1D.Dense> _memory;
        private readonly Action<IlgpuBuffer> _freed;

        public IlgpuBuffer(Accelerator accelerator, long bytes, string what, Action<IlgpuBuffer> freed) : base(what)
        {
            Bytes = bytes;
            _freed = freed;

            // Elements of eight bytes may follow, so the guard begins at a multiple of that.
            _memory = accelerator.Allocate1D<byte>((bytes + 7) / 8 * 8 + GuardBytes);
            _memory.MemSet(accelerator.DefaultStream, Poison);
        }

        public override long Bytes { get; }

        public ArrayView<T> View<T>(long offsetBytes, long length) where T : unmanaged
        {
            ObjectDisposedException.ThrowIf(_memory.IsDisposed, this);
            long bytes = length * Unsafe.SizeOf<T>();
            if (offsetBytes < 0 || length < 0 || offsetBytes + bytes > Bytes)
                throw new ArgumentException($"{What}: bytes {offsetBytes} to {offsetBytes + bytes} of {Bytes}.");
            return _memory.View.AsContiguous().SubView(offsetBytes, bytes).Cast<T>();
        }

        public void CheckGuard()
        {
            var guard = new byte[_memory.Length - Bytes];
            _memory.View.AsContiguous().SubView(Bytes, guard.Length).CopyToCPU(guard);
            int at = guard.AsSpan().IndexOfAnyExcept(Poison);
            if (at >= 0) throw new TttException($"{What}: something was written {at} bytes past its {Bytes} bytes.");
        }

        public override void Dispose()
        {
            if (_memory.IsDisposed) return;
            _memory.Dispose();
            _freed(this);
        }
    }

    private sealed class IlgpuKernel(string name, MethodInfo method, int threads, Kernel kernel) : DeviceKernel(name)
    {
        public MethodInfo Method { get; } = method;

        public int Threads { get; } = threads;

        public Kernel Kernel { get; } = kernel;
    }

    private sealed class Recording(List<Action> work) : DeviceRecording
    {
        public override void Replay()
        {
            foreach (var step in work) step();
        }

        public override void Dispose() => work.Clear();
    }

    private sealed unsafe class HostBuffer(long bytes) : PinnedBuffer
    {
        private byte* _pointer = (byte*)NativeMemory.AllocZeroed((nuint)Math.Max(bytes, 1));

        public override long Bytes { get; } = bytes;

        protected override byte* Pointer => _pointer;

        public override void Dispose()
        {
            NativeMemory.Free(_pointer);
            _pointer = null;
        }
    }
}
