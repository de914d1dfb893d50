using System.Globalization;
using System.Runtime.InteropServices;
using TttGen.Checkpoints;
using TttGen.Cpu;

namespace TttGen.Inference;

/// <summary>
/// What every generated model shares on the processor: workers, working memory, weights, logits. The generated part has the kernels and the order
/// in which they run. A pass takes at most <see cref="MaxRows"/> rows.
/// </summary>
public abstract unsafe class CompiledModel : BatchedModel, IParallelWork
{
    /// <summary>Rows of one pass.</summary>
    public const int MaxRows = 512;

    /// <summary>Rows whose logits are made at once where all are wanted.</summary>
    private const int MaxLogitRows = 256;

    private readonly WorkerPool _pool;
    private readonly NativeBuffer[] _scratch;
    private readonly List<IDisposable> _owned = [];
    private readonly CheckpointConfig? _original;
    private NativeBuffer? _lastLogits;
    private NativeBuffer? _allLogits;
    private long _workingElements;

    /// <summary>Takes over the weights.</summary>
    /// <param name="slots">The generated table of parameters.</param>
    /// <param name="weights">Their values.</param>
    /// <param name="options">Threads.</param>
    /// <param name="scratch">Elements of working memory that each worker needs.</param>
    /// <param name="original">The config.json that the weights came with.</param>
    protected CompiledModel(IReadOnlyList<ParameterSlot> slots, ModelWeights weights, ModelOptions options, long scratch, CheckpointConfig? original) : base(MaxRows)
    {
        if (options.Device is { } device)
        {
            weights.Dispose();
            throw new TttException($"{Definition.Name} has no kernels for {device.Name}; set <TttGenCuda>true</TttGenCuda> in its project, or run it on the CPU");
        }
        if (options.Cache != CacheType.Float32 && PageClasses.Count == 0)
        {
            weights.Dispose();
            throw new TttException($"{Definition.Name} does not attend, and keeps no keys and values: expected a cache in f32, found bf16; leave out --cache (ModelOptions.Cache)");
        }
        MaxContext = options.MaxContext;
        Cache = options.Cache;
        Slots = slots;
        Parameters = weights;
        _original = original;
        _pool = WorkerPool.Of(options.Threads);
        var threads = _pool.Threads;
        _scratch = [.. Enumerable.Range(0, threads).Select(_ => new NativeBuffer(scratch + 64))];
        _workingElements = threads * (scratch + 64);
    }

    /// <summary>The generated table of parameters.</summary>
    protected IReadOnlyList<ParameterSlot> Slots { get; }

    /// <summary>The weights.</summary>
    protected ModelWeights Parameters { get; }

    /// <summary>Layer of the stack that runs.</summary>
    protected int Layer { get; set; }

    /// <summary>The sequences' parts, in order of their rows.</summary>
    protected BatchSlice* Slices => Pass.Slices;

    /// <summary>[rows]: token ids.</summary>
    protected int* TokenIds => Pass.TokenIds;

    /// <summary>[rows]: place of each row in its sequence.</summary>
    protected long* Positions => Pass.Positions;

    /// <summary>[rows]: which slice a row belongs to.</summary>
    protected int* SliceOf => Pass.SliceOf;

    /// <summary>[output rows, vocabulary]: where their logits go.</summary>
    protected float* LogitRows { get; private set; }

    /// <summary>Run-time numbers that config.json gives: keys and values in use.</summary>
    protected abstract IReadOnlyList<(string Key, double Value)> Settings { get; }

    /// <summary>Called after each block with the residual stream [rows, width]; for looking, not for changing.</summary>
    public LayerObserver? Observer { get; set; }

    /// <inheritdoc/>
    public override int Threads => _pool.Threads;

    /// <inheritdoc/>
    public override WeightType Weights => Parameters.Type;

    /// <inheritdoc/>
    public override CacheType Cache { get; }

    /// <inheritdoc/>
    public override long WeightBytes => Parameters.Bytes;

    /// <inheritdoc/>
    public override long StateBytes => StateLength * sizeof(float);

    /// <inheritdoc/>
    public override long WorkingBytes => _workingElements * sizeof(float);

    /// <summary>Classes of pages that a sequence's keys and values lie in; none: what it carries does not grow.</summary>
    protected virtual IReadOnlyList<PageClass> PageClasses => [];

    /// <summary>Whether a sequence carries nothing but pages: its state can go back then.</summary>
    protected virtual bool OnlyPages => false;

    /// <summary>As <see cref="PageClasses"/>, for states, in the cache's type.</summary>
    internal IReadOnlyList<PageClass> PageLayout => field ??= Cache == CacheType.Float32 ? PageClasses : [.. PageClasses.Select(one => one with { Cache = Cache })];

    /// <summary>As <see cref="OnlyPages"/>, for states.</summary>
    internal bool CarriesOnlyPages => OnlyPages;

    /// <summary>Puts the learnt starting weights into a state of zeros.</summary>
    protected abstract void StartState(float* state);

    internal void Start(float* state) => StartState(state);

    internal override uint StartChecksum
    {
        get
        {
            using var state = new CompiledState(this);
            var sum = Crc32C.Empty;
            sum.Add(MemoryMarshal.AsBytes(state.Read()));

            // Keys and values start from nothing that says which weights make them.
            Span<uint> given = [Parameters.GivenChecksum];
            if (PageClasses.Count > 0) sum.Add(MemoryMarshal.AsBytes(given));
            return sum.Value;
        }
    }

    /// <summary>What is made for the rows of a pass before its kernels run: rotations by their places.</summary>
    protected virtual void Prepare()
    {
    }

    private protected override void RunPass(bool lastRows)
    {
        Prepare();
        Forward();
    }

    /// <summary>Runs the head over <see cref="BatchedModel.OutputRows"/>.</summary>
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
    protected static double Setting(CheckpointConfig? config, string key, double absent) => ModelSettings.Of(config, key, absent);

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
            Observer(SliceStates[s], Layer, Slices[s].Position, new ReadOnlySpan<float>(rows + (long)Slices[s].First * columns, Slices[s].Count * columns));
    }

    /// <summary>Puts the rows of the past before each sequence's own.</summary>
    protected void EnterHalo(float* rows, int columns, int halo, long stateOffset) => Pass.EnterHalo(rows, columns, halo, stateOffset);

    /// <summary>Keeps the last rows of each sequence for the next call.</summary>
    protected void LeaveHalo(float* rows, int columns, int halo, long stateOffset) => Pass.LeaveHalo(rows, columns, halo, stateOffset);

    // ---- calls

    /// <inheritdoc/>
    public override SequenceState CreateState()
    {
        using var call = Lifetime.Hold();
        return new CompiledState(this);
    }

    private protected override bool Owns(ModelState state) => state is CompiledState;

    private protected override float* AddressOf(ModelState state) => ((CompiledState)state).Pointer;

    private protected override void CopyLast(Span<float> logits)
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
            new ReadOnlySpan<float>(LogitRows + (long)r * Vocabulary, Vocabulary).CopyTo(logits.Slice(OutputSequence(r) * Vocabulary, Vocabulary));
    }

    private protected override void ConsumeAll(LogitsConsumer consumer)
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
            HandOver(first, new ReadOnlySpan<float>(LogitRows, OutputCount * Vocabulary), consumer);
        }
    }

    /// <inheritdoc/>
    public override void Save(string directory)
    {
        ArgumentException.ThrowIfNullOrEmpty(directory);
        using var call = Lifetime.Hold();
        var index = new Dictionary<string, (int Slot, int Layer)>();
        for (var s = 0; s < Slots.Count; s++)
            for (var layer = 0; layer < Slots[s].Layers; layer++) index[Slots[s].KeyOf(layer)] = (s, layer);
        var type = Weights == WeightType.BFloat16 ? DType.BF16 : DType.F32;
        ConfigEntry[] config = [.. Definition.Config, .. Settings.Select(s => new ConfigEntry(s.Key, s.Value.ToString("R", CultureInfo.InvariantCulture)))];
        CheckpointWriter.Write(directory, config, Definition.Parameters,
            (parameter, first, to) => Parameters.Read(index[parameter.Key].Slot, index[parameter.Key].Layer, first, to), type, _original);
    }

    private protected override void Free()
    {
        _pool.Dispose();
        foreach (var s in _scratch) s.Dispose();
        foreach (var o in _owned) o.Dispose();
        _lastLogits?.Dispose();
        _allLogits?.Dispose();
        Parameters.Dispose();
    }
}

/// <summary>Sees the residual stream of one sequence after a block.</summary>
/// <param name="state">The sequence.</param>
/// <param name="layer">Which block.</param>
/// <param name="position">Place of the first row in the sequence.</param>
/// <param name="rows">[rows, width].</param>
public delegate void LayerObserver(SequenceState state, int layer, long position, ReadOnlySpan<float> rows);
