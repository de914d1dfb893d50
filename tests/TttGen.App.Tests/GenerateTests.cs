namespace TttGen.App.Tests;

public sealed class GenerateTests : AppTests
{
    [Fact]
    public void Greedy_text_and_nothing_else_goes_to_standard_output()
    {
        var run = Run("generate", "--prompt", "abc", "--greedy", "--max-tokens", "5");

        Assert.Equal((0, "defgh"), (run.Code, run.Out));
    }

    [Fact]
    public void Speed_goes_to_standard_error_in_one_line()
    {
        var run = Run("generate", "--prompt", "abc", "--greedy", "--max-tokens", "5", "--device", "cpu");

        Assert.Matches(@"^prefill 3 tokens in \S+ s \(\S+ tokens/s\), decode 5 tokens in \S+ s \(\S+ tokens/s\)\n$", run.Error);
    }

    [Fact]
    public void A_terminal_gets_a_line_end_after_the_text()
    {
        var run = AppRun.Of(Setting with { Terminal = true }, "generate", "--prompt", "abc", "--greedy", "--max-tokens", "2");

        Assert.Equal("de" + Environment.NewLine, run.Out);
    }

    [Fact]
    public void Text_is_flushed_token_by_token()
    {
        using var output = new FlushedWriter();
        AppRun.Of(Setting with { Out = output }, "generate", "--prompt", "abc", "--greedy", "--max-tokens", "3");

        Assert.Equal(["d", "de", "def"], output.SeenAtFlush.Distinct());
    }

    [Fact]
    public void The_prompt_comes_from_a_file_or_from_standard_input()
    {
        var file = Write("prompt.txt", "xy");

        Assert.Equal("zab", Run("generate", "--prompt-file", file, "--greedy", "--max-tokens", "3").Out);
        Assert.Equal("zab", AppRun.Of(Setting.WithInput("xy"), "generate", "--greedy", "--max-tokens", "3").Out);
        Assert.Equal("zab", AppRun.Of(Setting.WithInput("xy"), "generate", "--prompt-file", "-", "--greedy", "--max-tokens", "3").Out);
    }

    [Fact]
    public void A_prompt_may_start_with_an_at_sign()
    {
        var run = Run("generate", "--prompt", "@abc", "--greedy", "--max-tokens", "1");

        Assert.Equal((0, "d"), (run.Code, run.Out));
    }

    [Theory]
    [InlineData("gh", "def")]
    [InlineData("d", "")]
    [InlineData("never", "defghijk")]
    public void A_stop_text_ends_before_itself(string stop, string expected)
    {
        var run = Run("generate", "--prompt", "abc", "--greedy", "--max-tokens", "8", "--stop", "zzz", "--stop", stop);

        Assert.Equal((0, expected), (run.Code, run.Out));
    }

    [Fact]
    public void No_tokens_are_generated_when_none_are_wanted()
    {
        var run = Run("generate", "--prompt", "abc", "--greedy", "--max-tokens", "0");

        Assert.Equal((0, ""), (run.Code, run.Out));
    }

    [Theory]
    [InlineData("3", "")]
    [InlineData("5", "de")]
    [InlineData("9", "defgh")]
    public void A_continuation_ends_where_the_sequence_may_have_no_more_tokens(string most, string expected)
    {
        var run = Run("generate", "--prompt", "abc", "--greedy", "--max-tokens", "5", "--max-context", most, "--state-out", PathOf("state"));

        Assert.Equal((0, expected), (run.Code, run.Out));
        Assert.EndsWith($" {3 + expected.Length}", File.ReadAllText(PathOf("state")), StringComparison.Ordinal);
        var longer = Run("generate", "--prompt", "abcdefg", "--greedy", "--max-context", most, "--state-in", PathOf("state"));
        Assert.Equal((1, ""), (longer.Code, longer.Out));
        Assert.Contains($"prompt: expected a sequence of at most {most} tokens (--max-context), found {3 + expected.Length} + 7; allow more, or shorten it", longer.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_saved_state_goes_on_where_it_was()
    {
        var state = PathOf("saved.state");
        Assert.Equal("def", Run("generate", "--prompt", "abc", "--greedy", "--max-tokens", "3", "--state-out", state).Out);

        Assert.Equal("101 102 6", File.ReadAllText(state));
        var (apart, whole) = (PathOf("apart.state"), PathOf("whole.state"));
        Run("generate", "--prompt", "kl", "--greedy", "--max-tokens", "2", "--state-in", state, "--state-out", apart);
        Run("generate", "--prompt", "abcdefkl", "--greedy", "--max-tokens", "2", "--state-out", whole);
        Assert.Equal(File.ReadAllText(whole), File.ReadAllText(apart));
    }

    [Fact]
    public void Interruption_ends_with_what_was_written_and_130()
    {
        using var interrupt = new CancellationTokenSource();
        var model = new ToyDefinition
        {
            OnDecode = count =>
            {
                if (count == 3)
                    interrupt.Cancel();
            },
        };
        var run = AppRun.Of(Setting with { Model = model, Interrupted = interrupt.Token }, "generate", "--prompt", "abc", "--greedy");

        Assert.Equal((130, "defg"), (run.Code, run.Out));
        Assert.Contains("\nprefill 3 tokens", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_seed_draws_the_same_text_and_another_draws_another()
    {
        string Draw(string seed) => Run("generate", "--prompt", "abc", "--temperature", "3", "--top-p", "1", "--seed", seed, "--max-tokens", "40").Out;

        Assert.Equal(Draw("7"), Draw("7"));
        Assert.NotEqual(Draw("7"), Draw("8"));
    }

    [Fact]
    public void A_drawn_seed_is_told_and_reproduces_the_text()
    {
        string[] arguments = ["generate", "--prompt", "abc", "--temperature", "3", "--max-tokens", "40"];
        var first = Run(arguments);
        var seed = first.Error[(first.Error.LastIndexOf("seed ", StringComparison.Ordinal) + 5)..].Trim();

        Assert.Equal(first.Out, Run([.. arguments, "--seed", seed]).Out);
    }

    [Fact]
    public void Weights_threads_and_limit_reach_the_model()
    {
        var setting = Setting;
        AppRun.Of(setting, "generate", "--prompt", "a", "--weights", "int8", "--threads", "3", "--max-context", "32768", "--cache", "bf16", "--max-tokens", "1");

        var (directory, options) = Assert.Single(setting.Model.Opened);
        Assert.Equal((PathOf("model"), Cpu.WeightType.Int8, 3, 32768, Cpu.CacheType.BFloat16), (directory, options.Weights, options.Threads, options.MaxContext, options.Cache));
    }

    private sealed class FlushedWriter : StringWriter
    {
        public List<string> SeenAtFlush { get; } = [];

        public override void Flush() => SeenAtFlush.Add(ToString());
    }
}
