using TttGen.Checkpoints;
using TttGen.Inference;
using TttGen.Training.Data;
using TttGen.Training.Optimisation;

namespace TttGen.Training;

/// <summary>
/// A training: a model, its optimiser, and how far they are. Weights after a step are a function of model, data and settings, to the bit, however the steps were spread over
/// processes and threads; but where the rate follows the clock (<see cref="TrainingSettings.Minutes"/>) no two trainings are alike.
/// </summary>
public sealed class TrainingRun : IDisposable
{
    private const string InnerRateKey = "ttt_base_lr";

    private readonly TrainableModel _model;
    private readonly TrainingData _data;
    private readonly TrainingSettings _settings;
    private readonly TimeProvider _clock;
    private readonly AdamW _optimiser;
    private readonly CarryLane[] _lanes;
    private readonly BatchReader _batches;
    private readonly double? _innerRate;
    private readonly long _opened;
    private readonly Lifetime _lifetime;
    private double _secondsBefore;

    /// <summary>A training at its start: the model has its first weights.</summary>
    /// <param name="model">What learns.</param>
    /// <param name="data">What it learns from.</param>
    /// <param name="settings">How.</param>
    /// <param name="clock">For speeds and <see cref="TrainingSettings.Minutes"/>.</param>
    /// <exception cref="TttException">Settings that contradict each other, texts that are too short, or a setting that the model does not have.</exception>
    public TrainingRun(TrainableModel model, TrainingData data, TrainingSettings settings, TimeProvider clock)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(data);
        ArgumentNullException.ThrowIfNull(settings);
        ArgumentNullException.ThrowIfNull(clock);
        settings.Check();
        _lifetime = new Lifetime("the training", "this training is in the middle of another call, and serves one at a time", Free);
        (_model, _data, _settings, _clock, _opened) = (model, data, settings, clock, clock.GetTimestamp());
        foreach (var setting in settings.Set)
            model.Set(setting.Key, ModelSettings.Checked(setting.Key, setting.Value));
        _innerRate = model.Settings.Where(static setting => setting.Key == InnerRateKey).Select(static setting => (double?)setting.Value).SingleOrDefault();
        if (settings.InnerRateStart is not null && _innerRate is null)
            throw new TttException($"--inner-rate-start: expected a model with {InnerRateKey}, found {model.Definition.Name}, which has none; leave it away");
        _batches = new BatchReader(data, settings, _lanes = [.. Enumerable.Range(0, settings.Carry > 0 ? settings.Batch * settings.Accumulate : 0).Select(_ => new CarryLane(model))]);
        _optimiser = new AdamW(model, settings.Optimiser);
    }

    /// <summary>Steps done.</summary>
    public long Step { get; private set; }

    /// <summary>Tokens read.</summary>
    public long Tokens { get; private set; }

    /// <summary>How long the training has taken, without the time between a stop and its continuation.</summary>
    public double Seconds => _secondsBefore + _clock.GetElapsedTime(_opened).TotalSeconds;

    /// <summary>Whether all steps are done, or all minutes over.</summary>
    public bool Finished => _settings.Steps > 0 ? Step >= _settings.Steps : Seconds >= 60 * _settings.Minutes;

    /// <summary>What learns.</summary>
    public TrainableModel Model => _model;

    /// <summary>What it learns from.</summary>
    public TrainingData Data => _data;

    /// <summary>How.</summary>
    public TrainingSettings Settings => _settings;

    /// <summary>One step: gradients of <see cref="TrainingSettings.Accumulate"/> batches, then one update.</summary>
    /// <param name="watch">Whether to look at the inner loops, too.</param>
    /// <exception cref="TttException">A loss or a gradient is not finite or diverged; the weights are as they were.</exception>
    public StepReport Next(bool watch)
    {
        using var turn = _lifetime.Take();
        var started = _clock.GetTimestamp();
        var progress = _settings.Steps > 0 ? (Step + 1.0) / _settings.Steps : Math.Min(1, Seconds / (60 * _settings.Minutes));
        var rate = _settings.Schedule.At(progress);
        var innerRate = WarmInnerRate(progress);
        var loss = Accumulate(watch);
        var norm = _optimiser.GradientNorm();
        TrainingFault.CheckGradient(_model, _optimiser, Step + 1, norm);
        _optimiser.Update(Step + 1, rate, norm);

        Step++;
        var tokens = (long)_settings.TokensACall * _settings.Accumulate;
        Tokens += tokens;
        var speed = tokens / Math.Max(1e-9, _clock.GetElapsedTime(started).TotalSeconds);
        return new StepReport(Step, Tokens, loss, norm, rate, innerRate, speed, Seconds, watch ? _model.InnerLosses : null);
    }

    /// <summary>Makes sure that the weights are worth keeping, by a look at one sequence.</summary>
    /// <exception cref="TttException">With them, a loss or an inner loss is not finite or diverged.</exception>
    public void RequireSound()
    {
        using var turn = _lifetime.Take();
        TrainingFault.CheckWeights(_model, Step, _batches.Sample(Step));
    }

    /// <summary>Writes a checkpoint, whole or not at all.</summary>
    /// <param name="path">The file.</param>
    /// <param name="options">What to show and keep when it is continued, unless that is said anew.</param>
    /// <exception cref="TttException">It can't be written.</exception>
    public void Save(string path, TrainerOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(options);
        using var turn = _lifetime.Take();
        using var model = _model.Take();
        using var optimiser = _optimiser.Lifetime.Take();
        TrainingCarry[] carries = [.. _lanes.Select(static lane => lane.Current)];
        var header = new CheckpointHeader(
            _model.Definition.Name, CheckpointHeader.LayoutOf(_model), _data.Identity, _settings, options, Step, Tokens, Seconds, _model.Length,
            [.. carries.Select(static carry => carry.Position)], carries.Length > 0 ? carries[0].Numbers.Length : 0)
        {
            CarryPages = (long)Paged(carries, [.. carries.Select(static carry => carry.Position)]),
        };
        TrainingCheckpoint.Write(path, header, Blocks(), carries);
    }

    /// <summary>Goes on from a checkpoint.</summary>
    /// <exception cref="TttException">It is damaged, or of another model, other data or other settings.</exception>
    public void Resume(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        using var turn = _lifetime.Take();
        var header = TrainingCheckpoint.ReadHeader(path);
        var file = OneLine.Path(path);
        if (header.Model != _model.Definition.Name)
            throw new TttException($"{file}: expected a training of {_model.Definition.Name}, found one of {OneLine.Of(header.Model)}; continue it with that model, or start anew with another --out");
        if (header.Layout != CheckpointHeader.LayoutOf(_model) || header.Length != _model.Length)
            throw new TttException($"{file}: expected the tensors of {_model.Definition.Name} as it is now, found others; the model has changed since: start anew with another --out");
        SettingsText.RequireSame(path, header.Settings, _settings);
        if (header.Data != _data.Identity)
            throw new TttException($"{file}: expected the texts, weights and tokenizer that this training began with, found others; restore them, or start anew with another --out");
        TrainingCarry[] carries = [.. _lanes.Select(static lane => lane.Current)];
        if (header.Carries.Count != carries.Length || carries.Length > 0 && header.CarryLength != carries[0].Numbers.Length || header.CarryPages != Paged(carries, header.Carries))
            throw new TttException($"{file}: expected carried states of {_model.Definition.Name} as it is now, found others; start anew with another --out");
        using (_model.Take())
        using (_optimiser.Lifetime.Take())
            TrainingCheckpoint.ReadNumbers(path, header, Blocks(), carries);
        _model.WeightsChanged();
        (Step, Tokens, _secondsBefore) = (header.Step, header.Tokens, header.Seconds);
    }

    /// <summary>Frees the optimiser and the carried states; where a call is at work, when it has ended. The model is whoever's made it.</summary>
    public void Dispose() => _lifetime.Close();

    private void Free()
    {
        _optimiser.Dispose();
        foreach (var lane in _lanes)
            lane.Dispose();
    }

    private double Accumulate(bool watch)
    {
        TrainingBatch[] batches = [.. Enumerable.Range(0, _settings.Accumulate).Select(call => _batches.Read(Step, call))];
        long Asked(TrainingBatch batch) => batch.Targets.Length - batch.Targets.Span.Count(-1);
        var targets = batches.Sum(Asked);
        _model.MeasuresInnerLoss = watch;
        double nats = 0;
        foreach (var batch in batches)
        {
            var found = _model.Accumulate(batch, 1.0 / Math.Max(1, targets));
            TrainingFault.CheckLoss(_model, Step + 1, batch, found.Nats, found.Targets);
            if (watch)
                TrainingFault.CheckInner(Step + 1, _model.InnerLosses);
            nats += found.Nats;
        }
        _model.MeasuresInnerLoss = false;
        return nats / Math.Max(1, targets);
    }

    private double? WarmInnerRate(double progress)
    {
        if (_settings.InnerRateStart is not { } start)
            return _innerRate;
        var rate = _settings.Schedule.Warmed(progress, start, _innerRate!.Value);
        _model.Set(InnerRateKey, rate);
        return rate;
    }

    /// <summary>Numbers in pages of carries at these places.</summary>
    private static Int128 Paged(TrainingCarry[] carries, IReadOnlyList<long> positions) => carries.Zip(positions).Aggregate((Int128)0, static (sum, at) => sum + at.First.PagedAt(at.Second));

    private unsafe nint[] Blocks() => [(nint)_model.Weights, (nint)_optimiser.FirstMoment, (nint)_optimiser.SecondMoment];
}
