using TttGen.Cuda.Driver;
using TttGen.Cuda.Tests.Fake;

namespace TttGen.Cuda.Tests;

public sealed class OpeningTests : DriverTests
{
    [DriverFact]
    public void A_device_tells_what_it_is()
    {
        Driver.Devices = 2;
        using var device = Open(1);

        Assert.Equal(("Fake B (cuda:1)", 132, 232448), (device.Name, device.MultiProcessors, device.MaxSharedBytes));
        Assert.Equal((1 << 30, 1 << 30), device.Memory);
    }

    [DriverFact]
    public void An_index_that_is_not_there_is_told_with_those_that_are()
    {
        Driver.Devices = 2;

        Assert.Equal("cuda:2: there is no such device, but 2: Fake A (cuda:0), Fake B (cuda:1)", Assert.Throws<TttException>(() => Open(2)).Message);
        Assert.Throws<TttException>(() => Open(-1));
    }

    [DriverFact]
    public void No_card_is_told()
    {
        Driver.Devices = 0;

        Assert.Equal("cuda:0: no CUDA device found; run on the CPU (--device cpu)", Assert.Throws<TttException>(() => Open()).Message);
    }

    [DriverFact]
    public void An_old_driver_is_told_with_both_versions_before_anything_else_is_asked_of_it()
    {
        Driver.Version = 11040;

        Assert.Equal("cuda:0: NVIDIA's driver is too old: expected one for CUDA 11.8 or later, found one for CUDA 11.4; run on the CPU (--device cpu)", Assert.Throws<TttException>(() => Open()).Message);
        Assert.Equal(["cuDriverGetVersion"], Driver.Calls);
    }

    [DriverFact]
    public void A_driver_that_can_t_start_is_told()
    {
        Driver.Fail("cuInit", 803);

        Assert.Equal("cuda:0: NVIDIA's driver can't be used: cuInit: CUDA_ERROR_SYSTEM_DRIVER_MISMATCH (system has unsupported display driver / cuda driver combination); run on the CPU (--device cpu)",
            Assert.Throws<TttException>(() => Open()).Message);
    }

    [Fact]
    public void No_driver_is_told()
    {
        CudaLibrary.File = FakeLibraries.NoFile;

        Assert.Equal("cuda:0: no libtttgen-no-such-library.so found: NVIDIA's driver is not installed; run on the CPU (--device cpu)", Assert.Throws<TttException>(() => CudaDevice.Open(0)).Message);
    }

    [DriverTheory]
    [InlineData("cuDevicePrimaryCtxRetain")]
    [InlineData("cuCtxSetCurrent")]
    [InlineData("cuStreamCreate")]
    [InlineData("cuDeviceGetName")]
    [InlineData("cuDeviceGetAttribute")]
    public void A_card_that_can_t_be_opened_is_told_and_nothing_is_held(string call)
    {
        Driver.Fail(call, 46);

        Assert.Equal((call, "CUDA_ERROR_DEVICE_UNAVAILABLE"), Assert.Throws<CudaException>(() => Open()) is var exception ? (exception.Call, exception.Error) : default);
    }

    [DriverFact]
    public void Disposal_frees_everything_once_in_any_order()
    {
        var device = Open();
        var view = device.Allocate<float>(3, "x");
        var big = device.Allocate(30 << 20, "big");
        var pinned = device.AllocatePinned(100);
        var recording = device.Record(() => device.Clear(view))!;
        device.Load(Image("Fill"));
        device.Upload([1f, 2, 3], view);
        device.Allocate(10, "forgotten");
        Assert.Equal("device 2 host 2 contexts 1 streams 1 events 4 modules 1 graphs 0 executables 1 bad 0", Driver.Held);

        big.Dispose();
        device.Dispose();
        device.Dispose();
        view.Buffer.Dispose();
        pinned.Dispose();
        recording.Dispose();
        Assert.Throws<ObjectDisposedException>(() => pinned.Span<byte>(0, 1));
        Assert.Throws<ObjectDisposedException>(recording.Replay);
        Assert.Throws<ObjectDisposedException>(() => device.Clear(view));
        Assert.Throws<ObjectDisposedException>(() => device.Allocate(1, "y"));
        Assert.Throws<ObjectDisposedException>(device.Synchronize);
    }

    [DriverFact]
    public void A_device_may_be_disposed_of_by_another_thread_and_opened_again()
    {
        for (var round = 0; round < 2; round++)
        {
            var device = Open();
            device.Clear(device.Allocate<float>(3, "x"));
            var thread = new Thread(device.Dispose);
            thread.Start();
            thread.Join();
        }
    }

    [DriverFact]
    public void Pinned_memory_is_freed_once_no_copy_uses_it()
    {
        using var device = Open();
        var view = device.Allocate<int>(1, "x");
        using (var pinned = device.AllocatePinned(4))
        {
            pinned.Span<int>(0, 1)[0] = 42;
            device.UploadPinned(pinned, 0, view);
        }

        Assert.Equal(["cuStreamSynchronize", "cuMemFreeHost"], Driver.Calls[^2..]);
        Assert.Equal([42], Read(device, view));
    }

    [DriverFact]
    public void Two_cards_work_side_by_side()
    {
        Driver.Devices = 2;
        using var one = Open(0);
        using var two = Open(1);
        var (first, second) = (one.Allocate<int>(1, "a"), two.Allocate<int>(1, "b"));
        one.Upload([1], first);
        two.Upload([2], second);

        Assert.Equal((1, 2), (Read(one, first)[0], Read(two, second)[0]));
    }
}
