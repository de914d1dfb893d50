using System.Text.Json;

namespace TttGen.App.Tests;

/// <summary>--device, for a model that was compiled without kernels; those with kernels are opened in TttGen.Cuda.Tests.</summary>
public sealed class DeviceTests : AppTests
{
    private const string Why = "Toy2M was compiled without kernels for CUDA; set <TttGenCuda>true</TttGenCuda> in its project";

    public static TheoryData<string[]> Verbs => new(["generate", "--prompt", "abc", "--greedy", "--max-tokens", "5"], ["bench", "--workload", "decode"], ["inspect"]);

    [Theory]
    [MemberData(nameof(Verbs))]
    public void Left_to_itself_a_verb_says_where_it_runs_and_why_in_one_line(string[] verb)
    {
        var (left, named) = (Run(verb), Run([.. verb, "--device", "cpu"]));

        Assert.StartsWith($"device: CPU: {Why}\n", left.Error, StringComparison.Ordinal);
        Assert.Single(left.Error.Split('\n'), static line => line.StartsWith("device:", StringComparison.Ordinal));
        Assert.DoesNotContain("device:", named.Error, StringComparison.Ordinal);
        Assert.Equal((0, 0), (left.Code, named.Code));
    }

    [Theory]
    [InlineData("cuda")]
    [InlineData("cuda:3")]
    public void A_card_that_can_t_be_had_ends_with_one_line(string device)
    {
        string[][] verbs = [["generate", "--prompt", "abc"], ["eval", Write("text.txt", "abc")], ["bench"], ["inspect"]];

        Assert.All(verbs, verb => Assert.Equal(new AppRun(1, "", $"error: --device {device}: {Why}; run on the CPU (--device cpu)\n"), Run([.. verb, "--device", device])));
    }

    [Fact]
    public void What_is_no_device_is_told() =>
        Assert.StartsWith("error: --device: expected cpu, cuda, cuda:N or auto, found 'gpu'", Run("inspect", "--device", "gpu").Error, StringComparison.Ordinal);

    [Fact]
    public void Training_runs_on_the_CPU_only_and_says_so()
    {
        string[] train = ["train", Write("text.txt", "abc"), "--steps", "1", "--out", PathOf("run"), "--device"];

        Assert.StartsWith("error: --device cuda:1: train runs on the CPU only; leave --device out", Run([.. train, "cuda:1"]).Error, StringComparison.Ordinal);
        Assert.DoesNotContain("--device", Run([.. train, "cpu"]).Error, StringComparison.Ordinal);
        Assert.Contains("train runs on the CPU only", Run("train", "--help").Out.ReplaceLineEndings(" "), StringComparison.Ordinal);
    }

    [Fact]
    public void Reports_have_the_device()
    {
        Assert.Equal("CPU", JsonDocument.Parse(Run("inspect", "--json").Out).RootElement.GetProperty("device").GetString());
        Assert.Equal("CPU", JsonDocument.Parse(Run("bench", "--json", "--workload", "decode").Out).RootElement.GetProperty("device").GetString());
        Assert.Matches("device +CPU", Run("inspect").Out);
    }
}
