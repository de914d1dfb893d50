using TttGen.Cuda;
using Grid = TttGen.Cuda.Grid;

namespace TttGen.Kernels.Tests.Devices;

/// <summary>The device that runs host plans in tests keeps the contract of devices.</summary>
public sealed class IlgpuDeviceTests
{
    private static KernelImage Image(string kernel) => new(typeof(SampleKernels).Assembly, "TttGen.Kernels.Tests.Devices.Sample", kernel);

    [Theory, OnCpu, OnPocl]
    public void A_kernel_gets_views_and_numbers_of_every_kind(AcceleratorKind kind)
    {
        using var device = new IlgpuDevice(kind);
        var floats = device.Allocate<float>(20, "floats");
        var ints = device.Allocate<int>(10, "ints");
        var longs = device.Allocate<long>(10, "longs");
        var halves = device.Allocate<ushort>(10, "halves");
        var bytes = device.Allocate<byte>(10, "bytes");
        device.Upload<int>([.. Enumerable.Range(0, 10)], ints);
        device.Upload<long>([.. Enumerable.Range(0, 10).Select(i => i * 10L)], longs);
        device.Upload<ushort>([.. Enumerable.Range(0, 10).Select(i => (ushort)(i * 100))], halves);
        device.Upload<byte>([.. Enumerable.Range(0, 10).Select(i => (byte)(i * 3))], bytes);
        device.Launch(device.Load(Image("Everything")), new Grid(1), [floats.Slice(10, 10), ints, longs, halves, bytes, 1000, 10_000L, 0.5f]);
        var result = new float[10];
        device.Download(floats.Slice(10, 10), result);
        Assert.Equal(Enumerable.Range(0, 10).Select(i => i * 114f + 11000.5f), result);
    }

    [Theory, OnCpu, OnPocl]
    public void Grids_have_three_dimensions(AcceleratorKind kind)
    {
        using var device = new IlgpuDevice(kind);
        var at = device.Allocate<int>(2 * 3 * 4, "at");
        device.Launch(device.Load(Image("Groups")), new Grid(4, 3, 2), [at]);
        var result = new int[24];
        device.Download(at, result);
        Assert.Equal(Enumerable.Range(0, 24).Select(i => i / 12 * 100 + i / 4 % 3 * 10 + i % 4), result);
    }

    [Theory, OnCpu, OnPocl]
    public void Recorded_work_runs_when_replayed_on_what_is_there_by_then(AcceleratorKind kind)
    {
        using var device = new IlgpuDevice(kind);
        var kernel = device.Load(Image("Twice"));
        var x = device.Allocate<float>(4, "x");
        var y = device.Allocate<float>(4, "y");
        using var pinned = device.AllocatePinned(32);
        device.Clear(y);
        using var recording = device.Record(() =>
        {
            device.UploadPinned(pinned, 16, x);
            device.Launch(kernel, new Grid(1), [x]);
            device.Copy(x.Slice(0, 2), y.Slice(2, 2));
            device.DownloadPinned(y, pinned, 0);
        });
        Assert.Equal(0, device.Launches);
        for (int replay = 1; replay <= 2; replay++)
        {
            pinned.Span<float>(16, 4).Fill(replay);
            recording.Replay();
            device.Synchronize();
            Assert.Equal([0, 0, 2f * replay, 2f * replay], pinned.Span<float>(0, 4).ToArray());
        }

        Assert.Throws<InvalidOperationException>(() => device.Record(() => device.Synchronize()));
    }

    [Theory, OnCpu, OnPocl]
    public void Fresh_memory_is_not_a_number(AcceleratorKind kind)
    {
        using var device = new IlgpuDevice(kind);
        var fresh = new float[5];
        device.Download(device.Allocate<float>(5, "fresh"), fresh);
        Assert.All(fresh, x => Assert.True(float.IsNaN(x)));
    }

    /// <summary>On the CPU accelerator ILGPU itself asserts every index.</summary>
    [Theory, OnPocl]
    public void Writing_past_a_buffer_is_found(AcceleratorKind kind)
    {
        using var device = new IlgpuDevice(kind);
        var view = device.Allocate<float>(5, "five floats");
        device.Launch(device.Load(Image("PastTheEnd")), new Grid(1), [view]);
        Assert.Contains("five floats", Assert.Throws<TttException>(device.Synchronize).Message);
    }

    [Fact]
    public void Wrong_arguments_are_named()
    {
        using var device = new IlgpuDevice(AcceleratorKind.Cpu);
        var kernel = device.Load(Image("Twice"));
        Assert.Contains("takes 1", Assert.Throws<ArgumentException>(() => device.Launch(kernel, new Grid(1), [])).Message);
        Assert.Contains("x: expected", Assert.Throws<ArgumentException>(() => device.Launch(kernel, new Grid(1), [3])).Message);
        Assert.Throws<ArgumentException>(() => device.Launch(kernel, new Grid(0), [device.Allocate<float>(4, "x")]));
        Assert.Contains("Thrice", Assert.Throws<TttException>(() => device.Load(Image("Thrice"))).Message);
    }
}
