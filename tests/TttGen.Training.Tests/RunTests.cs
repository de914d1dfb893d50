using System.Text.Json;
using TttGen.Training.Data;

namespace TttGen.Training.Tests;

/// <summary>Trainings in this process, on a clock that ticks at each look.</summary>
public abstract class RunTests : TrainingTests
{
    internal static readonly TrainingSettings Settings = new() { Steps = 12, Context = 8, Batch = 3, Accumulate = 2, Seed = 3, LearningRate = 0.05 };

    internal static readonly TrainerOptions Options = new() { SaveEvery = 5, EvalEvery = 4, EvalTokens = 32, Watch = 3 };

    internal RunTests() => Files.With("text.txt", Prose(3000)).With("other.txt", "first\f" + Prose(900, 2) + "\f" + Prose(700, 3));

    internal SmallDefinition Definition { get; set; } = new();

    internal int Threads { get; set; } = 1;

    internal string[] Texts => [Files["text.txt"] + "*2", Files["other.txt"]];

    /// <summary>Trains until the end, or until <paramref name="stopAfter"/> steps; gives the weights.</summary>
    internal float[] Train(TrainingSettings settings, bool resume = false, int stopAfter = int.MaxValue, TrainerOptions? options = null, TrainingFolder? folder = null, TimeProvider? clock = null)
    {
        folder ??= Folder;
        folder.Create();
        clock ??= TimeProvider.System;
        using var model = Definition.CreateTrainable(settings.Seed, new TrainableOptions { MaxTokens = settings.TokensACall, Threads = Threads });
        using var data = TrainingData.Open(folder.Tokens, [.. Texts.Select(TextSource.Parse)], TokenizerIdentity.Bytes, settings.HeldOut);
        using var run = new TrainingRun(model, data, settings, clock);
        if (resume)
            run.Resume(folder.Checkpoint);
        var trainer = new Trainer(run, folder, options ?? Options, clock);
        trainer.Stepped += report =>
        {
            if (report.Step == stopAfter)
                throw new Abort();
        };
        try
        {
            End = trainer.Run(Stop);
        }
        catch (Abort)
        {
        }
        return WeightsOf(model);
    }

    internal TrainingEnd? End { get; private set; }

    internal CancellationToken Stop { get; set; }

    internal static unsafe float[] WeightsOf(TrainableModel model) => new Span<float>(model.Weights, (int)model.Length).ToArray();

    /// <summary>Lines of metrics without what the clock says.</summary>
    internal static List<string> Metrics(TrainingFolder folder) => [.. File.ReadLines(folder.Metrics).Select(static line =>
    {
        var members = JsonDocument.Parse(line).RootElement.EnumerateObject().Where(static member => member.Name is not ("seconds" or "tokens_per_second"));
        return string.Join(", ", members.Select(static member => $"{member.Name} {member.Value.GetRawText()}"));
    })];

    /// <summary>As a process's end: nothing is closed in order.</summary>
    private sealed class Abort : Exception;
}
