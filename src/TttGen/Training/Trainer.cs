using TttGen.Training.Data;

namespace TttGen.Training;

/// <summary>Runs a training to its end, keeping its folder: checkpoint, model, metrics.</summary>
public sealed class Trainer
{
    private readonly TrainingRun _run;
    private readonly TrainingFolder _folder;
    private readonly TrainerOptions _options;
    private readonly TimeProvider _clock;
    private readonly IReadOnlyList<HeldOutWindows> _heldOut;

    /// <param name="run">A training, new or continued.</param>
    /// <param name="folder">Where its files are; there already.</param>
    /// <param name="options">What to show and keep.</param>
    /// <param name="clock">For <see cref="TrainerOptions.Time"/>.</param>
    /// <exception cref="TttException">A text has too little held out to evaluate on.</exception>
    public Trainer(TrainingRun run, TrainingFolder folder, TrainerOptions options, TimeProvider clock)
    {
        (_run, _folder, _options, _clock) = (run, folder, options, clock);
        _heldOut = options.EvalEvery == 0
            ? []
            : [.. run.Data.HeldOut.Select(text => new HeldOutWindows(run.Data, text.Name, text.Files, run.Settings.Context, options.EvalTokens))];
    }

    /// <summary>Called after each step.</summary>
    public event Action<StepReport>? Stepped;

    /// <summary>Called after each look at held-out text.</summary>
    public event Action<HeldOutReport>? Evaluated;

    /// <summary>Trains until the end, until the time is over, or until it is asked to stop; a checkpoint is there in each case.</summary>
    /// <exception cref="TttException">The training went wrong, or a file can't be written; the last checkpoint is as it was.</exception>
    /// <param name="stop">Asks to stop.</param>
    /// <param name="taken">The folder, where the caller has taken it; else it is taken here.</param>
    public TrainingEnd Run(CancellationToken stop, IDisposable? taken = null)
    {
        var started = _clock.GetTimestamp();
        using var own = taken is null ? _folder.Take() : null;
        using var metrics = MetricsFile.Open(_folder.Metrics, _run.Step);

        // Before the first step, too: whatever would keep it from being written is known at once, and there is always something to go on from.
        if (_run.Step == 0)
            _run.Save(_folder.Checkpoint, _options);
        TrainingEnd? end = _run.Finished ? TrainingEnd.Finished : null;
        while (end is null)
        {
            var report = _run.Next(IsDue(_options.Watch, _run.Step + 1));
            metrics.Write(report);
            Stepped?.Invoke(report);

            end = _run.Finished ? TrainingEnd.Finished
                : stop.IsCancellationRequested ? TrainingEnd.Interrupted
                : _clock.GetElapsedTime(started) >= _options.Time ? TrainingEnd.OutOfTime
                : null;
            if (IsDue(_options.EvalEvery, _run.Step) || end is TrainingEnd.Finished && _heldOut.Count > 0)
                end = Evaluate(metrics, stop) ? end : end ?? TrainingEnd.Interrupted;
            if (end is not null || IsDue(_options.SaveEvery, _run.Step))
                Save(metrics, withModel: end is null);
        }
        if (end is not TrainingEnd.Interrupted)
            SaveModel();
        return end.Value;
    }

    private static bool IsDue(int every, long step) => every > 0 && step % every == 0;

    /// <summary>False where it was asked to stop meanwhile.</summary>
    private bool Evaluate(MetricsFile metrics, CancellationToken stop)
    {
        var found = new List<(string, double)>();
        foreach (var text in _heldOut)
        {
            if (text.Measure(_run.Model, stop) is not { } nats)
                return false;
            found.Add((text.Name, nats));
        }
        var report = new HeldOutReport(_run.Step, found);
        TrainingFault.CheckHeldOut(report);
        metrics.Write(report);
        Evaluated?.Invoke(report);
        return true;
    }

    private void Save(MetricsFile metrics, bool withModel)
    {
        _run.RequireSound();
        metrics.Flush();
        _run.Save(_folder.Checkpoint, _options);
        if (withModel)
            SaveModel();
    }

    private void SaveModel()
    {
        _run.Model.Save(_folder.Model, _options.Weights);
        _run.Data.Tokenizer.WriteTo(_folder.Model);
    }
}
