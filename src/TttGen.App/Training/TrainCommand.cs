using System.CommandLine;
using System.Globalization;
using TttGen.App.CommandLine;
using TttGen.Checkpoints;
using TttGen.Inference;
using TttGen.Training;
using TttGen.Training.Data;

namespace TttGen.App.Training;

/// <summary><c>train</c>: learns from texts.</summary>
internal static class TrainCommand
{
    /// <summary>The command for a model.</summary>
    public static Command Create(ModelDefinition definition, AppConsole console)
    {
        var batches = new BatchArguments();
        var first = new FirstWeights();
        var optimiser = new OptimiserArguments();
        var keeping = new RunArguments();
        var folderOption = new Option<string>("--out") { Description = "Folder for model, checkpoint and metrics.jsonl", HelpName = "directory", Required = true };
        var resume = new Option<bool>("--resume") { Description = "Go on from the folder's checkpoint, bit for bit; texts and options are those that it began with" };

        var command = new Command("train", "Learn from texts; the defaults are the paper's recipe") { folderOption, resume, DeviceArgument.CpuOnly("train") };
        folderOption.NotEmpty();
        batches.AddTo(command);
        first.AddTo(command);
        optimiser.AddTo(command);
        keeping.AddTo(command);
        command.SetAction(arguments =>
        {
            var folder = new TrainingFolder(arguments.GetValue(folderOption)!);
            var resumes = arguments.GetValue(resume);
            RequireNew(folder, resumes);
            var (began, before) = resumes && TrainingCheckpoint.ReadHeader(folder.Checkpoint) is var header ? (header.Settings, header.Options) : (new TrainingSettings(), new TrainerOptions());
            var settings = first.Apply(arguments, optimiser.Apply(arguments, batches.Apply(arguments, began)));
            settings.Check();
            var texts = settings.Texts.Select(TextSource.Parse).ToList();
            if (texts.Count == 0)
                throw new TttException("no texts: give files or folders to learn from");

            using var model = definition.CreateTrainable(settings.Seed, keeping.Model(arguments, settings));
            settings = FirstWeights.Load(settings, model);
            folder.Create();

            // Looked at once more: another training may have been at work there until now.
            using var taken = folder.Take();
            RequireNew(folder, resumes);
            using var data = TrainingData.Open(folder.Tokens, texts, Tokenizer(settings, model), settings.HeldOut);
            using var run = new TrainingRun(model, data, settings, TimeProvider.System);
            if (resumes)
                run.Resume(folder.Checkpoint);
            return Train(run, folder, taken, keeping.Options(arguments, before, settings), console);
        });
        return command;
    }

    private static void RequireNew(TrainingFolder folder, bool resumes)
    {
        if (!resumes && File.Exists(folder.Checkpoint))
            throw new TttException($"--out {OneLine(folder)}: expected a folder without a training, found one; continue it with --resume, or give another folder");
    }

    private static int Train(TrainingRun run, TrainingFolder folder, IDisposable taken, TrainerOptions options, AppConsole console)
    {
        var (name, settings) = (run.Model.Definition.Name, run.Settings);
        console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{name}: {run.Model.Tensors.Sum(static tensor => (long)tensor.Count)} parameters, {run.Data.TrainingTokens} tokens to learn from, {settings.TokensACall * (long)settings.Accumulate} a step{(run.Step > 0 ? $", going on after step {run.Step}" : "")}"));
        console.Error.Flush();

        var trainer = new Trainer(run, folder, options, TimeProvider.System);
        TrainingEnd end;
        using (var progress = new TrainingProgress(console, run))
        {
            trainer.Stepped += progress.Show;
            trainer.Evaluated += progress.Show;
            using var told = console.Interrupted.Register(() =>
            {
                console.Error.WriteLine("stopping when this step is done, with a checkpoint; once more stops at once, to go on from the last checkpoint");
                console.Error.Flush();
            });
            end = trainer.Run(console.Interrupted, taken);
        }
        console.Error.WriteLine(end is TrainingEnd.Finished
            ? string.Create(CultureInfo.InvariantCulture, $"{run.Step} steps, {run.Tokens} tokens in {TrainingProgress.Duration(run.Seconds)}; the model is in {folder.Model}")
            : string.Create(CultureInfo.InvariantCulture, $"stopped after step {run.Step}{(settings.Steps > 0 ? $" of {settings.Steps}" : "")}; go on with: train --resume --out {folder.Path}"));
        return end is TrainingEnd.Interrupted ? ExitCode.Interrupted : ExitCode.Done;
    }

    private static TokenizerIdentity Tokenizer(TrainingSettings settings, TrainableModel model) => (settings.Tokenizer, settings.From) switch
    {
        ({ Length: > 0 } given, _) => TokenizerIdentity.Load(given, model.Vocabulary),
        (_, { Length: > 0 } from) => TokenizerIdentity.Load(from, model.Vocabulary),
        _ when model.Vocabulary == TokenizerIdentity.Bytes.Tokenizer.VocabularySize => TokenizerIdentity.Bytes,
        _ => throw new TttException(string.Create(CultureInfo.InvariantCulture, $"no tokenizer for the {model.Vocabulary} tokens of {model.Definition.Name}; give one with --tokenizer")),
    };

    private static string OneLine(TrainingFolder folder) => folder.Path.ReplaceLineEndings(" ");
}
