using System.Globalization;
using TttGen.Checkpoints;
using TttGen.Cpu;
using TttGen.Inference;

namespace TttGen.Training.Tests;

internal sealed unsafe class SmallTrainable : TrainableModel
{
    // Not a multiple of any vector, and room between tensors.
    private const int Gap = 5;

    private readonly SmallDefinition _definition;
    private readonly NativeBuffer _weights, _gradients;
    private readonly int _vocabulary;
    private double _rate = 1, _theta = 10000;
    private int _calls;

    public SmallTrainable(SmallDefinition definition, int seed, TrainableOptions options)
    {
        (_definition, _vocabulary, MaxTokens) = (definition, definition.Vocabulary, options.MaxTokens);
        Pool = new WorkerPool(Math.Max(1, options.Threads));
        long offset = 0;
        var tensors = new List<TrainableTensor>();
        foreach (var parameter in definition.Parameters)
        {
            var count = parameter.Shape.Aggregate(1, static (a, b) => a * b);
            tensors.Add(definition.Place(new TrainableTensor(parameter.Key, parameter.Shape, offset, count, parameter.Shape.Count > 1)));
            offset += count + Gap;
        }
        (Tensors, Length) = (tensors, offset);
        (_weights, _gradients) = (new NativeBuffer(offset), new NativeBuffer(offset));
        var random = new Random(seed);
        foreach (var tensor in tensors)
        {
            for (var i = 0; i < tensor.Count; i++)
                Weights[tensor.Offset + i] = (float)(0.04 * (random.NextDouble() - 0.5));
        }
    }

    public override ModelDefinition Definition => _definition;

    public override int Vocabulary => _vocabulary;

    public override WorkerPool Pool { get; }

    public override IReadOnlyList<TrainableTensor> Tensors { get; }

    public override long Length { get; }

    public override float* Weights => _weights.Pointer;

    public override float* Gradients => _gradients.Pointer;

    public override IReadOnlyList<(string Key, double Value)> Settings => _definition.HasInnerRate ? [("ttt_base_lr", _rate), ("rope_theta", _theta)] : [("rope_theta", _theta)];

    public override int MaxTokens { get; }

    public override long WorkingBytes => 0;

    public override IReadOnlyList<InnerLoss> InnerLosses => WatchedLast ? _definition.Inner() : [];

    /// <summary>How often the weights were packed anew.</summary>
    public int Changes { get; private set; }

    /// <summary>What the last call read.</summary>
    public TrainingBatch? Last { get; private set; }

    private bool WatchedLast { get; set; }

    public override void Set(string key, double value)
    {
        if (key == "ttt_base_lr") _rate = value;
        else if (key == "rope_theta") _theta = value;
        else throw new TttException($"{key}: expected ttt_base_lr or rope_theta");
    }

    public override void WeightsChanged() => Changes++;

    public override BatchLoss Accumulate(TrainingBatch batch, double scale)
    {
        _definition.OnAccumulate(this, ++_calls);
        return Read(batch, scale);
    }

    public override BatchLoss Measure(TrainingBatch batch) => Read(batch, null);

    public override TrainingCarry CreateCarry() => new SmallCarry();

    public override void Load(Checkpoint checkpoint)
    {
        foreach (var tensor in Tensors)
            checkpoint.Read(tensor.Key, 0, new Span<float>(Weights + tensor.Offset, tensor.Count));
        WeightsChanged();
    }

    public override void Save(string directory, DType type) => CheckpointWriter.Write(
        directory, [.. _definition.Config, .. Settings.Select(static setting => new ConfigEntry(setting.Key, setting.Value.ToString("R", CultureInfo.InvariantCulture)))], _definition.Parameters,
        (parameter, first, to) => new Span<float>(Weights + Tensors.Single(tensor => tensor.Key == parameter.Key).Offset + first, to.Length).CopyTo(to), type);

    public override void Dispose()
    {
        Pool.Dispose();
        _weights.Dispose();
        _gradients.Dispose();
    }

    private BatchLoss Read(TrainingBatch batch, double? scale)
    {
        if (batch.Tokens.Length > MaxTokens || batch.Sequences.Sum(static sequence => sequence.Count) != batch.Tokens.Length || batch.Targets.Length != batch.Tokens.Length)
            throw new TttException("the batch does not add up");
        if (batch.Sequences.Where(static sequence => sequence.Carry is not null).Select(static sequence => sequence.Carry).Distinct().Count() != batch.Sequences.Count(static sequence => sequence.Carry is not null))
            throw new TttException("a carry is used twice");
        (Last, WatchedLast) = (batch, MeasuresInnerLoss);
        var (nats, targets, t) = (0.0, 0L, 0);
        foreach (var sequence in batch.Sequences)
        {
            var carry = (SmallCarry?)sequence.Carry;
            var before = carry is { Position: > 0 } ? (int)carry.Numbers[0] : -1;
            for (var i = 0; i < sequence.Count; i++, t++)
            {
                var (token, target) = (batch.Tokens.Span[t], batch.Targets.Span[t]);
                if (target >= 0)
                {
                    nats += Predict(token, before, target, scale);
                    targets++;
                }
                before = token;
            }
            if (carry is not null)
            {
                carry.Numbers[0] = before;
                carry.Position += sequence.Count;
            }
        }
        return new BatchLoss(nats, targets);
    }

    private double Predict(int token, int before, int target, double? scale)
    {
        var logits = new double[_vocabulary];
        var rows = new[] { Tensors[0].Offset + (long)token * _vocabulary, before < 0 ? -1 : Tensors[1].Offset + (long)before * _vocabulary, Tensors[2].Offset };
        for (var v = 0; v < logits.Length; v++)
        {
            foreach (var row in rows)
                logits[v] += row < 0 ? 0 : _rate * Weights[row + v];
        }
        var log = Math.Log(logits.Sum(Math.Exp));
        if (scale is { } factor)
        {
            for (var v = 0; v < logits.Length; v++)
            {
                var gradient = factor * _rate * (Math.Exp(logits[v] - log) - (v == target ? 1 : 0));
                foreach (var row in rows)
                {
                    if (row >= 0)
                        Gradients[row + v] += (float)gradient;
                }
            }
        }
        return log - logits[target];
    }
}

/// <summary>The token before.</summary>
internal sealed class SmallCarry : TrainingCarry
{
    private readonly float[] _numbers = new float[1];

    public override long Position { get; set; }

    public override Span<float> Numbers => _numbers;

    public override void Reset() => (Position, _numbers[0]) = (0, 0);

    public override void Dispose() { }
}
