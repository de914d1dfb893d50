using System.Text.Json;
using TttGen.App;
using TttGen.App.Benchmarking;
using TttGen.Checkpoints;
using TttGen.Training.Data;

namespace TttGen.Training.Tests;

public sealed class CommandTests : RunTests
{
    private readonly CancellationTokenSource _interrupt = new();

    [Fact]
    public void A_training_leaves_model_checkpoint_and_metrics()
    {
        var run = Train("--steps", "30", "--eval-every", "10");

        Assert.Equal((0, ""), (run.Code, string.Concat(run.Out.Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(static line => !line.StartsWith("step ", StringComparison.Ordinal)))));
        Assert.Matches(@"^step 10: held out, nats/byte: text \d\.\d{6}, other \d\.\d{6}\n", run.Out);
        Assert.Matches(@"^Small: 131328 parameters, \d+ tokens to learn from, 64 a step\n30 steps, 1920 tokens in \d+ s; the model is in \S+run/model\n$", run.Error);
        using var model = Checkpoint.Open(Folder.Model);
        Assert.All(model.Tensors.Values, static tensor => Assert.Equal(DType.F32, tensor.Type));
        Assert.Equal(30, TrainingCheckpoint.ReadHeader(Folder.Checkpoint).Step);
        Assert.Equal(30, File.ReadLines(Folder.Metrics).Count(static line => line.Contains("\"loss\"", StringComparison.Ordinal)));
    }

    [Fact]
    public void Progress_is_for_terminals_only()
    {
        Assert.DoesNotContain("tokens/s", Train("--steps", "3").Error, StringComparison.Ordinal);
        Directory.Delete(Folder.Path, recursive: true);
        var run = Run(terminal: true, ["train", .. Given, "--steps", "3"]);
        Assert.Matches(@"\[######\.\.\.\.\] step 2 of 3, loss \d\.\d{4}, \d+ tokens/s, \d+ s left", run.Error);
        Assert.Equal(new[] { "45 s", "2 min 5 s", "3 h 20 min", "4 d 1 h" }, new[] { 45.2, 125, 12000, 349200 }.Select(TttGen.App.Training.TrainingProgress.Duration));
    }

    [Fact]
    public void An_interrupted_training_says_how_to_go_on_and_does()
    {
        var definition = new SmallDefinition { OnAccumulate = (_, call) => { if (call == 7) _interrupt.Cancel(); } };
        var cut = Run(definition, ["train", .. Given, "--steps", "20", "--eval-every", "2"]);
        Assert.Equal(130, cut.Code);
        Assert.Contains("stopping when this step is done, with a checkpoint; once more stops at once, to go on from the last checkpoint\n", cut.Error, StringComparison.Ordinal);
        Assert.EndsWith($"stopped after step 7 of 20; go on with: train --resume --out {Folder.Path}\n", cut.Error, StringComparison.Ordinal);

        var rest = Run(terminal: false, ["train", "--resume", "--out", Folder.Path]);
        Assert.Equal(0, rest.Code);
        Assert.Contains("going on after step 7", rest.Error, StringComparison.Ordinal);
        var whole = Train("--out", Files["whole"], "--steps", "20", "--eval-every", "2");
        Assert.Equal(0, whole.Code);
        Assert.Equal(Metrics(new TrainingFolder(Files["whole"])), Metrics(Folder));
        Assert.Equal(ResumeTests.Numbers(new TrainingFolder(Files["whole"])), ResumeTests.Numbers(Folder));
    }

    [Fact]
    public void A_continued_training_takes_its_settings_from_the_checkpoint_and_others_are_refused()
    {
        Train("--steps", "9", "--time", "0s", "--accumulate", "2", "--set", "rope_theta=5", "--weight-decay", "0.2");
        Assert.Equal(1, TrainingCheckpoint.ReadHeader(Folder.Checkpoint).Step);

        Refused("--steps 9 there, 10 here; leave them away", Run(terminal: false, ["train", "--resume", "--out", Folder.Path, "--steps", "10"]));
        Refused("--set rope_theta=5 there, rope_theta=6 here", Run(terminal: false, ["train", "--resume", "--out", Folder.Path, "--set", "rope_theta=6"]));
        Refused("expected the texts, weights and tokenizer", Run(terminal: false, ["train", Texts[1], "--resume", "--out", Folder.Path]));
        Directory.CreateDirectory(Files["moved"]);
        File.Move(Files["text.txt"], Files["moved/text.txt"]);
        File.Move(Files["other.txt"], Files["moved/other.txt"]);
        Refused("text.txt: expected a text file or a folder of them, found nothing there", Run(terminal: false, ["train", "--resume", "--out", Folder.Path]));
        var run = Run(terminal: false, ["train", Files["moved/text.txt"] + "*2", Files["moved/other.txt"], "--resume", "--out", Folder.Path, "--save-every", "2", "--threads", "2", "--weights", "bf16", "--steps", "9"]);

        Assert.Equal(0, run.Code);
        using var model = Checkpoint.Open(Folder.Model);
        Assert.Equal((DType.BF16, 5.0), (model.Tensors["model.bias"].Type, model.Config.Double("rope_theta")));
        var settings = TrainingCheckpoint.ReadHeader(Folder.Checkpoint).Settings;
        Assert.Equal((2, 0.2, 9), (settings.Accumulate, settings.Optimiser.WeightDecay, settings.Steps));
    }

    [Fact]
    public void A_training_may_start_from_a_model_with_its_numbers()
    {
        Train("--steps", "9", "--set", "rope_theta=7", "--set", "ttt_base_lr=0.5");
        var run = Train("--out", Files["finer"], "--from", Folder.Model, "--steps", "3", "--learning-rate", "0", "--final-rate", "0", "--set", "ttt_base_lr=0.75");

        Assert.Equal(0, run.Code);
        using var model = Checkpoint.Open(Folder.Model);
        using var finer = Checkpoint.Open(Files["finer/model"]);
        Assert.Equal((7.0, 0.75), (finer.Config.Double("rope_theta"), finer.Config.Double("ttt_base_lr")));
        var (expected, found) = (new float[256], new float[256]);
        model.Read("model.bias", 0, expected);
        finer.Read("model.bias", 0, found);
        Assert.Equal(expected, found);
        Assert.Contains(expected, static bias => bias != 0);

        Refused("nowhere: expected a checkpoint directory, found nothing", Train("--out", Files["x"], "--from", Files["nowhere"], "--steps", "3"));
    }

    [Fact]
    public void A_tokenizer_goes_with_the_model()
    {
        DataTests.Tokenizer(Files);
        Definition = new SmallDefinition { Vocabulary = 257 };

        Refused("no tokenizer for the 257 tokens of Small; give one with --tokenizer", Train("--steps", "3"));
        var run = Train("--steps", "3", "--tokenizer", Files["tokenizer.json"]);
        Assert.Equal((0, 257), (run.Code, TttGen.Text.Tokenizer.Load(Folder.Model).VocabularySize));
        Definition = new SmallDefinition { Vocabulary = 200 };
        Refused("expected a tokenizer of at most 200 tokens", Train("--out", Files["x"], "--steps", "3", "--tokenizer", Files["tokenizer.json"]));
    }

    [Theory]
    [InlineData("--steps or --minutes, found neither")]
    [InlineData("--steps or --minutes, found both", "--steps", "3", "--minutes", "2")]
    [InlineData("--held-out: expected a number from 0 to less than 1, found '1'", "--held-out", "1", "--steps", "3")]
    [InlineData("--time: expected a number of seconds, minutes or hours such as 90s, 60m or 1.5h, found '5'", "--time", "5", "--steps", "3")]
    [InlineData("--weights: expected f32 or bf16, found 'int8'", "--weights", "int8", "--steps", "3")]
    [InlineData("--set: expected key=number, found 'rope_theta'", "--set", "rope_theta", "--steps", "3")]
    [InlineData("speed: expected ttt_base_lr or rope_theta", "--set", "speed=1", "--steps", "3")]
    [InlineData("--carry 20: expected a multiple of --context 16; give 32", "--carry", "20", "--steps", "3")]
    [InlineData("--context: expected a whole number from 1", "--context", "0", "--steps", "3")]
    [InlineData("text.txt: expected at least 100001 tokens to learn from, found 2850", "--context", "100000", "--steps", "3")]
    [InlineData("text: expected at least 161 held-out tokens for a window of 160, found 150", "--context", "160", "--steps", "3")]
    [InlineData("found nothing there; to start anew, leave --resume away", "--resume")]
    public void The_command_line_is_checked(string expected, params string[] options) => Refused(expected, Train(options));

    [Fact]
    public void A_pipe_is_no_text_and_is_not_waited_for()
    {
        if (!OperatingSystem.IsLinux()) return;
        using var pipe = System.Diagnostics.Process.Start("mkfifo", Files["pipe.txt"]);
        pipe.WaitForExit();
        Refused("pipe.txt: can't be read: expected a file, found a pipe or a device", Run(terminal: false, ["train", Files["pipe.txt"], "--context", "16", "--steps", "3", "--out", Folder.Path]));
    }

    [Fact]
    public void A_folder_that_has_a_training_is_not_overwritten()
    {
        Train("--steps", "3");

        Refused("expected a folder without a training, found one; continue it with --resume", Train("--steps", "3"));
        Refused("no texts: give files or folders to learn from", Run(terminal: false, ["train", "--steps", "3", "--out", Files["x"]]));
        Refused("'--out'", Run(terminal: false, ["train", Texts[0], "--steps", "3"]));
        Refused("the folder can't be made", Run(terminal: false, ["train", Texts[1], "--steps", "3", "--out", Files["text.txt"]]));
    }

    private string[] Given => [.. Texts, "--context", "16", "--batch", "4", "--learning-rate", "0.05", "--out", Folder.Path];

    // What is said twice counts as the test says it.
    private (int Code, string Out, string Error) Train(params string[] options) =>
        Run(terminal: false, ["train", .. options, .. Given.Where((word, i) => !options.Contains(word) && (i == 0 || !Given[i - 1].StartsWith("--", StringComparison.Ordinal) || !options.Contains(Given[i - 1])))]);

    private (int Code, string Out, string Error) Run(bool terminal, string[] arguments) => Run(Definition, arguments, terminal);

    private (int Code, string Out, string Error) Run(SmallDefinition definition, string[] arguments, bool terminal = false)
    {
        using var output = new StringWriter { NewLine = "\n" };
        using var error = new StringWriter { NewLine = "\n" };
        using var console = new AppConsole
        {
            In = Stream.Null,
            InIsTerminal = false,
            Out = output,
            OutIsTerminal = terminal,
            Error = error,
            ErrorIsTerminal = terminal,
            ProgramDirectory = Files.Root,
            Interrupted = definition == Definition ? CancellationToken.None : _interrupt.Token,
            MeasureLimits = static _ => new MachineSpeed(1, 1),
        };
        var code = TttApp.Run(definition, arguments, console);
        return (code, output.ToString(), error.ToString());
    }

    private static void Refused(string expected, (int Code, string Out, string Error) run)
    {
        var last = run.Error.Trim('\n').Split('\n')[^1];
        Assert.StartsWith("error: ", last, StringComparison.Ordinal);
        Assert.Contains(expected, last, StringComparison.Ordinal);
        Assert.Equal((1, ""), (run.Code, run.Out));
    }
}
