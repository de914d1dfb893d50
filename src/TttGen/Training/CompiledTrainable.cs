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
public abstract unsafe class CompiledTrainable : TrainableModel, IParallelWork
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
    private NativeBuffer? _start;
    private CrossEntropyHead? _head;
    private CheckpointConfig? _original;
    private long _activationBytes, _workingElements;
    private InnerLossSums? _innerLossSums;
    private IReadOnlyList<InnerLoss> _innerLosses = [];
    private bool _isPacked, _disposed;

    /// <summary>Draws the weights.</summary>
    /// <param name="definition">What was compiled.</param>
    /// <param name="slots">The generated table of parameters.</param>
    /// <param name="seed">Of the fresh weights.</param>
    /// <param name="options">Sizes and threads.</param>
    /// <param name="scratch">Elements of working memory that each worker needs.</param>
    protected CompiledTrainable(ModelDefinition definition, IReadOnlyList<ParameterSlot> slots, int seed, TrainableOptions options, long scratch)
    {
        if (options.MaxTokens < 1 || options.KeepEvery < 1) throw new TttException($"expected at least one token a call and one mini-batch from kept state to kept state, found {options.MaxTokens} and {options.KeepEvery}");
        _definition = definition;
        _slots = slots;
        MaxTokens = options.MaxTokens;
        KeepEvery = options.KeepEvery;
        _activationBytes = options.ActivationBytes;
        _layout = new FlatLayout(slots);
        _weights = new NativeBuffer(_layout.Length);
        _gradients = new NativeBuffer(_layout.Length);
        new Span<float>(_weights.Pointer, checked((int)_layout.Length)).Clear();
        new Span<float>(_gradients.Pointer, checked((int)_layout.Length)).Clear();
        _pool = new WorkerPool(options.Threads > 0 ? options.Threads : Environment.ProcessorCount);
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
    public override long WorkingBytes => _workingElements * sizeof(float) + _packed.Bytes + (_head?.Bytes ?? 0);

    /// <summary>Bytes of one worker's kept inner states in the backward pass of a scan.</summary>
    public long KeptBytes => (_kept[0]?.Length ?? 0) * sizeof(float);

    /// <inheritdoc/>
    public override IReadOnlyList<InnerLoss> InnerLosses => _innerLosses;

    // ---- for kernels

    /// <summary>Mini-batches from one kept state to the next.</summary>
    protected int KeepEvery { get; }

    /// <summary>Rows of this call.</summary>
    protected int Rows => _pass.Rows;

    /// <summary>Sequences in this call.</summary>
    protected int SliceCount => _pass.SliceCount;

    /// <summary>Layer of the stack that runs.</summary>
    protected int Layer { get; set; }

    /// <summary>The sequences' parts, in order of their rows.</summary>
    protected BatchSlice* Slices => _pass.Slices;

    /// <summary>[rows]: token ids.</summary>
    protected int* TokenIds => _pass.TokenIds;

    /// <summary>[rows]: place of each row in its sequence.</summary>
    protected long* Positions => _pass.Positions;

    /// <summary>[rows]: which slice a row belongs to.</summary>
    protected int* SliceOf => _pass.SliceOf;

    /// <summary>First of the rows that a matrix gradient is made from at once.</summary>
    protected int PackedFirst { get; set; }

    /// <summary>Gradient of the rows that a segment handed on.</summary>
    protected float* Incoming { get; private set; }

    /// <summary>Where the gradient of the rows that it got goes.</summary>
    protected float* Outgoing { get; private set; }

    /// <summary>What went out of one segment comes into the one before.</summary>
    protected void Turn()
    {
        var incoming = Incoming;
        Incoming = Outgoing;
        Outgoing = incoming;
    }

    /// <summary>Width of the rows that segments hand on, and of the head's.</summary>
    protected abstract int Width { get; }

    /// <summary>Elements of one sequence's state.</summary>
    protected abstract long StateLength { get; }

    /// <summary>The parameter slot of the head's table.</summary>
    protected abstract int HeadSlot { get; }

    /// <summary>[rows, width]: what the head multiplies.</summary>
    protected abstract float* Hidden { get; }

    /// <summary>Puts the learnt starting weights into a state of zeros.</summary>
    protected abstract void StartState(float* state);

    /// <summary>Runs everything up to the head.</summary>
    protected abstract void Forward();

    /// <summary>Runs back, from <see cref="Incoming"/>.</summary>
    protected abstract void Backward();

    /// <inheritdoc/>
    public abstract void Execute(int kernel, int worker, int workers);

    /// <summary>Runs a kernel on all workers.</summary>
    protected void Run(int kernel)
    {
        var start = Stopwatch.GetTimestamp();
        _pool.Run(this, kernel);
        Count(KernelNames[kernel], start);
    }

    private void Count(string name, long start) =>
        CollectionsMarshal.GetValueRefOrAddDefault(Times, name, out _) += Stopwatch.GetElapsedTime(start).TotalSeconds;

    /// <summary>The kernels' names, by their numbers.</summary>
    protected abstract IReadOnlyList<string> KernelNames { get; }

    /// <summary>Runs a kernel that has little to do for few rows: those on this thread alone.</summary>
    protected void RunRows(int kernel)
    {
        if (Rows < 4 * _pool.Threads) Execute(kernel, 0, 1);
        else Run(kernel);
    }

    /// <summary>Working memory of one worker.</summary>
    protected float* Scratch(int worker) => _scratch[worker].Pointer;

    /// <summary>Kept inner states of one worker.</summary>
    protected float* Kept(int worker) => _kept[worker]!.Pointer;

    /// <summary>The state that a fresh sequence starts from.</summary>
    protected float* InitialState => _start!.Pointer;

    /// <summary>Every inner model: its name, how many layers have it, its heads.</summary>
    protected abstract IReadOnlyList<(string Memory, int Layers, int Heads)> Memories { get; }

    /// <summary>[3]: where one head of this layer adds up its inner losses, at zero.</summary>
    protected double* InnerLossSums(int memory, int head) => _innerLossSums!.Start(memory, Layer, head);

    /// <summary>Rows of the past before each sequence's own.</summary>
    protected void EnterHalo(float* rows, int columns, int halo, long stateOffset) => _pass.EnterHalo(rows, columns, halo, stateOffset);

    /// <summary>Keeps the last rows of each sequence that is carried on.</summary>
    protected void LeaveHalo(float* rows, int columns, int halo, long stateOffset) => _pass.LeaveHalo(rows, columns, halo, stateOffset);

    /// <summary>Zeros past the end of each sequence.</summary>
    protected void ClearHalo(float* rows, int columns, int halo) => _pass.ClearHalo(rows, columns, halo);

    // ---- for constructors

    /// <summary>A parameter that is not packed.</summary>
    protected float* Plain(int slot) => _weights.Pointer + _layout.Offset(slot, 0);

    /// <summary>A parameter's gradient.</summary>
    protected float* Gradient(int slot) => _gradients.Pointer + _layout.Offset(slot, 0);

    /// <summary>A matrix for each layer.</summary>
    protected PackedMatrix[] Matrices(int slot) => _packed.Of(slot, transposed: false);

    /// <summary>A matrix for each layer, packed the other way round.</summary>
    protected PackedMatrix[] Transposed(int slot) => _packed.Of(slot, transposed: true);

    /// <summary>Memory that lives as long as the model.</summary>
    protected float* Allocate(long elements)
    {
        var buffer = Own(new NativeBuffer(elements));
        _workingElements += elements;
        return buffer.Pointer;
    }

    /// <summary>[rows and a halo for each sequence, stride].</summary>
    protected long RowsLength(int stride, int halo) => (MaxTokens + (halo == 0 ? 0L : (long)halo * (MaxSequences + 1))) * stride;

    /// <summary>Room for the inner states that a scan's gradient keeps.</summary>
    protected void Keep(long elements)
    {
        if (_kept[0] is { } had && had.Length >= elements) return;
        for (var worker = 0; worker < _kept.Length; worker++)
        {
            _workingElements += elements - (_kept[worker]?.Length ?? 0);
            _kept[worker]?.Dispose();
            _kept[worker] = new NativeBuffer(elements);
        }
    }

    /// <summary>How many of a stack's layers keep their activations, within the budget that is left: at least one.</summary>
    protected int Kept(long elementsOfLayer, int layers)
    {
        var bytes = Math.Max(1, elementsOfLayer * sizeof(float));
        var kept = (int)Math.Clamp(_activationBytes / bytes, 1, layers);
        _activationBytes -= kept * bytes;
        return kept;
    }

    /// <summary>Disposes of something with the model.</summary>
    protected T Own<T>(T resource) where T : IDisposable
    {
        _owned.Add(resource);
        return resource;
    }

    // ---- calls

    /// <inheritdoc/>
    public override void WeightsChanged()
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
        Begin(batch);
        Forward();
        var loss = Head(scale, Incoming, _gradients.Pointer + _layout.Offset(HeadSlot, 0));
        Backward();
        End();
        return loss;
    }

    /// <inheritdoc/>
    public override BatchLoss Measure(TrainingBatch batch)
    {
        Begin(batch);
        Forward();
        var loss = Head(1, null, null);
        End();
        return loss;
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
        ObjectDisposedException.ThrowIf(_disposed, this);
        Check(batch);
        if (!_isPacked) WeightsChanged();
        _head ??= Own(new CrossEntropyHead(_pool, Width, Vocabulary, MaxTokens));
        if (Incoming == null)
        {
            Incoming = Allocate((long)MaxTokens * Width);
            Outgoing = Allocate((long)MaxTokens * Width);
            _start = Own(new NativeBuffer(StateLength));
        }
        new Span<float>(_start!.Pointer, checked((int)StateLength)).Clear();
        StartState(_start.Pointer);

        if (WatchInnerLoss) _innerLossSums ??= new InnerLossSums(Memories);
        _pass.Clear();
        _carries.Clear();
        batch.Targets.Span.CopyTo(_targets);
        var tokens = batch.Tokens.Span;
        foreach (var sequence in batch.Sequences)
        {
            var carry = (CompiledCarry?)sequence.Carry;
            if (carry is not null) _carries.Add(carry);
            var state = carry is null || carry.State == null ? _start.Pointer : carry.State;
            _pass.Add(tokens[..sequence.Count], carry?.Position ?? 0, state, carry is null ? null : carry.Next);
            tokens = tokens[sequence.Count..];
        }
    }

    private void End()
    {
        foreach (var carry in _carries) carry.Advance(Count(carry));
        _innerLosses = WatchInnerLoss ? _innerLossSums!.Over(Rows) : [];

        int Count(CompiledCarry carry)
        {
            for (var s = 0; s < SliceCount; s++)
                if (Slices[s].End == carry.Next) return Slices[s].Count;
            return 0;
        }
    }

    private void Check(TrainingBatch batch)
    {
        var tokens = batch.Tokens.Span;
        var targets = batch.Targets.Span;
        if (tokens.Length > MaxTokens) throw new TttException($"a batch of this model has at most {MaxTokens} tokens, found {tokens.Length}; raise TrainableOptions.MaxTokens");
        if (targets.Length != tokens.Length) throw new TttException($"expected a target for each of {tokens.Length} tokens, found {targets.Length}");
        if (batch.Sequences.Count > MaxSequences) throw new TttException($"a batch of this model has at most {MaxSequences} sequences, found {batch.Sequences.Count}");
        long total = 0;
        var carries = new HashSet<TrainingCarry>();
        foreach (var sequence in batch.Sequences)
        {
            if (sequence.Count < 1) throw new TttException($"a sequence has at least one token, found {sequence.Count}");
            if (sequence.Carry is { } carry && (carry is not CompiledCarry own || own.Model != this || !carries.Add(carry)))
                throw new TttException("a carry belongs to this model, and to one sequence of a batch");
            total += sequence.Count;
        }
        if (total != tokens.Length) throw new TttException($"the sequences have {total} tokens, found {tokens.Length}");
        for (var t = 0; t < tokens.Length; t++)
        {
            if ((uint)tokens[t] >= (uint)Vocabulary) throw new TttException($"token {t}: expected an id in 0 … {Vocabulary - 1}, found {tokens[t]}");
            if (targets[t] >= Vocabulary) throw new TttException($"target {t}: expected an id in 0 … {Vocabulary - 1}, or −1 for none, found {targets[t]}");
        }
    }

    /// <inheritdoc/>
    public override TrainingCarry CreateCarry() => new CompiledCarry(this, StateLength);

    /// <summary>A weight in the checkpoint's order.</summary>
    /// <exception cref="TttException">No such tensor.</exception>
    public float[] ReadWeight(string key) => Read(key, _weights.Pointer);

    /// <summary>A gradient in the checkpoint's order.</summary>
    /// <exception cref="TttException">No such tensor.</exception>
    public float[] ReadGradient(string key) => Read(key, _gradients.Pointer);

    private float[] Read(string key, float* block)
    {
        for (var s = 0; s < _slots.Count; s++)
            for (var layer = 0; layer < _slots[s].Layers; layer++)
                if (_slots[s].KeyOf(layer) == key)
                {
                    var numbers = new float[_slots[s].Count];
                    _layout.Leave(s, new ReadOnlySpan<float>(block + _layout.Offset(s, layer), numbers.Length), 0, numbers);
                    return numbers;
                }
        throw new TttException($"{key}: expected a tensor of {Definition.Name}; 'inspect' lists them");
    }

    // ---- checkpoints

    private void Draw(int seed)
    {
        // the same numbers as an inference model's of this seed
        var random = new Random(seed);
        for (var s = 0; s < _slots.Count; s++)
            for (var layer = 0; layer < _slots[s].Layers; layer++)
            {
                var numbers = new float[_slots[s].Count];
                ModelWeights.Draw(_slots[s], random, numbers);
                _layout.Enter(s, numbers, Tensor(s, layer));
            }
    }

    private Span<float> Tensor(int slot, int layer) => new(_weights.Pointer + _layout.Offset(slot, layer), checked((int)_slots[slot].Count));

    /// <inheritdoc/>
    public override void Load(Checkpoint checkpoint)
    {
        checkpoint.Config.Check(Definition.Config, Definition.Name);
        checkpoint.Check(Definition.Parameters, Definition.Name);
        foreach (var (key, value) in Settings) Set(key, checkpoint.Config.Double(key, value));
        for (var s = 0; s < _slots.Count; s++)
            for (var layer = 0; layer < _slots[s].Layers; layer++)
            {
                var numbers = new float[_slots[s].Count];
                checkpoint.Read(_slots[s].KeyOf(layer), 0, numbers);
                _layout.Enter(s, numbers, Tensor(s, layer));
            }
        _original = checkpoint.Config;
        WeightsChanged();
    }

    /// <inheritdoc/>
    public override void Save(string directory, DType type)
    {
        var index = new Dictionary<string, (int Slot, int Layer)>();
        for (var s = 0; s < _slots.Count; s++)
            for (var layer = 0; layer < _slots[s].Layers; layer++) index[_slots[s].KeyOf(layer)] = (s, layer);
        ConfigEntry[] config = [.. Definition.Config, .. Settings.Select(static s => new ConfigEntry(s.Key, s.Value.ToString("R", CultureInfo.InvariantCulture)))];
        CheckpointWriter.Write(directory, config, Definition.Parameters, (parameter, first, to) =>
        {
            var (slot, layer) = index[parameter.Key];
            _layout.Leave(slot, Tensor(slot, layer), first, to);
        }, type, _original);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _pool.Dispose();
        foreach (var s in _scratch) s.Dispose();
        foreach (var k in _kept) k?.Dispose();
        foreach (var o in _owned) o.Dispose();
        _packed.Dispose();
        _weights.Dispose();
        _gradients.Dispose();
        GC.SuppressFinalize(this);
    }
}
