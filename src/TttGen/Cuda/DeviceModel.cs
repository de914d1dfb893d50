using System.Reflection;
using System.Runtime.InteropServices;
using TttGen.Checkpoints;
using TttGen.Cpu;
using TttGen.Inference;

namespace TttGen.Cuda;

/// <summary>
/// What every generated model shares on a device: weights, states and rows in its memory, launches. The generated part has the plan: which kernels run
/// in which order. A pass takes at most <see cref="MaxRows"/> rows; one row of each sequence is decoding, whose launches are recorded once and replayed
/// (<see cref="DecodeStep"/>).
/// </summary>
public abstract unsafe partial class DeviceModel : BatchedModel
{
    /// <summary>Rows of one pass.</summary>
    public const int MaxRows = 4096;

    /// <summary>Rows whose logits are made at once where all are wanted.</summary>
    private const int MaxLogitRows = 512;

    /// <summary>Numbers of sequences whose decoding is kept as a recording.</summary>
    private const int MostSteps = 8;

    private readonly IReadOnlyList<ParameterSlot> _slots;
    private readonly DeviceView<float>[] _weights;
    private readonly DeviceView<ushort>[] _halfWeights;
    private readonly CheckpointConfig? _original;
    private readonly string _image;
    private readonly List<DeviceBuffer> _owned = [];
    private readonly Stack<int> _freeSlots = [];
    private readonly float[] _start;
    private readonly DeviceView<float> _startOnDevice;
    private readonly PassInputs _passInputs;
    private readonly Dictionary<int, DecodeStep> _steps = [];
    private PassInputs _inputs;
    private DecodeStep? _step;
    private bool _records = true;
    private readonly HashSet<int> _stepsSeen = [];
    private int _version;
    private long _passes;
    private DeviceView<float> _logits;
    private DeviceView<float> _products;
    private PinnedBuffer? _hostLogits;
    private int _slotCount;
    private long _workingBytes;

    /// <summary>Puts the weights into the device's memory.</summary>
    /// <param name="device">Where to; the model does not own it.</param>
    /// <param name="image">The model's name among kernels: namespace and name.</param>
    /// <param name="slots">The generated table of parameters.</param>
    /// <param name="starts">Where a state starts.</param>
    /// <param name="weights">How matrices are kept: f32 or bf16.</param>
    /// <param name="source">The weights.</param>
    /// <param name="original">The config.json that they came with.</param>
    protected DeviceModel(Device device, string image, IReadOnlyList<ParameterSlot> slots, IReadOnlyList<StateStart> starts, WeightType weights, ParameterSource source, CheckpointConfig? original) : base(MaxRows)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(slots);
        ArgumentNullException.ThrowIfNull(starts);
        ArgumentNullException.ThrowIfNull(source);
        (Device, Weights, _image, _slots, _original) = (device, weights, image, slots, original);
        // asked here, for to open a library can't be recorded
        ByLibrary = device.CanMultiply;
        _weights = new DeviceView<float>[slots.Count];
        _halfWeights = new DeviceView<ushort>[slots.Count];
        _start = new float[StateLength];
        try
        {
            for (var s = 0; s < slots.Count; s++) Load(s, source, starts);
            _startOnDevice = Working<float>(StateLength, "the state that sequences start from");
            device.Upload<float>(_start, _startOnDevice);
            _inputs = _passInputs = new PassInputs(device, MaxRows, pinned: false);
            _workingBytes += _passInputs.Bytes;
            States = device.Allocate<float>(0, "states of sequences");
        }
        catch
        {
            _passInputs?.Dispose();
            foreach (var buffer in _owned) buffer.Dispose();
            throw;
        }
    }

    /// <summary>Where the model runs.</summary>
    public Device Device { get; }

    /// <summary>Layer of the stack that runs.</summary>
    protected int Layer { get; set; }

    /// <summary>Sequences in this pass.</summary>
    protected int Slices => SliceCount;

    /// <summary>[rows]: token ids.</summary>
    protected DeviceView<int> TokenIds => _inputs.TokenIds;

    /// <summary>[rows]: place of each row in its sequence.</summary>
    protected DeviceView<long> Positions => _inputs.Positions;

    /// <summary>[rows]: which slice a row belongs to.</summary>
    protected DeviceView<int> SliceOf => _inputs.SliceOf;

    /// <summary>[slices, 2]: first row and rows of each sequence's part.</summary>
    protected DeviceView<int> SliceRows => _inputs.SliceRows;

    /// <summary>[slices]: elements before each sequence's state.</summary>
    protected DeviceView<long> StateOffsets => _inputs.StateOffsets;

    /// <summary>[output rows]: rows whose logits are wanted.</summary>
    protected new DeviceView<int> OutputRows => _inputs.OutputRows;

    /// <summary>[output rows, vocabulary]: where their logits go.</summary>
    protected DeviceView<float> LogitRows => _logits;

    /// <summary>The states of all sequences, one after another.</summary>
    protected DeviceView<float> States { get; private set; }

    /// <summary>Run-time numbers that config.json gives: keys and values in use.</summary>
    protected abstract IReadOnlyList<(string Key, double Value)> Settings { get; }

    /// <inheritdoc/>
    public override int Threads => 1;

    /// <inheritdoc/>
    public override WeightType Weights { get; }

    /// <inheritdoc/>
    public override long WeightBytes => _weights.Sum(static w => w.Bytes) + _halfWeights.Sum(static w => w.Bytes);

    /// <inheritdoc/>
    public override long StateBytes => StateLength * sizeof(float);

    /// <inheritdoc/>
    public override long WorkingBytes => _workingBytes;

    internal bool IsDisposed => Lifetime.IsClosed;

    internal override uint StartChecksum => Crc32C.Of(MemoryMarshal.AsBytes(_start.AsSpan()));

    /// <summary>Runs the head over <see cref="OutputRows"/>.</summary>
    protected abstract void Head();

    /// <summary>A kernel of the model.</summary>
    protected DeviceKernel Kernel(string name) => Device.Load(new KernelImage(GetType().Assembly, _image, name));

    /// <summary>A parameter of all layers.</summary>
    protected DeviceView<float> Weight(int slot) => _weights[slot];

    /// <summary>A matrix of all layers in bf16.</summary>
    protected DeviceView<ushort> HalfWeight(int slot) => _halfWeights[slot];

    /// <summary>Weights that no kernel of a device reads.</summary>
    public static TttException NoKernels(Device device, WeightType weights)
    {
        ArgumentNullException.ThrowIfNull(device);
        return new TttException($"{weights.ToString().ToLowerInvariant()}: expected f32 or bf16, which kernels for {device.Name} read; choose one of them, or run it on the CPU");
    }

    /// <summary>Working memory that lives as long as the model.</summary>
    protected DeviceView<T> Working<T>(long elements, string what) where T : unmanaged
    {
        var view = Device.Allocate<T>(Math.Max(1, elements), what);
        _owned.Add(view.Buffer);
        _workingBytes += view.Bytes;
        return view;
    }

    /// <summary>Working memory of at least so many elements; what it held is lost when it grows.</summary>
    protected void Grow<T>(ref DeviceView<T> view, long elements, string what) where T : unmanaged
    {
        if (view.Length >= elements) return;
        _version++;
        if (view.Length > 0)
        {
            _owned.Remove(view.Buffer);
            _workingBytes -= view.Bytes;
            view.Buffer.Dispose();
        }
        view = Working<T>(elements, what);
    }

    /// <summary>Cosines and sines of a rotary embedding, [period, width] each.</summary>
    protected (DeviceView<float> Cosines, DeviceView<float> Sines) Rotary(int period, int width, int feature, double theta)
    {
        using var table = new RotaryTable(period, width, feature, theta);
        var (cosines, sines) = (Working<float>((long)period * width, "cosines"), Working<float>((long)period * width, "sines"));
        Device.Upload(new ReadOnlySpan<float>(table.Cosines, period * width), cosines);
        Device.Upload(new ReadOnlySpan<float>(table.Sines, period * width), sines);
        return (cosines, sines);
    }

    /// <summary>A setting of config.json, or its default.</summary>
    protected static double Setting(CheckpointConfig? config, string key, double absent) => ModelSettings.Of(config, key, absent);

    /// <summary>Launches a kernel.</summary>
    protected void Launch(DeviceKernel kernel, Grid grid, ReadOnlySpan<KernelArgument> arguments) => Device.Launch(kernel, grid, arguments);

    /// <summary>Tiles of so many rows.</summary>
    protected static int Tiles(int rows, int tile) => (rows + tile - 1) / tile;

    /// <summary>Whether tiles of 128 rows and columns are enough to keep all of the device busy.</summary>
    protected bool Fills(int rows, int columns) => (long)Tiles(rows, 128) * Tiles(columns, 128) >= Device.MultiProcessors;

    /// <summary>Whether the device has a library of products.</summary>
    protected bool ByLibrary { get; }

    /// <summary>product = left · matrixᵀ by the library; false where it has no way for this size.</summary>
    protected bool Multiply(DeviceView<float> left, DeviceView<float> matrix, DeviceView<float> product, int rows, int columns, int inner) =>
        Device.TryMultiply(left.Slice(0, (long)rows * inner), matrix, product.Slice(0, (long)rows * columns), rows, columns, inner);

    /// <summary>The same in bf16; the product is f32.</summary>
    protected bool Multiply(DeviceView<ushort> left, DeviceView<ushort> matrix, DeviceView<float> product, int rows, int columns, int inner) =>
        Device.TryMultiply(left.Slice(0, (long)rows * inner), matrix, product.Slice(0, (long)rows * columns), rows, columns, inner);

    /// <summary>[rows, columns]: where the library leaves a product for the kernel that follows.</summary>
    /// <param name="place">Which of those that meet there.</param>
    /// <param name="of">How many meet.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="columns">Columns of each.</param>
    protected DeviceView<float> ProductRows(int place, int of, int rows, int columns)
    {
        var each = (long)rows * columns;
        Grow(ref _products, of * each, "products");
        return _products.Slice(place * each, each);
    }

    // ---- states

    /// <inheritdoc/>
    public override SequenceState CreateState()
    {
        using var call = Lifetime.Take();
        var slot = TakeSlot();
        StartSlot(slot);
        return new DeviceState(this, slot);
    }

    private DeviceView<float> SlotView(int slot) => States.Slice(slot * StateLength, StateLength);

    private int TakeSlot()
    {
        lock (_freeSlots)
            if (_freeSlots.TryPop(out var free)) return free;
        if (_slotCount * StateLength == States.Length)
        {
            var more = Device.Allocate<float>(Math.Max(4, 2 * _slotCount) * StateLength, $"states of {Math.Max(4, 2 * _slotCount)} sequences");
            if (_slotCount > 0) Device.Copy(States, more.Slice(0, States.Length));
            States.Buffer.Dispose();
            States = more;
            _version++;
        }
        return _slotCount++;
    }

    /// <summary>On any thread, in the middle of a call on others, too.</summary>
    internal void FreeSlot(int slot)
    {
        lock (_freeSlots) _freeSlots.Push(slot);
    }

    internal void StartSlot(int slot) => Device.Copy(_startOnDevice.Slice(0, StateLength), SlotView(slot));

    internal int CopySlot(int slot)
    {
        var copy = TakeSlot();
        Device.Copy(SlotView(slot), SlotView(copy));
        return copy;
    }

    internal float[] ReadSlot(int slot)
    {
        var numbers = new float[StateLength];
        Device.Download(SlotView(slot), numbers.AsSpan());
        return numbers;
    }

    internal void WriteSlot(int slot, ReadOnlySpan<float> numbers) => Device.Upload(numbers, SlotView(slot));

    // ---- passes

    private protected override bool Owns(ModelState state) => state is DeviceState own && own.Model == this;

    private protected override float* AddressOf(ModelState state) => null;

    private protected override int MostRowsOfOne(int sequences) => Math.Max(RowAlignment, MaxRows / sequences / RowAlignment * RowAlignment);

    private protected override void RunPass(bool lastRows)
    {
        _passes++;
        var isStep = lastRows && SliceCount == Rows && OutputCount == Rows;
        _step = isStep && _records ? StepOf(Rows) : null;
        if (_step is not null)
        {
            Fill(_step.Inputs);
            if (_step.TryRun(_version, ForwardAndHead)) return;
            _records = false;
            _step = null;
        }
        Fill(_passInputs);
        _inputs.Upload();
        Forward();
    }

    private void Fill(PassInputs inputs)
    {
        _inputs = inputs;
        inputs.Fill(Pass, SliceStates, StateLength, new ReadOnlySpan<int>(base.OutputRows, OutputCount));
    }

    private void ForwardAndHead()
    {
        Forward();
        Head();
    }

    /// <summary>The recording of a decoding step, from its second time on.</summary>
    private DecodeStep? StepOf(int sequences)
    {
        if (!_steps.TryGetValue(sequences, out var step))
        {
            if (_stepsSeen.Add(sequences)) return null;
            if (_steps.Count == MostSteps)
            {
                var oldest = _steps.MinBy(static s => s.Value.LastUsed).Key;
                _steps[oldest].Dispose();
                _steps.Remove(oldest);
            }
            _steps[sequences] = step = new DecodeStep(Device, sequences);
        }
        step.LastUsed = _passes;
        return step;
    }

    /// <summary>The head over the rows whose logits are wanted, unless it was part of a recorded step.</summary>
    private void RunHead()
    {
        if (_step is not null) return;
        Grow(ref _logits, (long)OutputCount * Vocabulary, $"logits of {OutputCount} rows");
        Head();
    }

    /// <summary>The head over as many of this pass's rows as logits are made of at once.</summary>
    private void RunHead(int firstRow)
    {
        OutputCount = Math.Min(MaxLogitRows, Rows - firstRow);
        for (var r = 0; r < OutputCount; r++) base.OutputRows[r] = firstRow + r;
        Upload(new ReadOnlySpan<int>(base.OutputRows, OutputCount), OutputRows);
        RunHead();
    }

    private void Upload<T>(ReadOnlySpan<T> from, DeviceView<T> to) where T : unmanaged => Device.Upload(from, to.Slice(0, from.Length));

    /// <summary>Rows of logits in the host's memory; there until the next call.</summary>
    private Span<float> Download(int firstRow, int rows)
    {
        var count = rows * Vocabulary;
        if (_hostLogits is null || _hostLogits.Bytes < (long)count * sizeof(float))
        {
            _hostLogits?.Dispose();
            _hostLogits = Device.AllocatePinned((long)count * sizeof(float));
        }
        Device.DownloadPinned(_logits.Slice((long)firstRow * Vocabulary, count), _hostLogits, 0);
        Device.Synchronize();
        return _hostLogits.Span<float>(0, count);
    }

    private protected override void CopyLast(Span<float> logits)
    {
        RunHead();
        var rows = Download(0, OutputCount);
        for (var r = 0; r < OutputCount; r++) rows.Slice(r * Vocabulary, Vocabulary).CopyTo(logits.Slice(OutputSequence(r) * Vocabulary, Vocabulary));
    }

    private protected override void ConsumeAll(LogitsConsumer consumer)
    {
        for (var first = 0; first < Rows; first += MaxLogitRows)
        {
            RunHead(first);
            HandOver(first, Download(0, OutputCount), consumer);
        }
    }

    private protected override void Free()
    {
        foreach (var step in _steps.Values) step.Dispose();
        _passInputs.Dispose();
        _hostLogits?.Dispose();
        foreach (var buffer in _owned) buffer.Dispose();
        States.Buffer.Dispose();
    }
}
