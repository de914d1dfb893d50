using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using TttGen.App.CommandLine;
using TttGen.Checkpoints;
using TttGen.Training;

namespace TttGen.App.Training;

/// <summary>The options that say what a training keeps and shows; they may change when it is continued.</summary>
internal sealed class RunArguments
{
    private static readonly TrainerOptions Standard = new();

    private readonly Option<int> _save = Numbers.Integer("--save-every", "Steps from one checkpoint and saved model to the next; 0: at the end", Standard.SaveEvery, 0, int.MaxValue);
    private readonly Option<int> _eval = Numbers.Integer("--eval-every", "Steps from one look at held-out text to the next; 0: never", Standard.EvalEvery, 0, int.MaxValue);
    private readonly Option<int> _evalTokens = Numbers.Integer("--eval-tokens", "Held-out tokens of each text, in windows of --context; 0: all", Standard.EvalTokens, 0, int.MaxValue);
    private readonly Option<int> _watch = Numbers.Integer("--watch", "Steps from one look at the inner losses to the next; 0: never", Standard.Watch, 0, int.MaxValue);
    private readonly Option<TimeSpan?> _time = new("--time") { Description = "Stop after so long, for example 60m; to be continued", HelpName = "time", CustomParser = Time };
    private readonly Option<DType> _weights = new("--weights") { Description = "Type of the saved model: f32 or bf16, which rounds every tensor, vectors too. Default: f32", HelpName = "type", CustomParser = Weights };
    private readonly Option<int> _threads = Numbers.Integer("--threads", "Worker threads; 0: one a processor", 0, 0, Cpu.WorkerPool.MostThreads);

    private readonly Option<int> _activations = Numbers.Integer("--activations", "MiB of activations to keep for the backward pass; layers past them are recomputed", (int)(new TrainableOptions().ActivationBytes >> 20), 0, int.MaxValue);

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var option in (ReadOnlySpan<Option>)[_save, _eval, _evalTokens, _watch, _time, _weights, _activations, _threads])
            command.Options.Add(option);
    }

    /// <summary>What to keep and show: as before, but for what is given on the command line.</summary>
    public TrainerOptions Options(ParseResult arguments, TrainerOptions before, TrainingSettings settings) => new()
    {
        SaveEvery = arguments.Given(_save, before.SaveEvery),
        EvalEvery = arguments.Given(_eval, settings.HeldOut > 0 ? before.EvalEvery : 0),
        EvalTokens = arguments.Given(_evalTokens, before.EvalTokens),
        Watch = arguments.Given(_watch, before.Watch),
        Time = arguments.GetValue(_time),
        Weights = arguments.Given(_weights, before.Weights),
    };

    /// <summary>The model's size for a training.</summary>
    public TrainableOptions Model(ParseResult arguments, TrainingSettings settings) => new()
    {
        MaxTokens = settings.TokensACall,
        Threads = arguments.GetValue(_threads),
        CheckpointEvery = settings.CheckpointEvery,
        ActivationBytes = (long)arguments.GetValue(_activations) << 20,
    };

    private static TimeSpan? Time(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        double seconds = text is [.., 's'] ? 1 : text is [.., 'm'] ? 60 : text is [.., 'h'] ? 3600 : 0;
        if (seconds > 0 && double.TryParse(text.AsSpan(0, text.Length - 1), NumberStyles.Float, CultureInfo.InvariantCulture, out var count) && count * seconds is >= 0 and <= 1e9)
            return TimeSpan.FromSeconds(count * seconds);
        result.AddError($"--time: expected a number of seconds, minutes or hours such as 90s, 60m or 1.5h, found '{text}'");
        return null;
    }

    private static DType Weights(ArgumentResult result)
    {
        if (result.Tokens[0].Value is "f32" or "bf16")
            return result.Tokens[0].Value == "f32" ? DType.F32 : DType.BF16;
        result.AddError($"--weights: expected f32 or bf16, found '{result.Tokens[0].Value}'");
        return default;
    }
}
