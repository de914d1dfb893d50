using System.Text.Json;

namespace TttGen.App.Tests;

public sealed class EvalTests : AppTests
{
    private static readonly byte[] Text = [.. Enumerable.Range(0, 3000).Select(static i => (byte)('a' + i * i % 23))];

    private static int[] Bytes => [.. Text.Select(static letter => (int)letter)];

    [Theory]
    [InlineData(10, 7)]
    [InlineData(64, 5)]
    [InlineData(1000, 2)]
    public void Nats_are_the_mean_over_windows_each_from_a_fresh_state(int context, int windows)
    {
        var result = Result(Json("eval", Write("text.txt", Text), "--context", $"{context}", "--windows", $"{windows}", "--json"));

        Assert.Equal(Naive(Bytes, context, windows).Average(), result.GetProperty("nats_per_token").GetDouble(), 1e-12);
        Assert.Equal(windows * context, result.GetProperty("tokens").GetInt32());
    }

    [Fact]
    public void All_units_say_the_same()
    {
        var result = Result(Json("eval", Write("text.txt", Text), "--context", "50", "--json"));
        var nats = result.GetProperty("nats_per_token").GetDouble();

        Assert.Equal(nats, result.GetProperty("nats_per_byte").GetDouble(), 1e-12);
        Assert.Equal(nats / Math.Log(2), result.GetProperty("bits_per_byte").GetDouble(), 1e-12);
        Assert.Equal(nats / Math.Log(2), result.GetProperty("bits_per_token").GetDouble(), 1e-12);
        Assert.Equal(Math.Exp(nats), result.GetProperty("perplexity").GetDouble(), 1e-9);
    }

    [Fact]
    public void Held_out_text_starts_at_nineteen_twentieths()
    {
        var whole = Result(Json("eval", Write("tail.txt", Text[2850..]), "--context", "20", "--windows", "0", "--json"));
        var tail = Result(Json("eval", Write("text.txt", Text), "--held-out", "--context", "20", "--windows", "0", "--json"));

        Assert.Equal(7, tail.GetProperty("windows").GetInt32());
        Assert.Equal(whole.GetProperty("nats_per_byte").GetDouble(), tail.GetProperty("nats_per_byte").GetDouble());
    }

    [Theory]
    [InlineData(512, 64)]
    [InlineData(2048, 16)]
    [InlineData(8192, 4)]
    [InlineData(40000, 1)]
    public void Unless_asked_otherwise_windows_hold_32768_tokens(int context, int windows)
    {
        var text = Enumerable.Repeat(Text, 30).SelectMany(static part => part).ToArray();
        var result = Result(Json("eval", Write("text.txt", text), "--context", $"{context}", "--json"));

        Assert.Equal(windows, result.GetProperty("windows").GetInt32());
    }

    [Fact]
    public void Buckets_by_position_are_means_over_their_places()
    {
        var result = Result(Json("eval", Write("text.txt", Text), "--context", "50", "--windows", "6", "--by-position", "--json"));
        var naive = Naive(Bytes, 50, 6).Chunk(50).ToList();
        var buckets = result.GetProperty("by_position").EnumerateArray().ToList();

        Assert.Equal([(0, 16), (16, 32), (32, 50)], buckets.Select(static bucket => (bucket.GetProperty("from").GetInt32(), bucket.GetProperty("to").GetInt32())));
        foreach (var bucket in buckets)
        {
            var (from, to) = (bucket.GetProperty("from").GetInt32(), bucket.GetProperty("to").GetInt32());
            Assert.Equal(naive.SelectMany(window => window[from..to]).Average(), bucket.GetProperty("nats_per_token").GetDouble(), 1e-12);
        }
    }

    [Fact]
    public void Every_file_and_context_gets_a_line()
    {
        var run = Run("eval", Write("one.txt", Text), Write("two.txt", Text[7..]), "--context", "16,32", "--windows", "3");

        Assert.Equal(["one@16", "one@32", "two@16", "two@32"], run.Out.Trim().Split('\n').Select(static line => line.Split(':')[0]));
        Assert.Matches(@"^one@16: \d\.\d{6} nats/byte, \d\.\d{6} bits/byte, perplexity \S+, 3 windows\n", run.Out);
    }

    [Fact]
    public void Bytes_are_counted_where_a_token_is_more_than_one()
    {
        Write("model/tokenizer.json", ByteLevelTokenizer(merged: "ab"));
        var tokens = new List<int>();
        for (var i = 0; i < Text.Length; i++)
            tokens.Add(Text[i] == 'a' && i + 1 < Text.Length && Text[i + 1] == 'b' && i++ >= 0 ? 256 : Text[i]);
        var targets = tokens[1..2001];
        var setting = Setting with { Model = new ToyDefinition { Vocabulary = 257 } };
        var result = Result(Json(AppRun.Of(setting, "eval", Write("text.txt", Text), "--context", "500", "--windows", "4", "--json")));

        Assert.Contains(256, targets);
        var nats = Naive([.. tokens], 500, 4, vocabulary: 257).ToList();
        var bytes = 2000 + targets.Count(static token => token == 256);
        Assert.Equal(bytes, result.GetProperty("bytes").GetInt32());
        Assert.Equal(nats.Average(), result.GetProperty("nats_per_token").GetDouble(), 1e-12);
        Assert.Equal(nats.Sum() / bytes, result.GetProperty("nats_per_byte").GetDouble(), 1e-12);
    }

    [Fact]
    public void Progress_is_for_terminals_only()
    {
        string[] arguments = ["eval", Write("one.txt", Text), "--context", "16"];

        Assert.Equal("", Run([.. arguments, "--device", "cpu"]).Error);
        Assert.Contains("[##########] one, 16 tokens: 187 of 187", AppRun.Of(Setting with { Terminal = true }, arguments).Error, StringComparison.Ordinal);
    }

    // Token by token, window by window, −log softmax by its definition.
    private static IEnumerable<double> Naive(int[] text, int context, int windows, int vocabulary = 256)
    {
        for (var window = 0; window < windows; window++)
        {
            var state = new ToyState();
            for (var t = 0; t < context; t++)
            {
                state.Read(text[window * context + t]);
                var logits = new float[vocabulary];
                ToyModel.Logits(state, logits);
                yield return Math.Log(logits.Sum(static logit => Math.Exp(logit))) - logits[text[window * context + t + 1]];
            }
        }
    }

    // Byte b has id b and GPT-2's printable letter for it; the merged pair has id 256.
    private static string ByteLevelTokenizer(string merged)
    {
        var hidden = 256;
        var vocabulary = new Dictionary<string, int> { [merged] = 256 };
        for (var value = 0; value < 256; value++)
            vocabulary.Add($"{(char)(value is >= 33 and <= 126 or >= 161 and <= 172 or >= 174 ? value : hidden++)}", value);
        var entries = string.Join(", ", vocabulary.Select(static entry => $"{JsonSerializer.Serialize(entry.Key)}: {entry.Value}"));
        return $$$"""
            { "model": { "type": "BPE", "vocab": { {{{entries}}} }, "merges": ["{{{merged[0]}}} {{{merged[1]}}}"] }, "pre_tokenizer": { "type": "ByteLevel", "add_prefix_space": false } }
            """;
    }

    private static JsonElement Result(JsonElement report) => Assert.Single(report.GetProperty("results").EnumerateArray());

    private JsonElement Json(params string[] arguments) => Json(Run(arguments));

    private static JsonElement Json(AppRun run)
    {
        Assert.Matches("^device: [^\n]+\n$", run.Error);
        return JsonDocument.Parse(run.Out).RootElement;
    }
}
