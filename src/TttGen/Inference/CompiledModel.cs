using System.Globalization;
using System.Runtime.InteropServices;
using TttGen.Checkpoints;
using TttGen.Cpu;

namespace TttGen.Inference;

/// <summary>
/// What every generated model shares: batches cut into passes of packed rows, states, logits. The generated part has the kernels and the order
/// in which they run. A pass takes at most <see cref="MaxRows"/> rows of any number of sequences; there is no padding.
/// </summary>
public abstract unsafe class CompiledModel : TttModel, IParallelWork
{
    /// <summary>Rows of one pass.</summary>
    public const int MaxRows = 512;

    /// <summary>Rows whose logits are made at once where all are wanted.</summary>
    private const int MaxLogitRows = 256;

    private readonly WorkerPool _pool;
    private readonly RowPass _pass = new(MaxRows, MaxRows);
    private readonly int[] _outputRows = GC.AllocateArray<int>(MaxRows, pinned: true);
    private readonly int[] _outputSequence = new int[MaxRows];
    private readonly CompiledState[] _sliceStates = new CompiledState[MaxRows];
    private readonly NativeBuffer[] _scratch;
    private readonly List<IDisposable> _owned = [];
    private readonly CheckpointConfig? _original;
    private NativeBuffer? _lastLogits;
    private NativeBuffer? _allLogits;
    private long _workingElements;
    private bool _disposed;

    /// <summary>Takes over the weights.</summary>
    /// <param name="slots">The generated table of parameters.</param>
    /// <param name="weights">Their values.</param>
    /// <param name="options">Threads.</param>
    /// <param name="scratch">Elements of working memory that each worker needs.</param>
    /// <param name="original">The config.json that the weights came with.</param>
    protected CompiledModel(IReadOnlyList<ParameterSlot> slots, ModelWeights weights, ModelOptions options, long scratch, CheckpointConfig? original)
    {
        if (options.Device is { } device)
        {
            weights.Dispose();
            throw new TttException($"{Definition.Name} has no kernels for {device.Name}; set <TttGenCuda>true</TttGenCuda> in its project, or run it on the CPU");
        }
        Slots = slots;
        Parameters = weights;
        _original = original;
        var threads = options.Threads > 0 ? options.Threads : Environment.ProcessorCount;
        _pool = new WorkerPool(threads);
        _scratch = [.. Enumerable.Range(0, threads).Select(_ => new NativeBuffer(scratch + 64))];
        _workingElements = threads * (scratch + 64);
    }

    /// <summary>The generated table of parameters.</summary>
    protected IReadOnlyList<ParameterSlot> Slots { get; }

    /// <summary>The weights.</summary>
    protected ModelWeights Parameters { get; }

    /// <summary>Rows of this pass.</summary>
    protected int Rows => _pass.Rows;

    /// <summary>Sequences in this pass.</summary>
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

    /// <summary>[output rows]: rows whose logits are wanted.</summary>
    protected int* OutputRows { get; private set; }

    /// <summary>How many of them.</summary>
    protected int OutputCount { get; private set; }

    /// <summary>[output rows, vocabulary]: where their logits go.</summary>
    protected float* LogitRows { get; private set; }

    /// <summary>Mini-batches are cut at multiples of this, where a cut is free.</summary>
    protected abstract int RowAlignment { get; }

    /// <summary>Run-time numbers that config.json gives: keys and values in use.</summary>
    protected abstract IReadOnlyList<(string Key, double Value)> Settings { get; }

    /// <summary>Elements of one state.</summary>
    protected abstract long StateLength { get; }

    /// <summary>What a state of this model is called: name and sizes.</summary>
    protected abstract string StateSignature { get; }

    /// <summary>The two above, for states; models in assemblies that see this one's internals override them as all others do.</summary>
    internal (long Length, string Signature) StateLayout => (StateLength, StateSignature);

    /// <summary>Where inner weights lie within a state.</summary>
    public abstract IReadOnlyList<StateTensor> StateTensors { get; }

    /// <summary>Called after each block with the residual stream [rows, width]; for looking, not for changing.</summary>
    public LayerObserver? Observer { get; set; }

    /// <inheritdoc/>
    public override int Threads => _pool.Threads;

    /// <inheritdoc/>
    public override WeightType Weights => Parameters.Type;

    /// <inheritdoc/>
    public override long WeightBytes => Parameters.Bytes;

    /// <inheritdoc/>
    public override long StateBytes => StateLength * sizeof(float);

    /// <inheritdoc/>
    public override long WorkingBytes => _workingElements * sizeof(float);

    /// <summary>Puts the learnt starting weights into a state of zeros.</summary>
    protected abstract void StartState(float* state);

    internal void Start(float* state)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        StartState(state);
    }

    /// <summary>Runs everything up to the head over the rows of this pass.</summary>
    protected abstract void Forward();

    /// <summary>Runs the head over <see cref="OutputRows"/>.</summary>
    protected abstract void Head();

    /// <inheritdoc/>
    public abstract void Execute(int kernel, int worker, int workers);

    /// <summary>Working memory of one worker.</summary>
    protected float* Scratch(int worker) => _scratch[worker].Pointer;

    /// <summary>Working memory that lives as long as the model.</summary>
    protected float* Allocate(long elements)
    {
        var buffer = Own(new NativeBuffer(elements));
        _workingElements += elements;
        return buffer.Pointer;
    }

    /// <summary>Disposes of something with the model.</summary>
    protected T Own<T>(T resource) where T : IDisposable
    {
        _owned.Add(resource);
        return resource;
    }

    /// <summary>A setting of config.json, or its default.</summary>
    protected static double Setting(CheckpointConfig? config, string key, double absent) => config?.Double(key, absent) ?? absent;

    /// <summary>Runs a kernel on all workers.</summary>
    protected void Run(int kernel) => _pool.Run(this, kernel);

    /// <summary>Runs a kernel that has little to do for few rows: those on this thread alone.</summary>
    protected void RunRows(int kernel)
    {
        if (Rows < 4 * Threads) Execute(kernel, 0, 1);
        else Run(kernel);
    }

    /// <summary>Tells the observer, where there is one.</summary>
    protected void Observe(float* rows, int columns)
    {
        if (Observer is null) return;
        for (var s = 0; s < SliceCount; s++)
            Observer(_sliceStates[s], Layer, Slices[s].Position, new ReadOnlySpan<float>(rows + (long)Slices[s].First * columns, Slices[s].Count * columns));
    }

    /// <summary>Puts the rows of the past before each sequence's own.</summary>
    protected void EnterHalo(float* rows, int columns, int halo, long stateOffset) => _pass.EnterHalo(rows, columns, halo, stateOffset);

    /// <summary>Keeps the last rows of each sequence for the next call.</summary>
    protected void LeaveHalo(float* rows, int columns, int halo, long stateOffset) => _pass.LeaveHalo(rows, columns, halo, stateOffset);

    // ---- calls

    /// <inheritdoc/>
    public override SequenceState CreateState()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return new CompiledState(this);
    }

    /// <inheritdoc/>
    public override void Prefill(SequenceState state, ReadOnlySpan<int> tokens, Span<float> logits)
    {
        var length = tokens.Length;
        Prefill(new ReadOnlySpan<SequenceState>(in state), tokens, new ReadOnlySpan<int>(in length), logits);
    }

    /// <inheritdoc/>
    public override void Prefill(ReadOnlySpan<SequenceState> states, ReadOnlySpan<int> tokens, ReadOnlySpan<int> lengths, Span<float> logits)
    {
        CheckLogits(states.Length, logits.Length);
        CheckLengths(states.Length, lengths.Length);
        RunPasses(states, tokens, lengths, logits, null);
    }

    /// <inheritdoc/>
    public override void Prefill(ReadOnlySpan<SequenceState> states, ReadOnlySpan<int> tokens, ReadOnlySpan<int> lengths, LogitsConsumer consumer)
    {
        ArgumentNullException.ThrowIfNull(consumer);
        CheckLengths(states.Length, lengths.Length);
        RunPasses(states, tokens, lengths, default, consumer);
    }

    /// <inheritdoc/>
    public override void Decode(SequenceState state, int token, Span<float> logits) =>
        Prefill(state, new ReadOnlySpan<int>(in token), logits);

    /// <inheritdoc/>
    public override void Decode(ReadOnlySpan<SequenceState> states, ReadOnlySpan<int> tokens, Span<float> logits)
    {
        CheckLogits(states.Length, logits.Length);
        if (tokens.Length != states.Length) throw new TttException($"decode: expected one token for each of {states.Length} sequences, found {tokens.Length}");
        RunPasses(states, tokens, default, logits, null);
    }

    private void CheckLogits(int sequences, int found)
    {
        if (found != (long)sequences * Vocabulary)
            throw new TttException($"logits: expected room for {sequences} × {Vocabulary} numbers, found {found}");
    }

    private static void CheckLengths(int sequences, int found)
    {
        if (found != sequences) throw new TttException($"prefill: expected {sequences} lengths, one a sequence, found {found}");
    }

    /// <summary>Length of one sequence of a call; decoding passes no lengths.</summary>
    private static int LengthOf(ReadOnlySpan<int> lengths, int sequence) => lengths.IsEmpty ? 1 : lengths[sequence];

    private void CheckCall(ReadOnlySpan<SequenceState> states, ReadOnlySpan<int> tokens, ReadOnlySpan<int> lengths)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (states.IsEmpty) throw new TttException("prefill: expected at least one sequence, found none");
        long total = 0;
        for (var s = 0; s < states.Length; s++)
        {
            if (states[s] is not CompiledState state) throw new TttException($"sequence {s}: expected a state of this model, found one made elsewhere");
            if (state.Model != this && state.Model.StateLayout.Signature != StateSignature)
                throw new TttException($"sequence {s}: expected a state of {StateSignature}, found one of {state.Model.StateLayout.Signature}");
            _ = state.Numbers; // refuses a disposed one
            state.Sequence = s;
            if (LengthOf(lengths, s) <= 0) throw new TttException($"sequence {s}: expected at least one token, found none");
            total += LengthOf(lengths, s);
        }
        for (var s = 0; s < states.Length; s++)
            if (((CompiledState)states[s]).Sequence is var last && last != s)
                throw new TttException($"sequences {s} and {last} are one state; fork it to continue it in two ways");
        if (total != tokens.Length) throw new TttException($"prefill: the lengths add up to {total}, found {tokens.Length} tokens");
        var vocabulary = Vocabulary;
        for (var t = 0; t < tokens.Length; t++)
            if ((uint)tokens[t] >= (uint)vocabulary) throw new TttException($"token {t}: expected an id in 0 … {vocabulary - 1}, found {tokens[t]}");
    }

    private void RunPasses(ReadOnlySpan<SequenceState> states, ReadOnlySpan<int> tokens, ReadOnlySpan<int> lengths, Span<float> logits, LogitsConsumer? consumer)
    {
        CheckCall(states, tokens, lengths);
        OutputRows = (int*)Marshal.UnsafeAddrOfPinnedArrayElement(_outputRows, 0);

        int sequence = 0, done = 0, token = 0;
        while (sequence < states.Length)
        {
            _pass.Clear();
            OutputCount = 0;
            var firstSequence = sequence;
            var firstDone = done;
            while (sequence < states.Length && Rows < MaxRows)
            {
                var state = (CompiledState)states[sequence];
                var left = LengthOf(lengths, sequence) - done;
                var take = Take(left, MaxRows - Rows, state.Position);
                if (take == 0) break;
                AddSlice(state, tokens.Slice(token, take));
                token += take;
                done += take;
                if (done < LengthOf(lengths, sequence)) break;
                if (consumer is null)
                {
                    _outputSequence[OutputCount] = sequence;
                    _outputRows[OutputCount++] = Rows - 1;
                }
                sequence++;
                done = 0;
            }
            Forward();
            // before the consumer, which may throw: states know what they have read
            for (var s = 0; s < SliceCount; s++) _sliceStates[s].Advance(Slices[s].Count);
            if (consumer is not null) ConsumeAll(firstSequence, firstDone, consumer);
            else if (OutputCount > 0) CopyLast(logits);
        }
        Array.Clear(_sliceStates, 0, Math.Min(states.Length, MaxRows));
    }

    /// <summary>Tokens of a sequence for this pass: all that are left, or a cut that the next pass can start a mini-batch at.</summary>
    private int Take(int left, int room, long position)
    {
        if (left <= room) return left;
        var end = (position + room) / RowAlignment * RowAlignment;
        var aligned = (int)(end - position);
        return aligned > 0 ? aligned : Rows > 0 ? 0 : room;
    }

    private void AddSlice(CompiledState state, ReadOnlySpan<int> tokens)
    {
        _sliceStates[SliceCount] = state;
        _pass.Add(tokens, state.Position, state.Pointer, state.Pointer);
    }

    private void CopyLast(Span<float> logits)
    {
        var count = OutputCount;
        if (_lastLogits is null || _lastLogits.Length < (long)count * Vocabulary)
        {
            if (_lastLogits is { } old) _workingElements -= old.Length;
            _lastLogits?.Dispose();
            _lastLogits = new NativeBuffer((long)count * Vocabulary);
            _workingElements += _lastLogits.Length;
        }
        LogitRows = _lastLogits.Pointer;
        Head();
        for (var r = 0; r < count; r++)
            new ReadOnlySpan<float>(LogitRows + (long)r * Vocabulary, Vocabulary).CopyTo(logits.Slice(_outputSequence[r] * Vocabulary, Vocabulary));
    }

    private void ConsumeAll(int firstSequence, int firstDone, LogitsConsumer consumer)
    {
        if (_allLogits is null)
        {
            _allLogits = new NativeBuffer((long)MaxLogitRows * Vocabulary);
            _workingElements += _allLogits.Length;
        }
        LogitRows = _allLogits.Pointer;
        for (var first = 0; first < Rows; first += MaxLogitRows)
        {
            OutputCount = Math.Min(MaxLogitRows, Rows - first);
            for (var r = 0; r < OutputCount; r++) OutputRows[r] = first + r;
            Head();
            for (var r = 0; r < OutputCount;)
            {
                var slice = SliceOf[first + r];
                var within = first + r - Slices[slice].First;
                var rows = Math.Min(OutputCount - r, Slices[slice].Count - within);
                consumer(firstSequence + slice, within + (slice == 0 ? firstDone : 0), new ReadOnlySpan<float>(LogitRows + (long)r * Vocabulary, rows * Vocabulary));
                r += rows;
            }
        }
    }

    /// <summary>An inner weight or gradient sum of a state: [layers, heads, count] in order.</summary>
    /// <exception cref="TttException">A state of another model, or no such tensor.</exception>
    public float[] ReadState(SequenceState state, string name)
    {
        if (state is not CompiledState compiled || compiled.Model.StateLayout.Signature != StateSignature) throw new TttException("expected a state of this model");
        var tensor = StateTensors.FirstOrDefault(t => t.Name == name)
            ?? throw new TttException($"{name}: expected one of {string.Join(", ", StateTensors.Select(t => t.Name))}");
        var numbers = new float[(long)tensor.Layers * tensor.Heads * tensor.Count];
        var to = numbers.AsSpan();
        for (var layer = 0; layer < tensor.Layers; layer++)
            for (var head = 0; head < tensor.Heads; head++)
            {
                compiled.Numbers.Slice((int)(tensor.Offset + layer * tensor.LayerStride + head * tensor.HeadStride), tensor.Count).CopyTo(to);
                to = to[tensor.Count..];
            }
        return numbers;
    }

    /// <inheritdoc/>
    public override void Save(string directory)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        var index = new Dictionary<string, (int Slot, int Layer)>();
        for (var s = 0; s < Slots.Count; s++)
            for (var layer = 0; layer < Slots[s].Layers; layer++) index[Slots[s].KeyOf(layer)] = (s, layer);
        var type = Weights == WeightType.BFloat16 ? DType.BF16 : DType.F32;
        ConfigEntry[] config = [.. Definition.Config, .. Settings.Select(s => new ConfigEntry(s.Key, s.Value.ToString("R", CultureInfo.InvariantCulture)))];
        CheckpointWriter.Write(directory, config, Definition.Parameters,
            (parameter, first, to) => Parameters.Read(index[parameter.Key].Slot, index[parameter.Key].Layer, first, to), type, _original);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _pool.Dispose();
        foreach (var s in _scratch) s.Dispose();
        foreach (var o in _owned) o.Dispose();
        _lastLogits?.Dispose();
        _allLogits?.Dispose();
        Parameters.Dispose();
        GC.SuppressFinalize(this);
    }
}

/// <summary>Sees the residual stream of one sequence after a block.</summary>
/// <param name="state">The sequence.</param>
/// <param name="layer">Which block.</param>
/// <param name="position">Place of the first row in the sequence.</param>
/// <param name="rows">[rows, width].</param>
public delegate void LayerObserver(SequenceState state, int layer, long position, ReadOnlySpan<float> rows);
