namespace TttGen.Training;

/// <summary>
/// Everything that the weights after a step depend on, besides model, data and seed of the first weights: a training is continued with the same settings or not at all.
/// What is not said is the paper's recipe.
/// </summary>
public sealed record TrainingSettings
{
    /// <summary>Texts, each <c>path</c> or <c>path*weight</c>. What counts is their content: they may lie elsewhere when the training is continued.</summary>
    public IReadOnlyList<string> Texts { get; init; } = [];

    /// <summary>The tokenizer's file or directory; empty: bytes. As with texts, its content counts.</summary>
    public string Tokenizer { get; init; } = "";

    /// <summary>Share of each file's bytes, at its end, that is not learnt from.</summary>
    public decimal HeldOut { get; init; } = 0.05m;

    /// <summary>Draws the first weights and the places in the texts.</summary>
    public int Seed { get; init; }

    /// <summary>Tokens of a sequence.</summary>
    public int Context { get; init; } = 512;

    /// <summary>Sequences of a call.</summary>
    public int Batch { get; init; } = 8;

    /// <summary>Calls whose gradients make one step.</summary>
    public int Accumulate { get; init; } = 1;

    /// <summary>Mini-batches from one inner state that the backward pass keeps to the next (<see cref="TrainableOptions.CheckpointEvery"/>).</summary>
    public int CheckpointEvery { get; init; } = new TrainableOptions().CheckpointEvery;

    /// <summary>Whether sequences are cut where documents end, each part starting afresh.</summary>
    public bool Packed { get; init; }

    /// <summary>Tokens that are read one context after another, state carried: a multiple of <see cref="Context"/>; 0: no carrying. Documents start afresh.</summary>
    public int Carry { get; init; }

    /// <summary>Steps of the whole training; 0: as many as <see cref="Minutes"/> allow.</summary>
    public long Steps { get; init; }

    /// <summary>Minutes of the whole training, where the rate follows the clock and not the steps; 0: it follows <see cref="Steps"/>.</summary>
    public double Minutes { get; init; }

    /// <summary>The highest learning rate.</summary>
    public double LearningRate { get; init; } = 3e-3;

    /// <summary>The last learning rate.</summary>
    public double FinalRate { get; init; } = 1e-5;

    /// <summary>Share of the training in which the rate rises.</summary>
    public double WarmUp { get; init; } = 0.1;

    /// <summary>Where the base inner rate starts, to rise to its value over the warm-up; null: it has its value from the start.</summary>
    public double? InnerRateStart { get; init; }

    /// <summary>AdamW's constants.</summary>
    public Optimisation.AdamWOptions Optimiser { get; init; } = new();

    /// <summary>The checkpoint directory that the first weights are from; empty: they are drawn.</summary>
    public string From { get; init; } = "";

    /// <summary>Run-time numbers of the model that are not as it was compiled.</summary>
    public IReadOnlyList<ModelSetting> Set { get; init; } = [];

    /// <summary>Tokens of a call at most.</summary>
    public int TokensACall => checked(Batch * Context);

    /// <summary>Calls of one training sequence's consecutive parts; 1 where nothing is carried.</summary>
    public int Parts => Carry == 0 ? 1 : Carry / Context;

    /// <summary>How the learning rate goes.</summary>
    internal Optimisation.RateSchedule Schedule => new(LearningRate, FinalRate, WarmUp);

    /// <summary>Makes sure that the settings go together.</summary>
    /// <exception cref="TttException">They don't.</exception>
    public void Check()
    {
        if ((Steps > 0) == (Minutes > 0))
            throw new TttException($"expected --steps or --minutes, found {(Steps > 0 ? "both; the rate follows the one or the other" : "neither; say how long the training is")}");
        if (Carry % Context != 0)
            throw new TttException($"--carry {Carry}: expected a multiple of --context {Context}; give {(Carry / Context + 1) * (long)Context}");
        if ((long)Batch * Context > 1 << 28)
            throw new TttException($"--batch {Batch} of --context {Context}: expected at most {1 << 28} tokens a call; use --accumulate for larger steps");
        if (FinalRate > LearningRate)
            throw new TttException($"--final-rate: expected at most the --learning-rate, which is lower; found the reverse");
    }
}

/// <summary>A run-time number of a model.</summary>
/// <param name="Key">As config.json calls it.</param>
/// <param name="Value">What it is.</param>
public sealed record ModelSetting(string Key, double Value);
