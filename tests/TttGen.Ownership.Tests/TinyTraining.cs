using TttGen.Runtime.Tests.Checkpoints;
using TttGen.Training;
using TttGen.Training.Data;

namespace TttGen.Ownership.Tests;

/// <summary>A training of <see cref="TinyModel"/> whose checkpoint is the same each time it is made.</summary>
internal static class TinyTraining
{
    internal static TrainingBatch Batch { get; } = new(
        Enumerable.Range(0, 40).Select(static t => t * 11 % 256).ToArray(), Enumerable.Range(1, 40).Select(static t => t * 11 % 97).ToArray(), [new TrainingSequence(24), new TrainingSequence(16)]);

    internal static TrainableModel Model() => TinyModel.Definition.CreateTrainable(1, new TrainableOptions { MaxTokens = 64, Threads = 1 });

    /// <summary>The texts that trainings learn from.</summary>
    internal static TrainingData Data(TemporaryDirectory folder)
    {
        folder.With("text.txt", string.Concat(Enumerable.Repeat("call me ishmael, ", 100)));
        return TrainingData.Open(folder["tokens"], [TextSource.Parse(folder["text.txt"])], TokenizerIdentity.Bytes, 0.1m);
    }

    /// <summary>A training at its start, with two carried states.</summary>
    internal static TrainingRun Start(TrainingData data) =>
        new(Model(), data, new TrainingSettings { Context = 16, Batch = 2, Carry = 32, Steps = 10 }, new StandingClock());

    private sealed class StandingClock : TimeProvider
    {
        public override long GetTimestamp() => 0;
    }
}
