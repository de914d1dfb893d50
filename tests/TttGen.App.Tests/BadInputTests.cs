namespace TttGen.App.Tests;

/// <summary>Bad input gives exit code 1, one line on standard error, nothing on standard output.</summary>
public sealed class BadInputTests : AppTests
{
    [Fact]
    public void An_empty_prompt_is_refused() => Refused("error: --prompt: the prompt is empty", Run("generate", "--prompt", ""));

    [Fact]
    public void An_empty_standard_input_is_refused() =>
        Refused("error: standard input: the prompt is empty", AppRun.Of(Setting.WithInput(""), "generate"));

    [Fact]
    public void A_prompt_is_asked_for_where_a_person_would_have_to_guess() =>
        Refused("error: no prompt: give one with --prompt", Run("generate"));

    [Fact]
    public void A_prompt_that_is_not_UTF8_is_refused_at_its_byte() =>
        Refused("prompt.txt: expected UTF-8, found byte 0xFF at offset 2", Run("generate", "--prompt-file", Write("prompt.txt", "ab\u00FF"u8.ToArray()[..2].Append((byte)0xFF).ToArray())));

    [Fact]
    public void A_missing_prompt_file_is_named() =>
        Refused("absent.txt: expected a file, found nothing there", Run("generate", "--prompt-file", PathOf("absent.txt")));

    [Fact]
    public void Two_prompts_are_one_too_many() =>
        Refused("--prompt and --prompt-file are both given", Run("generate", "--prompt", "a", "--prompt-file", "b"));

    [Fact]
    public void A_missing_model_is_named_with_the_way_out()
    {
        Refused("error: --model /nowhere: expected a checkpoint directory, found nothing there", Run("generate", "--prompt", "a", "--model", "/nowhere"));
        RemoveModel();
        Refused("no checkpoint there; give one with --model DIRECTORY", Run("generate", "--prompt", "a"));
    }

    [Fact]
    public void A_missing_state_is_named() =>
        Refused("error: " + PathOf("absent"), Run("generate", "--prompt", "a", "--state-in", PathOf("absent")));

    [Theory]
    [InlineData("'--colour'", "generate", "--prompt", "a", "--colour")]
    [InlineData("'dance'", "dance")]
    [InlineData("--cache: expected f32 or bf16, found 'int8'", "generate", "--prompt", "a", "--cache", "int8")]
    [InlineData("--weights: expected f32, bf16 or int8, found 'f16'", "generate", "--prompt", "a", "--weights", "f16")]
    [InlineData("--threads: expected a whole number from 0 to", "generate", "--prompt", "a", "--threads", "-2")]
    [InlineData("--max-context: expected a whole number from 1 to", "generate", "--prompt", "a", "--max-context", "0")]
    [InlineData("--max-context: expected a whole number from 1 to", "generate", "--prompt", "a", "--max-context", "many")]
    [InlineData("--threads: expected a whole number from 0 to", "generate", "--prompt", "a", "--threads", "100000")]
    [InlineData("--state-in: expected a path, found an empty one", "generate", "--prompt", "a", "--state-in", "")]
    [InlineData("--state-out: expected a path, found an empty one", "generate", "--prompt", "a", "--state-out", "")]
    [InlineData("--out: expected a path, found an empty one", "train", "a.txt", "--steps", "1", "--out", "")]
    [InlineData("--device: expected cpu, cuda, cuda:N or auto, found 'x'", "train", "a.txt", "--steps", "1", "--out", "b", "--device", "x")]
    [InlineData("--temperature: expected a number from 0 to 100, found 'NaN'", "generate", "--prompt", "a", "--temperature", "NaN")]
    [InlineData("--top-p: expected a number from 0 to 1, found '1.5'", "generate", "--prompt", "a", "--top-p", "1.5")]
    [InlineData("--max-tokens: expected a whole number from 0", "generate", "--prompt", "a", "--max-tokens", "many")]
    [InlineData("--stop: expected some text, found none", "generate", "--prompt", "a", "--stop", "")]
    [InlineData("--context: expected a whole number from 1 to 16777216, found '0'", "eval", "a.txt", "--context", "512,0")]
    [InlineData("error: absent.txt: expected a text file, found nothing there", "eval", "absent.txt")]
    [InlineData("error: --workload train: expected decode or decode_ctxTOKENS", "bench", "--workload", "train")]
    public void The_command_line_is_checked(string expected, params string[] arguments) => Refused(expected, Run(arguments));

    [Fact]
    public void A_full_device_is_told_of()
    {
        if (!File.Exists("/dev/full")) return;
        var full = new StreamWriter(new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0), bufferSize: 16) { AutoFlush = false };
        var run = AppRun.Of(Setting with { Out = full }, "inspect");
        Assert.Equal(1, run.Code);
        Assert.StartsWith("error: ", run.Error.TrimEnd().Split('\n')[^1]);
    }

    [Fact]
    public void Waiting_for_an_input_ends_when_it_is_asked_to()
    {
        using var interrupt = new CancellationTokenSource(100);
        using var never = new ManualResetEventSlim();
        Assert.ThrowsAny<OperationCanceledException>(() => InterruptibleInput.Read(() =>
        {
            never.Wait();
            return [];
        }, interrupt.Token));
        never.Set();
        Assert.Equal([1, 2], InterruptibleInput.Read(static () => [1, 2], CancellationToken.None));
        Assert.Equal("no", Assert.Throws<TttException>(() => InterruptibleInput.Read(static () => throw new TttException("no"), CancellationToken.None)).Message);
    }

    [Fact]
    public void A_name_of_a_megabyte_does_not_fill_the_screen()
    {
        var run = Run("eval", new string('x', 1_000_000));
        Assert.InRange(run.Error.Length, 20, 301);
        Refused("error: xxx", run);
    }

    [Fact]
    public void A_text_shorter_than_a_window_is_refused() =>
        Refused("error: short: expected at least 8193 tokens for a window of 8192, found 3", Run("eval", Write("short.txt", "abc")));

    [Fact]
    public void A_model_without_its_backward_pass_does_not_learn() =>
        Refused("Toy2M was compiled without its backward pass; declare it [Model(Trainable = true)]", Run("train", Write("text.txt", "abc"), "--steps", "1", "--out", PathOf("run")));

    private static void Refused(string expected, AppRun run)
    {
        Assert.Contains(expected, run.Error, StringComparison.Ordinal);
        Assert.Single(run.Error.Trim('\n').Split('\n'));
        Assert.Equal((1, ""), (run.Code, run.Out));
    }
}
