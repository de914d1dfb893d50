using System.Text;
using TttGen.Checkpoints;
using TttGen.Inference;

namespace TttGen.Runtime.Tests.Checkpoints;

public sealed class CheckpointConfigTests
{
    private const string Of350M = "\"num_hidden_layers\": 24, \"hidden_size\": 1024, \"num_attention_heads\": 16, \"intermediate_size\": 2736";

    [Fact]
    public void Values_are_read_by_type()
    {
        CheckpointConfig config = Parse("""{"i": 7, "d": 1e-06, "b": true, "s": "li\"near", "n": null, "whole": 10000}""");

        Assert.Equal(7, config.Int("i"));
        Assert.Equal(1e-6, config.Double("d"));
        Assert.Equal(10000, config.Double("whole"));
        Assert.True(config.Bool("b"));
        Assert.Equal("li\"near", config.String("s"));
        Assert.False(config.Has("n"));
    }

    [Fact]
    public void A_key_left_out_or_null_has_the_callers_default()
    {
        CheckpointConfig config = Parse("""{"n": null}""");

        Assert.Equal(3, config.Int("n", 3));
        Assert.Equal(0.5, config.Double("x", 0.5));
        Assert.True(config.Bool("x", true));
        Assert.Equal("silu", config.String("x", "silu"));
    }

    [Fact]
    public void A_value_of_another_type_is_said()
    {
        CheckpointConfig config = Parse("""{"i": 7.5, "big": 99999999999, "d": "x", "huge": 1e999, "b": 1, "s": [1,2], "n": null}""");

        Refused("config.json: i: expected a whole number, found 7.5", () => config.Int("i"));
        Refused("config.json: big: expected a whole number, found 99999999999", () => config.Int("big"));
        Refused("config.json: d: expected a finite number, found \"x\"", () => config.Double("d"));
        Refused("config.json: huge: expected a finite number, found 1e999", () => config.Double("huge"));
        Refused("config.json: b: expected true or false, found 1", () => config.Bool("b"));
        Refused("config.json: s: expected a string, found [1,2]", () => config.String("s"));
        Refused("config.json: n: expected a whole number, found no such key", () => config.Int("n"));
    }

    [Theory]
    [InlineData("[]", "expected a JSON object, found Array")]
    [InlineData("3", "expected a JSON object, found Number")]
    [InlineData("", "is not JSON")]
    [InlineData("{\"a\": 1,}", "is not JSON")]
    [InlineData("{\"a\": 1, \"a\": 2}", "is not JSON: ")]
    [InlineData("{\"a\": \"\\ud800\"}", "a string that is not Unicode text")]
    [InlineData("{\"a\": NaN}", "is not JSON")]
    public void What_is_not_a_config_is_refused(string text, string error) => Refused(error, () => Parse(text));

    [Fact]
    public void A_file_that_is_not_text_or_far_too_large_is_refused()
    {
        Refused("is not UTF-8", () => CheckpointConfig.Parse(new byte[] { (byte)'{', 0xff, (byte)'}' }));
        using var directory = new TemporaryDirectory();
        using (FileStream large = File.Create(directory["config.json"])) large.SetLength(1L << 40);
        Refused("has 1099511627776 bytes, expected at most", () => CheckpointConfig.Load(directory["config.json"]));
    }

    [Fact]
    public void A_byte_order_mark_is_skipped() => Assert.Equal(1, CheckpointConfig.Parse(Encoding.UTF8.GetBytes("\uFEFF{\"a\": 1}")).Int("a"));

    [Fact]
    public void A_config_that_agrees_passes_however_its_numbers_are_written() =>
        Parse($$"""{ {{Of350M}}, "rope_theta": 1e4, "ttt_layer_type": "mlp", "use_gate": true }""").Check(
            [new("hidden_size", "1024"), new("rope_theta", "10000.0"), new("ttt_layer_type", "\"mlp\""), new("use_gate", "true")], "Ttt350M");

    [Fact]
    public void Keys_that_Hugging_Face_leaves_out_have_the_formats_defaults()
    {
        CheckpointConfig config = Parse($$"""{ {{Of350M}} }""");

        config.Check([new("tie_word_embeddings", "true"), new("use_gate", "false"), new("mini_batch_size", "16"), new("rms_norm_eps", "0.000001")], "Ttt350M");
        Refused("use_gate: expected true, found false", () => config.Check([new("use_gate", "true")], "Ttt350M"));
        Refused("vocab_size: expected 32000, found none", () => config.Check([new("vocab_size", "32000")], "Ttt350M"));
    }

    [Fact]
    public void A_window_that_a_model_says_nothing_of_is_refused()
    {
        ConfigEntry[] mistral = [new("model_type", "\"mistral\"")], qwen = [new("model_type", "\"qwen3\"")];
        Refused("sliding_window: expected null, for this model says nothing of it, found 4096", () => Parse("""{"model_type": "mistral"}""").Check(mistral, "Window"));
        Refused("sliding_window: expected null, for this model says nothing of it, found 17", () => Parse("""{"model_type": "mistral", "sliding_window": 17}""").Check(mistral, "Window"));
        Refused("use_sliding_window: expected false, for this model says nothing of it, found true", () => Parse("""{"model_type": "qwen3", "use_sliding_window": true}""").Check(qwen, "Window"));
        Parse("""{"model_type": "mistral", "sliding_window": null}""").Check(mistral, "Window");
        Parse("""{"model_type": "qwen3", "sliding_window": 4096}""").Check(qwen, "Window");
    }

    [Fact]
    public void Architectures_that_are_not_known_have_no_defaults()
    {
        ConfigEntry[] expected = [new("model_type", "\"gemma2\""), new("hidden_act", "\"silu\"")];
        Refused("hidden_act: expected \"silu\", found none", () => Parse("""{"model_type": "gemma2"}""").Check(expected, "Gemma"));
        Parse("""{"model_type": "gemma2", "hidden_act": "silu"}""").Check(expected, "Gemma");
    }

    [Fact]
    public void A_config_of_another_preset_is_recognised()
    {
        Refused(
            "config.json does not fit model Ttt125M: hidden_size: expected 768, found 1024; num_hidden_layers: expected 12, found 24; this checkpoint looks like preset 350m",
            () => Parse($$"""{ {{Of350M}} }""").Check([new("hidden_size", "768"), new("num_hidden_layers", "12")], "Ttt125M"));
        Refused("looks like preset 350m (TTT-MLP, Mamba backbone)", () => Parse($$"""{ {{Of350M}}, "model_type": "ttt", "ttt_layer_type": "mlp", "share_qk": true }""")
            .Check([new("ttt_layer_type", "\"linear\"")], "Ttt350M"));
        Refused("looks like preset 350m (Llama): load it with that preset's model", () => Parse($$"""{ {{Of350M}}, "model_type": "llama" }""").Check([new("model_type", "\"llama\""), new("hidden_size", "768")], "Llama125M"));
        Refused("its sizes are of no known preset", () => Parse("""{"hidden_size": 7}""").Check([new("hidden_size", "768")], "Ttt125M"));
    }

    [Theory]
    [InlineData(12, 768, 12, 2048, "125m")]
    [InlineData(24, 1024, 16, 2736, "350m")]
    [InlineData(24, 1536, 16, 4096, "760m")]
    [InlineData(24, 2048, 32, 5504, "1b")]
    [InlineData(24, 2048, 16, 5504, null)]
    public void The_papers_presets_are_known(int layers, int width, int heads, int hidden, string? name) =>
        Assert.Equal(name, Parse($$"""{"num_hidden_layers": {{layers}}, "hidden_size": {{width}}, "num_attention_heads": {{heads}}, "intermediate_size": {{hidden}}}""").LooksLike?.Name);

    private static CheckpointConfig Parse(string json) => CheckpointConfig.Parse(Encoding.UTF8.GetBytes(json));

    private static void Refused(string error, Action act)
    {
        var thrown = Assert.Throws<CheckpointException>(act);
        Assert.Contains(error, thrown.Message);
        Assert.DoesNotContain('\n', thrown.Message);
    }
}
