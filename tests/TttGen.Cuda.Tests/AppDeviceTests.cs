using System.Text.Json;
using TttGen.App.Tests;
using TttGen.Cuda.Tests.Fake;

namespace TttGen.Cuda.Tests;

/// <summary>--device with a driver there, on a toy model that loads a kernel.</summary>
public sealed class AppDeviceTests : AppTests
{
    private readonly List<string> _devices = [];

    [DriverTheory]
    [InlineData("auto", "Fake A (cuda:0)")]
    [InlineData("cuda", "Fake A (cuda:0)")]
    [InlineData("cuda:1", "Fake B (cuda:1)")]
    public void Every_verb_runs_where_it_is_told_to_and_lets_the_card_go(string device, string expected)
    {
        using var driver = new FakeDriver { Devices = 2 };
        string[][] verbs = [["generate", "--prompt", "abc"], ["eval", Write("text.txt", "abcdefgh"), "--context", "4"], ["bench", "--workload", "decode"], ["inspect"]];

        Assert.All(verbs, verb =>
        {
            var run = Run([.. verb, "--device", device]);
            Assert.Equal(0, run.Code);
            Assert.Equal(device == "auto", run.Error.Contains($"device: {expected}\n", StringComparison.Ordinal));
        });
        Assert.Equal([expected, expected, expected, expected], _devices);
    }

    [DriverFact]
    public void The_CPU_and_bad_input_ask_nothing_of_the_driver()
    {
        using var driver = new FakeDriver();

        Assert.Equal(0, Run("generate", "--prompt", "abc", "--device", "cpu").Code);
        Assert.Equal(1, Run("generate", "--prompt", "").Code);
        Assert.Empty(driver.Calls);
        Assert.Empty(_devices);
    }

    [DriverFact]
    public void Weights_that_kernels_do_not_read_are_the_CPU_s_business()
    {
        using var driver = new FakeDriver();
        const string Why = "int8 weights are computed with on the CPU alone";

        var run = Run("generate", "--prompt", "abc", "--weights", "int8");
        Assert.Equal(0, run.Code);
        Assert.Contains($"device: CPU: {Why}\n", run.Error, StringComparison.Ordinal);
        Assert.Equal(new AppRun(1, "", $"error: --device cuda: {Why}; leave --device out, or choose --weights f32 or bf16\n"), Run("generate", "--prompt", "abc", "--weights", "int8", "--device", "cuda"));
        Assert.Equal(0, Run("generate", "--prompt", "abc", "--weights", "bf16", "--device", "cuda").Code);
        Assert.Equal(["Fake A (cuda:0)"], _devices);
    }

    [DriverFact]
    public void A_card_that_is_not_there_or_fails_while_loading_ends_with_one_line_and_is_let_go()
    {
        using var driver = new FakeDriver();

        Assert.Equal(new AppRun(1, "", "error: --device cuda:7: there is no such device, but 1: Fake A (cuda:0)\n"), Run("generate", "--prompt", "a", "--device", "cuda:7"));
        driver.JitError = "ptxas fatal:\nline 2";
        Assert.Equal(new AppRun(1, "", "error: Fake A (cuda:0): loading App.Toy.Fill: ptxas fatal: line 2: cuModuleLoadDataEx: CUDA_ERROR_INVALID_PTX\n"), Run("generate", "--prompt", "a"));
    }

    [DriverFact]
    public void Bench_measures_the_card_and_inspect_shows_its_kernels()
    {
        using var driver = new FakeDriver();
        var bench = JsonDocument.Parse(Run("bench", "--workload", "decode", "--json").Out).RootElement;
        Assert.Equal("Fake A (cuda:0)", bench.GetProperty("device").GetString());
        Assert.Equal(2 * 128 * 132 * 1.98, bench.GetProperty("workloads")[0].GetProperty("gflops_limit").GetDouble(), 1e-6);

        var inspect = JsonDocument.Parse(Run("inspect", "--json").Out).RootElement;
        var kernel = Assert.Single(inspect.GetProperty("device_kernels").EnumerateArray().ToList());
        Assert.Equal(("Fill", 128, 40, 16), (kernel.GetProperty("name").GetString(), kernel.GetProperty("threads").GetInt32(), kernel.GetProperty("registers").GetInt32(), kernel.GetProperty("local_bytes").GetInt32()));
        Assert.Matches("Fill +128 +40 +16 +0", Run("inspect").Out);
    }

    private new AppRun Run(params string[] arguments) => AppRun.Of(Setting with { Model = new ToyDefinition { OnDevice = Use } }, arguments);

    private void Use(Device device)
    {
        _devices.Add(device.Name);
        device.Load(DriverTests.Image("Fill"));
    }
}
