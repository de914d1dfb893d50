using TttGen.Checkpoints;

namespace TttGen.Training;

/// <summary>What a training shows and keeps; the weights don't depend on it, so it may be another each time a training is continued.</summary>
public sealed record TrainerOptions
{
    /// <summary>Steps from one checkpoint to the next; 0: only at the end.</summary>
    public int SaveEvery { get; init; } = 200;

    /// <summary>Steps from one look at held-out text to the next, and one at the end; 0: never.</summary>
    public int EvalEvery { get; init; } = 200;

    /// <summary>Held-out tokens of each text; 0: all.</summary>
    public int EvalTokens { get; init; } = 32768;

    /// <summary>Steps from one look at the inner loops to the next; 0: never.</summary>
    public int Watch { get; init; } = 50;

    /// <summary>The type of the saved model's weights: F32 or BF16.</summary>
    public DType Weights { get; init; } = DType.F32;

    /// <summary>How long this process may train; null: until the end.</summary>
    public TimeSpan? Time { get; init; }
}

/// <summary>Why a training came to rest.</summary>
public enum TrainingEnd
{
    /// <summary>All steps are done, or all minutes over.</summary>
    Finished,

    /// <summary>This process's time is over.</summary>
    OutOfTime,

    /// <summary>It was asked to stop.</summary>
    Interrupted,
}
