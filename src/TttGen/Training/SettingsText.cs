using System.Globalization;
using TttGen.Checkpoints;
using TttGen.Training.Optimisation;

namespace TttGen.Training;

/// <summary>Settings as a checkpoint keeps them and errors name them: by the options of the command line.</summary>
internal static class SettingsText
{
    /// <summary>What checkpoints of builds before December 2026 call --checkpoint-every.</summary>
    private const string BeforeCheckpointEvery = "--keep-every";

    /// <summary>Every setting that must be the same when a training is continued; texts and tokenizer are compared by content.</summary>
    public static IReadOnlyList<(string Option, string Value)> Of(TrainingSettings settings) =>
    [
        ("--held-out", settings.HeldOut.ToString("G29", CultureInfo.InvariantCulture)),
        ("--seed", Text(settings.Seed)),
        ("--context", Text(settings.Context)),
        ("--batch", Text(settings.Batch)),
        ("--accumulate", Text(settings.Accumulate)),
        ("--checkpoint-every", Text(settings.CheckpointEvery)),
        ("--packed", settings.Packed ? "yes" : "no"),
        ("--carry", Text(settings.Carry)),
        ("--steps", Text(settings.Steps)),
        ("--minutes", Text(settings.Minutes)),
        ("--learning-rate", Text(settings.LearningRate)),
        ("--final-rate", Text(settings.FinalRate)),
        ("--warm-up", Text(settings.WarmUp)),
        ("--inner-rate-start", settings.InnerRateStart is { } start ? Text(start) : "none"),
        ("--beta1", Text(settings.Optimiser.Beta1)),
        ("--beta2", Text(settings.Optimiser.Beta2)),
        ("--epsilon", Text(settings.Optimiser.Epsilon)),
        ("--weight-decay", Text(settings.Optimiser.WeightDecay)),
        ("--decay-matrices-only", settings.Optimiser.DecayMatricesOnly ? "yes" : "no"),
        ("--clip", Text(settings.Optimiser.ClipNorm)),
        ("--from", settings.From),
        ("--set", string.Join(' ', settings.Set.Select(static setting => $"{setting.Key}={Text(setting.Value)}"))),
    ];

    /// <summary>The inverse of <see cref="Of"/>.</summary>
    /// <exception cref="FormatException">A value is not what it should be.</exception>
    /// <exception cref="KeyNotFoundException">A value is missing.</exception>
    public static TrainingSettings Parse(IReadOnlyDictionary<string, string> values) => new()
    {
        HeldOut = decimal.Parse(values["--held-out"], CultureInfo.InvariantCulture),
        Seed = int.Parse(values["--seed"], CultureInfo.InvariantCulture),
        Context = int.Parse(values["--context"], CultureInfo.InvariantCulture),
        Batch = int.Parse(values["--batch"], CultureInfo.InvariantCulture),
        Accumulate = int.Parse(values["--accumulate"], CultureInfo.InvariantCulture),
        CheckpointEvery = int.Parse(values.TryGetValue("--checkpoint-every", out var every) ? every : values[BeforeCheckpointEvery], CultureInfo.InvariantCulture),
        Packed = values["--packed"] == "yes",
        Carry = int.Parse(values["--carry"], CultureInfo.InvariantCulture),
        Steps = long.Parse(values["--steps"], CultureInfo.InvariantCulture),
        Minutes = double.Parse(values["--minutes"], CultureInfo.InvariantCulture),
        LearningRate = double.Parse(values["--learning-rate"], CultureInfo.InvariantCulture),
        FinalRate = double.Parse(values["--final-rate"], CultureInfo.InvariantCulture),
        WarmUp = double.Parse(values["--warm-up"], CultureInfo.InvariantCulture),
        InnerRateStart = values["--inner-rate-start"] == "none" ? null : double.Parse(values["--inner-rate-start"], CultureInfo.InvariantCulture),
        Optimiser = new AdamWOptions
        {
            Beta1 = double.Parse(values["--beta1"], CultureInfo.InvariantCulture),
            Beta2 = double.Parse(values["--beta2"], CultureInfo.InvariantCulture),
            Epsilon = double.Parse(values["--epsilon"], CultureInfo.InvariantCulture),
            WeightDecay = double.Parse(values["--weight-decay"], CultureInfo.InvariantCulture),
            DecayMatricesOnly = values["--decay-matrices-only"] == "yes",
            ClipNorm = double.Parse(values["--clip"], CultureInfo.InvariantCulture),
        },
        From = values["--from"],
        Set = [.. values["--set"].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(Setting)],
    };

    /// <summary>Makes sure that a training goes on as it began.</summary>
    /// <param name="file">The checkpoint, for the error.</param>
    /// <param name="began">Its settings.</param>
    /// <param name="now">Those asked for.</param>
    /// <exception cref="TttException">Some differ; names each.</exception>
    public static void RequireSame(string file, TrainingSettings began, TrainingSettings now)
    {
        var differences = Of(began).Zip(Of(now)).Where(static pair => pair.First.Value != pair.Second.Value)
            .Select(static pair => $"{pair.First.Option} {OneLine.Of(pair.First.Value)} there, {OneLine.Of(pair.Second.Value)} here").ToList();
        if (differences.Count > 0)
            throw new TttException($"{OneLine.Path(file)}: expected the settings that this training began with, found {string.Join("; ", differences)}; leave them away, or start anew with another --out");
    }

    private static string Text(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    private static string Text(long value) => value.ToString(CultureInfo.InvariantCulture);

    private static ModelSetting Setting(string text)
    {
        return text.Split('=', 2) is [var key, var number] ? new ModelSetting(key, double.Parse(number, CultureInfo.InvariantCulture)) : throw new FormatException(text);
    }
}
