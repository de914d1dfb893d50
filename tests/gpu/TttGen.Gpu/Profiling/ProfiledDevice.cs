using System.Diagnostics;
using TttGen.Cuda;

namespace TttGen.Gpu.Profiling;

/// <summary>A GPU on which everything is waited for and timed, kernel by kernel. It records nothing, so that each launch is seen.</summary>
internal sealed class ProfiledDevice(CudaDevice gpu) : Device
{
    /// <summary>Milliseconds by what was done, since the last <see cref="Clear"/>.</summary>
    public Dictionary<string, Profiled> Found { get; } = [];

    /// <inheritdoc/>
    public override string Name => gpu.Name;

    /// <inheritdoc/>
    public override (long Free, long Total) Memory => gpu.Memory;

    /// <inheritdoc/>
    public override int MultiProcessors => gpu.MultiProcessors;

    /// <inheritdoc/>
    public override long MaxSharedBytes => gpu.MaxSharedBytes;

    /// <inheritdoc/>
    public override bool CanMultiply => gpu.CanMultiply;

    /// <inheritdoc/>
    public override DeviceBuffer Allocate(long bytes, string what) => gpu.Allocate(bytes, what);

    /// <inheritdoc/>
    public override void Upload<T>(ReadOnlySpan<T> from, DeviceView<T> to)
    {
        var start = Stopwatch.GetTimestamp();
        gpu.Upload(from, to);
        gpu.Synchronize();
        Add("(uploads)", Stopwatch.GetElapsedTime(start).TotalMilliseconds, default);
    }

    /// <inheritdoc/>
    public override void Download<T>(DeviceView<T> from, Span<T> to)
    {
        var start = Stopwatch.GetTimestamp();
        gpu.Download(from, to);
        Add("(downloads)", Stopwatch.GetElapsedTime(start).TotalMilliseconds, default);
    }

    /// <inheritdoc/>
    public override void Copy<T>(DeviceView<T> from, DeviceView<T> to) => Add("(copies)", gpu.Time(() => gpu.Copy(from, to)), default);

    /// <inheritdoc/>
    public override void Clear<T>(DeviceView<T> view) => Add("(clearing)", gpu.Time(() => gpu.Clear(view)), default);

    /// <inheritdoc/>
    public override DeviceKernel Load(KernelImage image) => gpu.Load(image);

    /// <inheritdoc/>
    public override void Launch(DeviceKernel kernel, Grid grid, ReadOnlySpan<KernelArgument> arguments)
    {
        var kept = arguments.ToArray();
        Add(kernel.Name, gpu.Time(() => gpu.Launch(kernel, grid, kept)), grid);
    }

    /// <inheritdoc/>
    public override bool TryMultiply(DeviceView<float> x, DeviceView<float> weights, DeviceView<float> y, int rows, int columns, int inner, bool add = false) =>
        Multiply(() => gpu.TryMultiply(x, weights, y, rows, columns, inner, add), rows, columns, inner);

    /// <inheritdoc/>
    public override bool TryMultiply(DeviceView<ushort> x, DeviceView<ushort> weights, DeviceView<float> y, int rows, int columns, int inner, bool add = false) =>
        Multiply(() => gpu.TryMultiply(x, weights, y, rows, columns, inner, add), rows, columns, inner);

    /// <inheritdoc/>
    public override void Synchronize() => gpu.Synchronize();

    /// <inheritdoc/>
    public override PinnedBuffer AllocatePinned(long bytes) => gpu.AllocatePinned(bytes);

    /// <inheritdoc/>
    public override void UploadPinned<T>(PinnedBuffer from, long offset, DeviceView<T> to) => Add("(uploads)", gpu.Time(() => gpu.UploadPinned(from, offset, to)), default);

    /// <inheritdoc/>
    public override void DownloadPinned<T>(DeviceView<T> from, PinnedBuffer to, long offset) => Add("(downloads)", gpu.Time(() => gpu.DownloadPinned(from, to, offset)), default);

    /// <inheritdoc/>
    public override void Dispose() => gpu.Dispose();

    private bool Multiply(Func<bool> multiply, int rows, int columns, int inner)
    {
        var done = false;
        var milliseconds = gpu.Time(() => done = multiply());
        if (done)
            Add($"(library's product {rows} × {columns} × {inner})", milliseconds, default);
        return done;
    }

    private void Add(string what, double milliseconds, Grid grid)
    {
        var before = Found.GetValueOrDefault(what);
        Found[what] = new Profiled(before.Times + 1, before.Milliseconds + milliseconds, milliseconds > before.Longest ? grid : before.Grid, Math.Max(milliseconds, before.Longest));
    }
}

/// <summary>Something that was done several times.</summary>
/// <param name="Times">How often.</param>
/// <param name="Milliseconds">In all.</param>
/// <param name="Grid">Of the longest.</param>
/// <param name="Longest">Milliseconds of the longest.</param>
internal readonly record struct Profiled(int Times, double Milliseconds, Grid Grid, double Longest);
