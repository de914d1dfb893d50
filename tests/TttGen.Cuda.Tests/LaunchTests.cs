using System.Globalization;
using System.Runtime.InteropServices;
using TttGen.Cuda.Tests.Fake;

namespace TttGen.Cuda.Tests;

public sealed class LaunchTests : DriverTests
{
    [DriverFact]
    public void A_launch_has_its_grid_its_group_its_shared_memory_and_its_arguments_bytes()
    {
        using var device = Open();
        var weights = device.Allocate<ushort>(100, "weights");
        var bytes = device.Allocate<byte>(7, "bytes");
        var tokens = device.Allocate<int>(3, "tokens");
        var positions = device.Allocate<long>(9, "positions");
        device.Launch(device.Load(Image("Mixed")), new Grid(3, 2, 5), [weights.Slice(10, 20), -2, bytes, -3L, 0.5f, tokens, positions.Slice(4, 5)]);
        device.Synchronize();

        var words = Assert.Single(Driver.Launches).Split(": ");
        Assert.Equal("Toy_Mixed grid 3,2,5 block 64 shared 65536", words[0]);
        var found = words[1].Split(' ');
        Assert.Equal([32, 8, 32, 16, 8, 32, 32], found.Select(static text => text.Length));
        Assert.Equal(("feffffff", "fdffffffffffffff", "0000003f"), (found[1], found[3], found[4]));
        Assert.Equal([20L, 7, 3, 5], new[] { 0, 2, 5, 6 }.Select(i => Number(found[i][16..])));
        // Addresses: each buffer on its own 256 bytes of the same block, views at their offsets.
        var block = Number(found[2][..16]);
        Assert.Equal(0, block % 256);
        Assert.Equal([20L - 256, 0, 256, 512 + 32], new[] { 0, 2, 5, 6 }.Select(i => Number(found[i][..16]) - block));
    }

    [DriverFact]
    public void Kernels_see_what_was_uploaded_before_and_their_results_are_downloaded()
    {
        using var device = Open();
        var x = device.Allocate<float>(4, "x");
        device.Upload([1f, 2, 3, 4], x);
        device.Launch(device.Load(Image("Fill")), new Grid(1), [2, 9f, x]);

        Assert.Equal([9f, 9, 3, 4], Read(device, x));
    }

    [DriverFact]
    public void Arguments_that_the_kernel_does_not_take_are_named()
    {
        using var device = Open();
        var fill = device.Load(Image("Fill"));
        var (x, tokens) = (device.Allocate<float>(4, "x"), device.Allocate<int>(4, "tokens"));

        string Refused(params KernelArgument[] arguments) => Assert.Throws<ArgumentException>(() => device.Launch(fill, new Grid(1), arguments)).Message;
        Assert.Equal("Fill: expected 3 arguments (count: int, value: float, x: a view of float), found 1", Refused(1));
        Assert.Equal("Fill: count: expected int, found long", Refused(1L, 2f, x));
        Assert.Equal("Fill: value: expected float, found int", Refused(1, 2, x));
        Assert.Equal("Fill: x: expected a view of float, found a view of int", Refused(1, 2f, tokens));
        Assert.Equal("Fill: x: expected a view of float, found float", Refused(1, 2f, 3f));
        Assert.Equal("Fill: count: expected int, found nothing", Refused(default, 2f, x));
        Assert.Equal("x: expected a view within its 16 bytes, found bytes 4 to 20", Refused(1, 2f, x with { Offset = 1 }));
        Assert.Empty(Driver.Launches);
    }

    [DriverTheory]
    [InlineData(0, 1, 1)]
    [InlineData(1, 65536, 1)]
    [InlineData(1, 1, -1)]
    public void A_grid_that_no_card_takes_is_refused(int x, int y, int z)
    {
        using var device = Open();
        var newer = device.Load(Image("Fill"));

        Assert.StartsWith("Fill: expected a grid of 1 to", Assert.Throws<ArgumentException>(() => device.Launch(newer, new Grid(x, y, z), [1, 1f, device.Allocate<float>(1, "x")])).Message, StringComparison.Ordinal);
    }

    [DriverFact]
    public void A_kernel_of_another_card_is_refused()
    {
        Driver.Devices = 2;
        using var one = Open(0);
        using var two = Open(1);
        var kernel = two.Load(Image("Fill"));

        Assert.Equal("Fill: expected a kernel that was loaded by Fake A (cuda:0), found one of another device",
            Assert.Throws<ArgumentException>(() => one.Launch(kernel, new Grid(1), [1, 1f, one.Allocate<float>(1, "x")])).Message);
    }

    [DriverFact]
    public void Launching_and_copying_allocate_nothing()
    {
        using var device = Open();
        var fill = device.Load(Image("Fill"));
        var x = device.Allocate<float>(4, "x");
        float[] numbers = [1, 2, 3, 4];
        void Step()
        {
            device.Upload<float>(numbers, x);
            device.Launch(fill, new Grid(1), [2, 9f, x]);
            device.Download<float>(x, numbers);
        }
        Step();
        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
            Step();

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [DriverFact]
    public void Time_is_what_the_card_counts()
    {
        using var device = Open();
        var x = device.Allocate<float>(4, "x");

        // Half a millisecond a step, of the fake's clock: two steps and the event.
        Assert.Equal(1.5, device.Time(() => { device.Clear(x); device.Clear(x); }));
    }

    [DriverFact]
    public void Limits_are_the_clock_s_arithmetic_and_a_measured_bandwidth()
    {
        using var device = Open();
        var limits = device.MeasureLimits()!.Value;

        Assert.Equal(2.0 * 128 * 132 * 1.98, limits.Gflops, 1e-6);
        // 128 MiB to and fro in 1 ms of the fake's clock.
        Assert.Equal(2 * (128 << 20) / 1e6, limits.Bandwidth, 1e-6);
    }

    private static long Number(string hexadecimal) => MemoryMarshal.Read<long>(Convert.FromHexString(hexadecimal));
}
