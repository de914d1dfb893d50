using System.Runtime.CompilerServices;

namespace TttGen.Cuda;

/// <summary>
/// A machine beside the processor, with memory of its own, that runs kernels. What is asked of it is done in the order of asking, while the caller goes on;
/// <see cref="Download"/> and <see cref="Synchronize"/> wait. Not thread-safe: one call at a time, from any thread.
/// </summary>
public abstract class Device : IDisposable
{
    /// <summary>For people: <c>NVIDIA H200 (cuda:0)</c>.</summary>
    public abstract string Name { get; }

    /// <summary>Bytes of its memory.</summary>
    public abstract (long Free, long Total) Memory { get; }

    /// <summary>Multiprocessors: so many groups run at once at least.</summary>
    public abstract int MultiProcessors { get; }

    /// <summary>Bytes of shared memory that a group may have.</summary>
    public abstract long MaxSharedBytes { get; }

    /// <summary>Memory of any content, aligned to 256 bytes.</summary>
    /// <param name="bytes">0 or more.</param>
    /// <param name="what">What it is for; errors name it.</param>
    /// <exception cref="TttException">The device has not so much.</exception>
    public abstract DeviceBuffer Allocate(long bytes, string what);

    /// <summary>As above: memory for elements, as a view of all of it.</summary>
    public DeviceView<T> Allocate<T>(long count, string what) where T : unmanaged
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        return new DeviceView<T>(Allocate(checked(count * Unsafe.SizeOf<T>()), what), 0, count);
    }

    /// <summary>Copies to the device, in order with its other work; <paramref name="from"/> may be reused on return.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public abstract void Upload<T>(ReadOnlySpan<T> from, DeviceView<T> to) where T : unmanaged;

    /// <summary>Copies from the device and waits for it.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public abstract void Download<T>(DeviceView<T> from, Span<T> to) where T : unmanaged;

    /// <summary>Copies within the device. The views must not overlap.</summary>
    /// <exception cref="ArgumentException">The lengths differ.</exception>
    public abstract void Copy<T>(DeviceView<T> from, DeviceView<T> to) where T : unmanaged;

    /// <summary>Sets every byte to zero.</summary>
    public abstract void Clear<T>(DeviceView<T> view) where T : unmanaged;

    /// <summary>Gets a kernel ready. The same image twice gives the same kernel.</summary>
    /// <exception cref="TttException">There is no such kernel, or the device refuses it.</exception>
    public abstract DeviceKernel Load(KernelImage image);

    /// <summary>Runs a kernel.</summary>
    /// <exception cref="ArgumentException">The arguments are not those that the kernel takes, or the grid is empty.</exception>
    public abstract void Launch(DeviceKernel kernel, Grid grid, ReadOnlySpan<KernelArgument> arguments);

    /// <summary>
    /// Whether <see cref="TryMultiply(DeviceView{float}, DeviceView{float}, DeviceView{float}, int, int, int, bool)"/> can be expected to work: whether the device
    /// has a library of products. To be asked before a recording, for the first question may open it.
    /// </summary>
    public virtual bool CanMultiply => false;

    /// <summary>y = x · Wᵀ, or y += x · Wᵀ, in f32, by the device's own library of products; all matrices are stored by rows.</summary>
    /// <param name="x">[rows, inner].</param>
    /// <param name="weights">[columns, inner].</param>
    /// <param name="y">[rows, columns].</param>
    /// <param name="rows">Of x and y.</param>
    /// <param name="columns">Of y; rows of the weights.</param>
    /// <param name="inner">What is summed over.</param>
    /// <param name="add">Whether y keeps what it holds and gets the product added.</param>
    /// <returns>False where the device has no such library, or the library no way for this size; nothing was done then.</returns>
    /// <exception cref="ArgumentException">A view is not of its size.</exception>
    public virtual bool TryMultiply(DeviceView<float> x, DeviceView<float> weights, DeviceView<float> y, int rows, int columns, int inner, bool add = false) => false;

    /// <summary>As above with x and weights in bf16; sums and y are in f32.</summary>
    public virtual bool TryMultiply(DeviceView<ushort> x, DeviceView<ushort> weights, DeviceView<float> y, int rows, int columns, int inner, bool add = false) => false;

    /// <summary>Waits until everything asked for is done.</summary>
    /// <exception cref="TttException">Something of it failed.</exception>
    public abstract void Synchronize();

    /// <summary>
    /// Records what <paramref name="work"/> asks for, without doing it: launches, <see cref="Copy"/>, <see cref="Clear"/>, <see cref="UploadPinned"/> and
    /// <see cref="DownloadPinned"/>. Null where the device can't; <paramref name="work"/> is not called then.
    /// </summary>
    /// <exception cref="InvalidOperationException">The work allocates, loads, waits, or copies memory that is not pinned.</exception>
    public virtual DeviceRecording? Record(Action work) => null;

    /// <summary>Measures what the device can do at most, in some hundredths of a second; null where that is unknown.</summary>
    public virtual DeviceLimits? MeasureLimits() => null;

    /// <summary>Memory of the host that copies go through without waiting.</summary>
    public abstract PinnedBuffer AllocatePinned(long bytes);

    /// <summary>Copies to the device while the caller goes on: the memory must stay as it is until then. In a recording, each replay copies what is there by then.</summary>
    /// <param name="from">Memory of this device's <see cref="AllocatePinned"/>.</param>
    /// <param name="offset">Bytes before the first element.</param>
    /// <param name="to">As many elements as are copied.</param>
    public abstract void UploadPinned<T>(PinnedBuffer from, long offset, DeviceView<T> to) where T : unmanaged;

    /// <summary>Copies from the device while the caller goes on: the elements are there after <see cref="Synchronize"/>.</summary>
    /// <param name="from">As many elements as are copied.</param>
    /// <param name="to">Memory of this device's <see cref="AllocatePinned"/>.</param>
    /// <param name="offset">Bytes before the first element.</param>
    public abstract void DownloadPinned<T>(DeviceView<T> from, PinnedBuffer to, long offset) where T : unmanaged;

    /// <summary>Frees everything of this device that is not freed yet.</summary>
    public abstract void Dispose();
}
