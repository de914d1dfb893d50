using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using TttGen.Checkpoints;
using TttGen.Cpu;
using TttGen.Inference;

namespace TttGen.Training;

/// <summary>
/// What every generated model that learns shares: weights, gradients and activations, and the rows of a call. The generated part has the kernels,
/// forward and back, and the order in which they run.
/// </summary>
public abstract unsafe partial class CompiledTrainable : TrainableModel, IParallelWork
{
    private readonly ModelDefinition _definition;
    private readonly IReadOnlyList<ParameterSlot> _slots;
    private readonly FlatLayout _layout;
    private readonly NativeBuffer _weights, _gradients;
    private readonly PackedWeights _packed;
    private readonly WorkerPool _pool;
    private readonly NativeBuffer[] _scratch;
    private readonly NativeBuffer?[] _kept;
    private readonly List<IDisposable> _owned = [];
    private readonly RowPass _pass;
    private readonly int[] _targets;
    private readonly List<CompiledCarry> _carries = [];

    // Keys and values of sequences without a carry, for the time of a call; their pages are one another's.
    private readonly List<SequencePages> _passing = [];
    private PagePool? _pagePool;
    private NativeBuffer? _start;
    private CrossEntropyHead? _head;
    private CheckpointConfig? _original;
    private long _activationBytes, _workingElements;
    private InnerLossSums? _innerLossSums;
    private IReadOnlyList<InnerLoss> _innerLosses = [];
    private bool _isPacked;

    /// <summary>Draws the weights.</summary>
    /// <param name="definition">What was compiled.</param>
    /// <param name="slots">The generated table of parameters.</param>
    /// <param name="seed">Of the fresh weights.</param>
    /// <param name="options">Sizes and threads.</param>
    /// <param name="scratch">Elements of working memory that each worker needs.</param>
    protected CompiledTrainable(ModelDefinition definition, IReadOnlyList<ParameterSlot> slots, int seed, TrainableOptions options, long scratch)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.MaxTokens < 1 || options.CheckpointEvery < 1) throw new TttException($"expected at least one token a call and one mini-batch between checkpoints of the inner state, found {options.MaxTokens} and {options.CheckpointEvery}");
        Lifetime = new Lifetime("the model", "this model is in the middle of another call, and serves one at a time; make another for another thread", Free);
        _definition = definition;
        _slots = slots;
        MaxTokens = options.MaxTokens;
        CheckpointEvery = options.CheckpointEvery;
        _activationBytes = options.ActivationBytes;
        _layout = new FlatLayout(slots);
        _weights = new NativeBuffer(_layout.Length);
        _gradients = new NativeBuffer(_layout.Length);
        new Span<float>(_weights.Pointer, checked((int)_layout.Length)).Clear();
        new Span<float>(_gradients.Pointer, checked((int)_layout.Length)).Clear();
        _pool = WorkerPool.Of(options.Threads);
        _packed = new PackedWeights(_pool, slots, _layout, _weights.Pointer);
        _scratch = [.. Enumerable.Range(0, _pool.Threads).Select(_ => new NativeBuffer(scratch + 64))];
        _kept = new NativeBuffer?[_pool.Threads];
        _workingElements = _pool.Threads * (scratch + 64);
        MaxSequences = Math.Max(64, MaxTokens / 16);
        _pass = new RowPass(MaxTokens, MaxSequences);
        _targets = GC.AllocateArray<int>(MaxTokens, pinned: true);
        Draw(seed);
    }

    /// <inheritdoc/>
    public override ModelDefinition Definition => _definition;

    internal Lifetime Lifetime { get; }

    internal override Lifetime.Call Take() => Lifetime.Take();

    internal override Lifetime.Call Hold() => Lifetime.Hold();

    /// <inheritdoc/>
    public override WorkerPool Pool => _pool;

    /// <inheritdoc/>
    public override IReadOnlyList<TrainableTensor> Tensors => _layout.Tensors;

    /// <inheritdoc/>
    public override long Length => _layout.Length;

    /// <inheritdoc/>
    public override float* Weights => _weights.Pointer;

    /// <inheritdoc/>
    public override float* Gradients => _gradients.Pointer;

    /// <inheritdoc/>
    public override int MaxTokens { get; }

    /// <summary>Sequences that a call may have.</summary>
    public int MaxSequences { get; }

    /// <inheritdoc/>
    public override long WorkingBytes => _workingElements * sizeof(float) + _packed.Bytes + (_head?.Bytes ?? 0) + (_pagePool?.Bytes ?? 0);

    /// <summary>Bytes of one worker's checkpoints of inner states in the backward pass of a scan.</summary>
    public long KeptBytes => (_kept[0]?.Length ?? 0) * sizeof(float);

    /// <inheritdoc/>
    public override IReadOnlyList<InnerLoss> InnerLosses => _innerLosses;

    /// <inheritdoc/>
    public override void WeightsChanged()
    {
        using var call = Lifetime.Take();
        Pack();
    }

    private void Pack()
    {
        if (!_isPacked) _ = (Matrices(HeadSlot), Transposed(HeadSlot));
        _isPacked = true;
        var start = Stopwatch.GetTimestamp();
        _packed.Pack();
        Count("Pack weights", start);
    }

    /// <inheritdoc/>
    public override BatchLoss Accumulate(TrainingBatch batch, double scale)
    {
        using var call = Lifetime.Take();
        try
        {
            Begin(batch);
            Forward();
            var loss = Head(scale, OutputGradient, _gradients.Pointer + _layout.Offset(HeadSlot, 0));
            Backward();
            Advance();
            return loss;
        }
        finally
        {
            End();
        }
    }

    /// <inheritdoc/>
    public override BatchLoss Measure(TrainingBatch batch)
    {
        using var call = Lifetime.Take();
        try
        {
            Begin(batch);
            Forward();
            var loss = Head(1, null, null);
            Advance();
            return loss;
        }
        finally
        {
            End();
        }
    }

    private BatchLoss Head(double scale, float* dHidden, float* dTable)
    {
        var start = Stopwatch.GetTimestamp();
        fixed (int* targets = _targets)
        {
            var loss = _head!.Run(Hidden, Width, targets, Rows, Matrices(HeadSlot)[0], Transposed(HeadSlot)[0], (float)scale, dHidden, Width, dTable);
            Count("Head", start);
            return loss;
        }
    }

    private void Begin(TrainingBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);

        // What the caller may change meanwhile is not what is checked.
        TrainingSequence[] sequences = [.. batch.Sequences];
        Check(batch, sequences);
        batch.Targets.Span.CopyTo(_targets);
        foreach (var sequence in sequences)
        {
            if (sequence.Carry is not CompiledCarry carry) continue;
            if (!carry.Lifetime.TryTake()) throw _carries.Contains(carry) ? OtherCarry() : carry.Lifetime.Busy();
            _carries.Add(carry);
            if (carry.Position > ModelState.MostTokens - sequence.Count) throw new TttException($"expected a sequence of at most {ModelState.MostTokens} tokens");
        }
        if (!_isPacked) Pack();
        _head ??= Own(new CrossEntropyHead(_pool, Width, Vocabulary, MaxTokens));
        if (OutputGradient == null)
        {
            OutputGradient = Allocate((long)MaxTokens * Width);
            InputGradient = Allocate((long)MaxTokens * Width);
            _start = Own(new NativeBuffer(StateLength));
        }
        new Span<float>(_start!.Pointer, checked((int)StateLength)).Clear();
        StartState(_start.Pointer);

        if (MeasuresInnerLoss) _innerLossSums ??= new InnerLossSums(Memories);
        _pass.Clear();
        var tokens = batch.Tokens.Span;
        for (var s = 0; s < sequences.Length; s++)
        {
            var sequence = sequences[s];
            var carry = (CompiledCarry?)sequence.Carry;
            var pages = PageClasses.Count == 0 ? null : carry is null ? PassingPages(s) : carry.Pages;
            pages?.Reserve(carry?.Position ?? 0, (carry?.Position ?? 0) + sequence.Count);
            var state = carry is null || carry.State == null ? _start.Pointer : carry.State;
            _pass.Add(tokens[..sequence.Count], carry?.Position ?? 0, state, carry is null ? null : carry.Next, pages is null ? null : pages.Pointer);
            tokens = tokens[sequence.Count..];
        }
        CheckIds();
        Prepare();
    }

    private void Advance()
    {
        foreach (var carry in _carries) carry.Advance(Count(carry));
        _innerLosses = MeasuresInnerLoss ? _innerLossSums!.Over(Rows) : [];

        int Count(CompiledCarry carry)
        {
            for (var s = 0; s < SliceCount; s++)
                if (Slices[s].End == carry.Next) return Slices[s].Count;
            return 0;
        }
    }

    private void End()
    {
        foreach (var carry in _carries)
        {
            carry.Pages?.Trim(carry.Position);
            carry.Lifetime.GiveBack();
        }
        _carries.Clear();
        foreach (var pages in _passing) pages.Clear();
    }

    private SequencePages PassingPages(int sequence)
    {
        _pagePool ??= Own(new PagePool(PageClasses));
        while (_passing.Count <= sequence) _passing.Add(new SequencePages(PageClasses, _pagePool));
        return _passing[sequence];
    }

    private static TttException OtherCarry() => new("a carry belongs to this model, and to one sequence of a batch");

    private void Check(TrainingBatch batch, TrainingSequence[] sequences)
    {
        var tokens = batch.Tokens.Span;
        var targets = batch.Targets.Span;
        if (tokens.Length > MaxTokens) throw new TttException($"a batch of this model has at most {MaxTokens} tokens, found {tokens.Length}; raise TrainableOptions.MaxTokens");
        if (targets.Length != tokens.Length) throw new TttException($"expected a target for each of {tokens.Length} tokens, found {targets.Length}");
        if (sequences.Length > MaxSequences) throw new TttException($"a batch of this model has at most {MaxSequences} sequences, found {sequences.Length}");
        long total = 0;
        foreach (var sequence in sequences)
        {
            if (sequence.Count < 1) throw new TttException($"a sequence has at least one token, found {sequence.Count}");
            if (sequence.Carry is { } carry && (carry is not CompiledCarry own || own.Model != this)) throw OtherCarry();
            total += sequence.Count;
        }
        if (total != tokens.Length) throw new TttException($"the sequences have {total} tokens, found {tokens.Length}");
    }

    private void CheckIds()
    {
        for (var t = 0; t < Rows; t++)
        {
            if ((uint)TokenIds[t] >= (uint)Vocabulary) throw new TttException($"token {t}: expected an id in 0 … {Vocabulary - 1}, found {TokenIds[t]}");
            if (_targets[t] < -1 || _targets[t] >= Vocabulary) throw new TttException($"target {t}: expected an id in 0 … {Vocabulary - 1}, or −1 for none, found {_targets[t]}");
        }
    }

    /// <inheritdoc/>
    public override TrainingCarry CreateCarry()
    {
        using var call = Lifetime.Hold();
        return new CompiledCarry(this, StateLength, PageClasses.Count == 0 ? null : new SequencePages(PageClasses));
    }

    /// <summary>Frees the memory; where a call is at work, when it has ended.</summary>
    public override void Dispose()
    {
        Lifetime.Close();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        _pool.Dispose();
        foreach (var s in _scratch) s.Dispose();
        foreach (var k in _kept) k?.Dispose();
        foreach (var o in _owned) o.Dispose();
        _packed.Dispose();
        _weights.Dispose();
        _gradients.Dispose();
    }
}
