using TttGen.Checkpoints;
using TttGen.Cuda.Driver;
using TttGen.Cuda.Tests.Fake;
using TttGen.Inference;

namespace TttGen.Cuda.Tests;

public sealed class SelectorTests : DriverTests
{
    [DriverTheory]
    [InlineData("auto", "Fake A (cuda:0)")]
    [InlineData("cuda", "Fake A (cuda:0)")]
    [InlineData("cuda:0", "Fake A (cuda:0)")]
    [InlineData("cuda:1", "Fake B (cuda:1)")]
    public void A_card_is_opened(string device, string expected)
    {
        Driver.Devices = 2;
        using var opened = DeviceSelector.Open(device, new Model(true), out var line);

        Assert.Equal((expected, expected), (opened?.Name, line));
    }

    [DriverFact]
    public void The_CPU_is_no_device_and_asks_nothing_of_the_driver()
    {
        Assert.Empty(Driver.Calls);
        Assert.Null(DeviceSelector.Open("cpu", new Model(true), out var line));
        Assert.Null(DeviceSelector.Open("auto", new Model(false), out _));

        Assert.Equal("CPU", line);
        Assert.Empty(Driver.Calls);
    }

    [Fact]
    public void A_model_without_kernels_runs_on_the_CPU_and_says_why()
    {
        Assert.Null(DeviceSelector.Open("auto", new Model(false), out var line));

        const string Why = "Toy was compiled without kernels for CUDA; set <TttGenCuda>true</TttGenCuda> in its project";
        Assert.Equal($"CPU: {Why}", line);
        Assert.Equal($"cuda: {Why}; run on the CPU (--device cpu)", Assert.Throws<TttException>(() => DeviceSelector.Open("cuda", new Model(false), out _)).Message);
    }

    [Fact]
    public void Without_a_driver_auto_is_the_CPU_and_cuda_is_refused()
    {
        CudaLibrary.File = FakeLibraries.NoFile;
        Assert.Null(DeviceSelector.Open("auto", new Model(true), out var line));

        Assert.Equal("CPU: no libtttgen-no-such-library.so found: NVIDIA's driver is not installed", line);
        Assert.Equal("cuda: no libtttgen-no-such-library.so found: NVIDIA's driver is not installed; run on the CPU (--device cpu)",
            Assert.Throws<TttException>(() => DeviceSelector.Open("cuda", new Model(true), out _)).Message);
    }

    [DriverFact]
    public void Auto_is_the_CPU_where_no_card_will_do()
    {
        string Line()
        {
            Assert.Null(DeviceSelector.Open("auto", new Model(true), out var line));
            return line;
        }
        Driver.Devices = 0;
        Assert.Equal("CPU: no CUDA device found", Line());
        Driver.Devices = 1;
        Driver.Capability = (6, 1);
        Assert.Equal("CPU: Fake A (cuda:0) is too old: expected compute capability 8.0 or more, found 6.1", Line());
        Driver.Capability = (8, 6);
        Driver.Fail("cuDevicePrimaryCtxRetain", 46);
        Assert.Equal("CPU: Fake A (cuda:0): opening it: cuDevicePrimaryCtxRetain: CUDA_ERROR_DEVICE_UNAVAILABLE", Line());
        Driver.Version = 11070;
        Assert.Equal("CPU: NVIDIA's driver is too old: expected one for CUDA 11.8 or later, found one for CUDA 11.7", Line());
    }

    [Theory]
    [InlineData("gpu")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    [InlineData("CUDA")]
    public void What_is_no_device_is_told(string device)
    {
        Assert.False(DeviceSelector.IsName(device));
        Assert.Equal($"expected a device, cpu, cuda, cuda:N or auto, found '{device}'", Assert.Throws<TttException>(() => DeviceSelector.Open(device, new Model(true), out _)).Message);
    }

    private sealed class Model(bool hasCuda) : ModelDefinition
    {
        public override string Name => "Toy";

        public override bool HasCuda => hasCuda;

        public override IReadOnlyList<ConfigEntry> Config => [];

        public override IReadOnlyList<ParameterInfo> Parameters => [];

        public override (long Body, long Head) FlopsPerToken => default;

        public override long StateBytes => 0;

        public override IReadOnlyList<string> Kernels => [];

        public override TttModel Load(string directory, ModelOptions options) => throw new NotSupportedException();

        public override TttModel Create(int seed, ModelOptions options) => throw new NotSupportedException();
    }
}
