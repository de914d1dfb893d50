using TttGen.Cuda.Tests.Fake;

namespace TttGen.Cuda.Tests;

public sealed class FailureTests : DriverTests
{
    [DriverFact]
    public void A_failed_call_says_what_was_done_which_call_it_was_and_the_driver_s_name_for_it()
    {
        using var device = Open();
        var fill = device.Load(Image("Fill"));
        var x = device.Allocate<float>(1, "logits");
        Driver.Fail("cuLaunchKernel", 1);
        var exception = Assert.Throws<CudaException>(() => device.Launch(fill, new Grid(1), [1, 1f, x]));

        Assert.Equal("Fake A (cuda:0): launching Fill: cuLaunchKernel: CUDA_ERROR_INVALID_VALUE (invalid argument)", exception.Message);
        Assert.Equal(("CUDA_ERROR_INVALID_VALUE", "cuLaunchKernel", 1), (exception.Error, exception.Call, exception.Code));
        Driver.Fail("cuMemsetD8Async", 12345);
        Assert.Equal("Fake A (cuda:0): clearing logits: cuMemsetD8Async: CUDA error 12345", Assert.Throws<CudaException>(() => device.Clear(x)).Message);
        device.Clear(x);
        Assert.False(device.Broken);
    }

    [DriverFact]
    public void After_an_error_that_no_card_survives_every_call_says_why_and_disposal_is_clean()
    {
        var device = Open();
        var fill = device.Load(Image("Fill"));
        var x = device.Allocate<float>(1, "x");
        var pinned = device.AllocatePinned(4);
        var recording = device.Record(() => device.Clear(x))!;
        device.Upload([1f], x);
        device.Launch(fill, new Grid(1), [1, 1f, x]);
        Driver.Fail("cuStreamSynchronize", 700);

        const string Error = "Fake A (cuda:0): waiting for it: cuStreamSynchronize: CUDA_ERROR_ILLEGAL_ADDRESS (an illegal memory access was encountered); "
            + "the last kernel launched was Fill, and with CUDA_LAUNCH_BLOCKING=1 it is the failing one";
        Assert.Equal(Error, Assert.Throws<CudaException>(device.Synchronize).Message);
        Assert.True(device.Broken);
        var calls = Driver.Calls.Length;
        Action[] later =
        [
            device.Synchronize, recording.Replay, () => device.Clear(x), () => device.Copy(x, x), () => device.Upload([1f], x), () => Read(device, x), () => device.Allocate(1, "y"),
            () => device.AllocatePinned(1), () => device.Load(Image("Mixed")), () => device.Launch(fill, new Grid(1), [1, 1f, x]), () => device.Record(static () => { }),
            () => device.UploadPinned(pinned, 0, x), () => device.DownloadPinned(x, pinned, 0), () => _ = device.Memory, () => device.Time(static () => { }),
        ];
        Assert.All(later, call =>
        {
            var exception = Assert.Throws<CudaException>(call);
            Assert.Equal((Error + "; the device has not worked since: start the program anew", "CUDA_ERROR_ILLEGAL_ADDRESS"), (exception.Message, exception.Error));
        });
        Assert.DoesNotContain(Driver.Calls[calls..], static call => !call.StartsWith("cuGetError", StringComparison.Ordinal));
        x.Buffer.Dispose();
        device.Dispose();
    }

    [DriverTheory]
    [InlineData("cuStreamSynchronize", 719)]
    [InlineData("cuMemcpyDtoHAsync", 700)]
    [InlineData("cuMemcpyHtoDAsync", 719)]
    [InlineData("cuGraphLaunch", 716)]
    [InlineData("cuEventSynchronize", 710)]
    public void Whichever_call_tells_it_breaks_the_device(string call, int code)
    {
        using var device = Open();
        var x = device.Allocate<byte>(40 << 20, "x");
        using var recording = device.Record(() => device.Clear(x))!;
        Driver.Fail(call, code);

        Assert.Equal(call, Assert.Throws<CudaException>(() =>
        {
            device.Upload<byte>(new byte[40 << 20], x);
            recording.Replay();
            Read(device, x);
        }).Call);
        Assert.True(device.Broken);
    }

    [DriverFact]
    public void A_kernel_that_the_card_refuses_shows_the_driver_s_log()
    {
        using var device = Open();
        Driver.JitError = "ptxas application ptx input, line 9; fatal   : Parsing error near 'foo'";

        Assert.Equal("Fake A (cuda:0): loading App.Toy.Fill: ptxas application ptx input, line 9; fatal   : Parsing error near 'foo': cuModuleLoadDataEx: CUDA_ERROR_INVALID_PTX",
            Assert.Throws<CudaException>(() => device.Load(Image("Fill"))).Message);
    }

    [DriverFact]
    public void A_driver_too_old_for_a_kernel_is_told_with_both_versions()
    {
        using var device = Open();

        Assert.Equal("App.Toy.Newer: expected a driver for CUDA 12.5 or later (PTX 8.5), found one for CUDA 12.4; update NVIDIA's driver, or run on the CPU (--device cpu)",
            Assert.Throws<CudaException>(() => device.Load(Image("Newer"))).Message);
    }

    [DriverFact]
    public void A_card_too_old_for_a_kernel_is_told_and_one_too_new_for_code_of_one_kind_of_card()
    {
        Driver.Capability = (7, 5);
        using var old = Open();
        Assert.Equal("App.Toy.Fill: expected a GPU of compute capability 8.0 or more, found 7.5 of Fake A (cuda:0); run on another GPU, or on the CPU (--device cpu)",
            Assert.Throws<CudaException>(() => old.Load(Image("Fill"))).Message);

        Driver.Capability = (10, 0);
        using var later = Open();
        Assert.Equal("App.Toy.Hopper: expected a GPU of compute capability 9.0, found 10.0 of Fake A (cuda:0); run on another GPU, or on the CPU (--device cpu)",
            Assert.Throws<CudaException>(() => later.Load(Image("Hopper"))).Message);
        later.Load(Image("Fill"));
    }

    [DriverFact]
    public void A_kernel_that_does_not_fit_the_card_is_told()
    {
        Driver.SharedBytes = 65536;
        Driver.MaxThreads = 64;
        using var device = Open();

        Assert.StartsWith("App.Toy.Mixed: expected 66560 bytes of shared memory a group, found at most 65536 on Fake A (cuda:0)", Assert.Throws<TttException>(() => device.Load(Image("Mixed"))).Message, StringComparison.Ordinal);
        Assert.StartsWith("App.Toy.Fill: expected groups of 128 threads, found room for 64 on Fake A (cuda:0), with 40 registers a thread", Assert.Throws<TttException>(() => device.Load(Image("Fill"))).Message, StringComparison.Ordinal);
    }

    [DriverFact]
    public void Kernels_that_are_not_there_are_told()
    {
        using var device = Open();

        Assert.Equal("App.Toy.Softmax: expected one of its kernels (Fill, Mixed, Newer, Hopper, Misnamed, Absent), found no such; build it anew", Assert.Throws<TttException>(() => device.Load(Image("Softmax"))).Message);
        Assert.Equal("Fake A (cuda:0): loading App.Toy.Misnamed (entry Toy_Other): cuModuleGetFunction: CUDA_ERROR_NOT_FOUND", Assert.Throws<CudaException>(() => device.Load(Image("Misnamed"))).Message);
        Assert.Equal("TttGen.Cuda.Tests has no kernels for CUDA in TttGen.Cuda/App.Toy/Absent.ptx; set <TttGenCuda>true</TttGenCuda> in its project, or run it on the CPU",
            Assert.Throws<TttException>(() => device.Load(Image("Absent"))).Message);
        Assert.StartsWith("TttGen.Cuda.Tests has no kernels for CUDA in TttGen.Cuda/App.None/manifest.json", Assert.Throws<TttException>(() => device.Load(Image("Fill") with { Model = "App.None" })).Message, StringComparison.Ordinal);
        Assert.StartsWith("TttGen.Cuda/App.Broken/manifest.json: ", Assert.Throws<TttException>(() => device.Load(Image("Fill") with { Model = "App.Broken" })).Message, StringComparison.Ordinal);
    }

    [DriverFact]
    public void A_kernel_is_loaded_once_and_its_registers_can_be_seen()
    {
        using var device = Open();

        Assert.Same(device.Load(Image("Fill")), device.Load(Image("Fill")));
        var kernel = Assert.Single(device.Kernels);
        Assert.Equal(("Fill", 128, 0, 40, 16), (kernel.Name, kernel.Threads, kernel.SharedBytes, kernel.Registers, kernel.LocalBytes));
        Assert.Single(Driver.Calls, static call => call == "cuModuleLoadDataEx");
    }
}
