using TttGen.Cuda;
using TttGen.Cuda.Driver;
using TttGen.Cuda.Tests.Fake;
using TttGen.Gpu.Checking;
using TttGen.Gpu.Models;
using TttGen.Gpu.Results;
using TttGen.Gpu.Timing;
using TttGen.Inference;

[assembly: CollectionBehavior(DisableTestParallelization = true)]

namespace TttGen.Gpu.Tests;

/// <summary>The program on the CPU, and on a GPU that takes every launch and computes nothing.</summary>
public sealed class GpuAppTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tttgen-gpu-tests-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void On_the_CPU_all_comparisons_pass_and_are_counted()
    {
        var (code, output, _) = Run("check", "--device", "cpu", "--log", File("log"));

        Assert.Equal(0, code);
        Assert.Equal([.. KnownModels.All.Select(model => model.Name)], output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => line.Split(' ')[0]));
        Assert.DoesNotContain("FAILED", output, StringComparison.Ordinal);
        var checks = Logged<Check>();
        Assert.Equal(11 * KnownModels.All.Count, checks.RemoveAll(check => check.What.StartsWith("bf16, ", StringComparison.Ordinal)));
        Assert.All(KnownModels.All, model => Assert.InRange(checks.Count(check => check.Model == model.Name), 11 + 3 * model.Goldens.Count, 11 + 4 * model.Goldens.Count));
        Assert.Equal(4, checks.Count(check => check.What.EndsWith(": loss", StringComparison.Ordinal)));
        Assert.Equal(2, checks.Count(check => check.What.EndsWith(": states", StringComparison.Ordinal)));
        Assert.Contains(checks, check => check.Error > 0);
        Assert.Equal("", Run("list", "--without", File("log")).Output);
        Assert.Equal(0, Run("report", File("log")).Code);
    }

    [Fact]
    public void Random_checkpoints_learn_enough_for_a_lost_state_to_be_seen() => Assert.All(KnownModels.All, known =>
    {
        using var checkpoint = new RandomCheckpoint(known.Definition);
        using var model = known.Definition.Load(checkpoint.Folder, new ModelOptions());
        int[] tokens = [.. Enumerable.Range(0, 50).Select(t => t * t % model.Vocabulary)];
        // both begin a mini-batch at 48, with what was learnt before and with nothing
        var (whole, fresh) = (model.AllLogits(tokens)[0], model.AllLogits(tokens[48..])[0]);

        Assert.InRange(RelativeError.Of(fresh.AsSpan(^model.Vocabulary..), whole.AsSpan(^model.Vocabulary..)), 0.01, 10);
    });

    [Fact]
    public void Numbers_that_are_not_there_or_not_finite_are_no_small_error()
    {
        Assert.Throws<TttException>(() => RelativeError.Of([1], [1, 2]));
        Assert.True(double.IsNaN(RelativeError.Of([float.NaN, 1], [1, 1])));
        Assert.Equal(0.5, RelativeError.Of([1.5f], [1]));
        Assert.False(new Check("m", "w", null, 1).Passed);
    }

    [DriverFact]
    public void A_card_that_computes_nothing_fails_every_comparison_and_gives_all_back()
    {
        using var driver = new FakeDriver();
        var (code, output, _) = Run("check", "linear-transformer", "mlp-mamba", "--log", File("log"));

        Assert.Equal(1, code);
        Assert.Contains("    FAILED: linear-transformer: logits of one call: relative error ", output, StringComparison.Ordinal);
        Assert.All(Logged<Check>(), check => Assert.False(check.Passed, check.What));
        Assert.Equal(1, Run("report", File("log")).Code);
    }

    [DriverFact]
    public void Every_plan_launches_kernels_of_its_own_model_and_of_every_way_to_read()
    {
        using var driver = new FakeDriver();
        Write("cases", "linear-transformer f32 prefill 50 2", "linear-transformer f32 decode 1 2", "mlp-mamba f32 prefill 50 2", "mlp-mamba f32 decode 1 2");
        var (code, output, _) = Run("time", File("cases"), "--case-seconds", "0.01", "--log", File("log"));

        Assert.Equal(0, code);
        Assert.Equal(4, output.Split(" ms (", StringSplitOptions.None).Length - 1);
        var entries = driver.Launches.Select(launch => launch.Split(' ')[0]).Distinct().ToList();
        foreach (var (model, memory) in (ReadOnlySpan<(string, string)>)[("LinearTransformer", "LinearMemory"), ("MlpMamba", "MlpMemory")])
        {
            var own = entries.Where(entry => entry.StartsWith(model + "_", StringComparison.Ordinal)).ToList();
            Assert.Contains($"{model}_Learn{memory}", own);
            Assert.Contains(own, entry => entry.Contains("Logits", StringComparison.Ordinal));
        }
        Assert.All(entries, entry => Assert.True(entry.StartsWith("LinearTransformer_", StringComparison.Ordinal) || entry.StartsWith("MlpMamba_", StringComparison.Ordinal), entry));
        Assert.All(Logged<Timed>(), timed => Assert.True(timed is { Seconds: > 0, Flops: > 0, Bytes: > 0 }));
    }

    [DriverFact]
    public void A_case_that_there_is_no_memory_for_says_so_and_the_others_go_on()
    {
        using var driver = new FakeDriver { Memory = 48 << 20 };
        Write("cases", "linear-transformer f32 decode 1 1", "linear-transformer f32 decode 1 4000", "linear-transformer f32 decode 1 2", "linear-transformer bf16 decode 1 2", "none f32 decode 1 2");
        Assert.Equal(1, Run("time", File("cases"), "--case-seconds", "0.01", "--log", File("log")).Code);

        Assert.Equal([null, "out of memory", null, null], Logged<Timed>().Select(timed => timed.Why));
    }

    [DriverFact]
    public void A_broken_card_ends_the_run_and_what_was_not_begun_is_named()
    {
        using var driver = new FakeDriver();
        Write("cases", "linear-transformer f32 decode 1 1", "linear-transformer f32 decode 1 2", "mlp-mamba f32 decode 1 1");
        driver.Fail("cuLaunchKernel", 719, after: 5);
        var (_, output, _) = Run("time", File("cases"), "--case-seconds", "0.01", "--log", File("log"));

        Assert.Contains("CUDA_ERROR_LAUNCH_FAILED", Assert.Single(Logged<Timed>()).Why!, StringComparison.Ordinal);
        Assert.Contains("linear-transformer f32 decode 1 2    not begun\nmlp-mamba f32 decode 1 1             not begun\n", output, StringComparison.Ordinal);
    }

    [DriverFact]
    public void A_profile_names_every_kernel_of_the_plan_with_its_time()
    {
        using var driver = new FakeDriver();
        var (code, output, _) = Run("profile", "linear-transformer", "f32", "decode", "1", "2");

        Assert.Equal(0, code);
        Assert.Matches(@"^linear-transformer f32 decode 1 2: \d+\.\d{3} ms, launch by launch, a mean of 16 steps\n", output);
        // a layer each; the fake clock gives every launch half a millisecond, and another half to the end of it
        Assert.Matches(@"\n +2\.000 +\d+\.\d % +2\.0 +1000\.0  LearnLinearMemory\w* \d+ × \d+ × \d+\n", output);
        Assert.Contains("(downloads)", output, StringComparison.Ordinal);
        Assert.Equal("error: profile: expected a GPU, found the CPU\n", Run("profile", "linear-transformer", "f32", "decode", "1", "2", "--device", "cpu").Error);
    }

    [DriverFact]
    public void A_card_is_named_and_its_copy_measured()
    {
        using var driver = new FakeDriver();
        Assert.Equal(0, Run("ceilings", "--log", File("log"), "--details", "driver 1", "--commit", "abc").Code);

        Assert.Equal(("Fake A (cuda:0)", "driver 1", "abc"), Logged<TestedGpu>().Select(gpu => (gpu.Device, gpu.Details, gpu.Commit)).Single());
        var ceiling = Assert.Single(Logged<Ceiling>());
        // two quarters of a GiB, read and written in the half of a millisecond that the fake clock gives it, or the whole one with its own tick
        Assert.Equal("copy", ceiling.What);
        Assert.InRange(ceiling.Value, 2 * (1 << 28) / 1.001e-3, 2 * (1 << 28) / 0.499e-3);
    }

    [DriverFact]
    public void Products_are_measured_in_both_types_where_the_card_s_library_is()
    {
        using var driver = new FakeDriver();
        CudaLibrary.CublasFiles = FakeLibraries.File("fake_cublas");
        using var device = CudaDevice.Open(0);
        var found = CeilingMeter.Measure(device, 32);

        Assert.Equal(["copy", "product_f32", "product_bf16"], found.Select(ceiling => ceiling.What));
        // the fake clock ticks once between the two events of a product
        Assert.All(found.Skip(1), ceiling => Assert.Equal(2 * 32 * 32 * 32 / 0.5e-3, ceiling.Value, 1));
    }

    [Fact]
    public void What_is_left_out_is_what_results_are_there_of()
    {
        System.IO.File.WriteAllLines(File("log"), [new Timed("PyTorch", "mlp-1b", "bf16", "decode", 1, 16, 1).ToJson(), new Check("mlp-mamba", "x", 0, 1).ToJson()]);

        Assert.Contains("mlp-1b bf16 decode 1 16\n", Run("cases", "--without", File("log")).Output, StringComparison.Ordinal);
        Assert.DoesNotContain("mlp-1b bf16 decode 1 16\n", Run("cases", "--without", File("log"), "--who", "PyTorch").Output, StringComparison.Ordinal);
        Assert.Equal(80, Run("cases").Output.Split('\n').Length - 1);
        Assert.DoesNotContain("mlp-mamba", Run("list", "--without", File("log")).Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Bad_input_is_one_line_and_exit_code_1()
    {
        Assert.Equal((1, "", "error: nobody: expected one of linear-transformer, "), Run("check", "nobody", "--device", "cpu") is var run ? (run.Code, run.Output, run.Error[.."error: nobody: expected one of linear-transformer, ".Length]) : default);
        Assert.Contains("error: expected a line of results", Run("report", Write("log", "x")).Error, StringComparison.Ordinal);
        Assert.StartsWith("error: ", Run("time", File("absent"), "--device", "cpu").Error, StringComparison.Ordinal);
    }

    private string File(string name) => Path.Combine(_folder, name);

    private string Write(string name, params string[] lines)
    {
        System.IO.File.WriteAllLines(File(name), lines);
        return File(name);
    }

    private List<T> Logged<T>() where T : Result => [.. Result.Read(System.IO.File.ReadLines(File("log"))).OfType<T>()];

    private static (int Code, string Output, string Error) Run(params string[] arguments)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        return (GpuApp.Run(arguments, output, error), output.ToString(), error.ToString());
    }
}
