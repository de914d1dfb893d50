using System.Text.Json;

namespace TttGen.App.Tests;

public sealed class InspectTests : AppTests
{
    [Fact]
    public void Json_has_everything_that_was_compiled()
    {
        var root = JsonDocument.Parse(Run("inspect", "--json").Out).RootElement;

        Assert.Equal("Toy2M", root.GetProperty("model").GetString());
        Assert.Equal(1024 + 2 * (4 + 32), root.GetProperty("parameters").GetInt32());
        Assert.Equal(4 * (1024 + 2 * 36), root.GetProperty("weight_bytes").GetProperty("f32").GetInt32());
        Assert.Equal(2 * (1024 + 2 * 32) + 4 * 2 * 4, root.GetProperty("weight_bytes").GetProperty("bf16").GetInt32());
        Assert.Equal((4000, 16), (root.GetProperty("loaded_weight_bytes").GetInt32(), root.GetProperty("state_bytes").GetInt32()));
        Assert.Equal(1_000_000, root.GetProperty("flops_per_token").GetProperty("body").GetInt32());
        Assert.Equal(500_000, root.GetProperty("flops_per_token").GetProperty("head").GetInt32());
        Assert.Equal("linear", root.GetProperty("config").GetProperty("ttt_layer_type").GetString());
        Assert.Equal([8, 4], root.GetProperty("tensors")[2].GetProperty("shape").EnumerateArray().Select(static size => size.GetInt32()));
        Assert.Equal(["norm_qkv_rope", "ttt_linear_prefill [H, F, F]"], root.GetProperty("kernels").EnumerateArray().Select(static kernel => kernel.GetString()));
    }

    [Fact]
    public void Without_a_checkpoint_what_needs_one_is_left_out()
    {
        RemoveModel();
        var run = Run("inspect", "--json");

        Assert.Equal(0, run.Code);
        Assert.False(JsonDocument.Parse(run.Out).RootElement.TryGetProperty("loaded_weight_bytes", out _));
    }

    [Fact]
    public void A_state_that_grows_says_by_how_much()
    {
        var setting = Setting with { Model = new ToyDefinition { BytesPerToken = 4096 } };
        Assert.Equal(4096, JsonDocument.Parse(AppRun.Of(setting, "inspect", "--json").Out).RootElement.GetProperty("state_bytes_per_token").GetInt32());
        Assert.Matches("state of each token +4,096 B", AppRun.Of(setting, "inspect").Out);
        Assert.DoesNotContain("each token", Run("inspect").Out, StringComparison.Ordinal);
        Assert.False(JsonDocument.Parse(Run("inspect", "--json").Out).RootElement.TryGetProperty("state_bytes_per_token", out _));
    }

    [Fact]
    public void A_pipe_gets_plain_columns()
    {
        var run = Run("inspect");

        Assert.All(run.Out, static character => Assert.True(character is '\n' or >= ' ' and <= '~', $"U+{(int)character:X4}"));
        Assert.Matches(@"model\.layers\.\*\.mlp\.up_proj\.weight +\[8, 4\] +2 +64", run.Out);
        Assert.Contains("ttt_linear_prefill [H, F, F]", run.Out, StringComparison.Ordinal);
    }
}
