using System.Text.Json;
using TttGen.Cpu;
using TttGen.Inference;

namespace TttGen.App.Tests;

public sealed class BenchTests : AppTests
{
    [Fact]
    public void Lines_are_named_as_the_peers_name_them()
    {
        var run = Run("bench", "--threads", "2");

        Assert.Equal(0, run.Code);
        Assert.Equal(
            [
                "toy2m_prefill_2048", "toy2m_prefill_2048_lastlogit", "toy2m_decode", "toy2m_prefill_2048_bf16", "toy2m_decode_bf16", "toy2m_decode_int8",
            ],
            run.Out.Trim().Split('\n').Select(static line => line.Split(' ')[0]));
        Assert.All(run.Out.Trim().Split('\n'), static line => Assert.Matches(@"^\S+ 2 \d+\.\d$", line));
    }

    [Fact]
    public void A_filter_chooses_workloads_by_name_with_or_without_the_model()
    {
        var run = Run("bench", "--workload", "toy2m_prefill_100_lastlogit", "decode_int8");

        Assert.Equal(["toy2m_prefill_100_lastlogit", "toy2m_decode_int8"], run.Out.Trim().Split('\n').Select(static line => line.Split(' ')[0]));
    }

    [Fact]
    public void Weights_are_random_unless_a_model_is_beside_the_program_and_typed_as_the_name_says()
    {
        RemoveModel();
        var setting = Setting;
        AppRun.Of(setting, "bench", "--workload", "decode", "--workload", "decode_bf16");

        Assert.Equal([(null, WeightType.Float32), (null, WeightType.BFloat16)], setting.Model.Opened.Select(static open => (open.Directory, open.Options.Weights)));
    }

    [Fact]
    public void Json_has_speed_limits_and_memory()
    {
        var run = Run("bench", "--workload", "prefill_64_lastlogit", "decode", "--json");
        var workloads = JsonDocument.Parse(run.Out).RootElement.GetProperty("workloads").EnumerateArray().ToList();

        var (prefill, decode) = (workloads[0], workloads[1]);
        double Of(JsonElement workload, string name) => workload.GetProperty(name).GetDouble();
        Assert.Equal((1_000_000 + 500_000 / 64.0) * Of(prefill, "tokens_per_s") / 1e9, Of(prefill, "gflops"), 1e-9 * Of(prefill, "gflops"));
        Assert.Equal(Of(prefill, "gflops") / 1000, Of(prefill, "fraction_of_gflops"), 1e-9);
        Assert.Equal(JsonValueKind.Null, prefill.GetProperty("fraction_of_bandwidth").ValueKind);
        Assert.Equal((4000 + 2 * 16) * Of(decode, "tokens_per_s") / 1e9 / 10, Of(decode, "fraction_of_bandwidth"), 1e-9);
        Assert.Equal(0, Of(decode, "allocated_bytes_per_call"));
        Assert.True(!OperatingSystem.IsLinux() || Of(decode, "peak_bytes") > 1e6);
    }

    [Fact]
    public void Contexts_are_compared()
    {
        var text = Run("bench", "--contexts", "32,64,128");
        var json = JsonDocument.Parse(Run("bench", "--contexts", "32,64,128", "--json").Out).RootElement;

        Assert.Contains("# prefill, ms/token from 32 to 128 tokens: spread", text.Error, StringComparison.Ordinal);
        Assert.Contains("# decode, ms/token from 32 to 128 tokens: spread", text.Error, StringComparison.Ordinal);
        Assert.Equal(Spread("toy2m_prefill"), json.GetProperty("context_spread").GetDouble(), 1e-9);
        Assert.Equal(Spread("toy2m_decode_ctx"), json.GetProperty("decode_context_spread").GetDouble(), 1e-9);

        double Spread(string name)
        {
            var workloads = json.GetProperty("workloads").EnumerateArray().Where(workload => workload.GetProperty("name").GetString()!.StartsWith(name, StringComparison.Ordinal)).ToList();
            Assert.Equal([32, 64, 128], workloads.Select(static workload => workload.GetProperty("context").GetInt32()));
            var milliseconds = workloads.Select(static workload => workload.GetProperty("ms_per_token").GetDouble()).ToList();
            return milliseconds.Max() / milliseconds.Min() - 1;
        }
    }

    /// <summary>Operations and bytes of attention grow with what was read before; decoding reads every key.</summary>
    [Theory]
    [InlineData(0, 0, 10, 5.5)]
    [InlineData(0, 100, 1, 101)]
    [InlineData(8, 0, 4, 2.5)]
    [InlineData(8, 0, 16, (36 + 8 * 8) / 16.0)]
    [InlineData(8, 100, 5, 8)]
    public void Queries_see_the_keys_before_them_or_those_of_the_window(int window, long first, long count, double keys) =>
        Assert.Equal(keys, new AttentionCost(4, 8, window).MeanKeys(first, count), 1e-12);
}
