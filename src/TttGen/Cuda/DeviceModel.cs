using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using TttGen.Checkpoints;
using TttGen.Cpu;
using TttGen.Inference;

namespace TttGen.Cuda;

/// <summary>
/// What every generated model shares on a device: weights, states and rows in its memory, launches. The generated part has the plan: which kernels run
/// in which order. A pass takes at most <see cref="MaxRows"/> rows; one row of each sequence is decoding, whose launches are recorded once and replayed.
/// </summary>
public abstract unsafe partial class DeviceModel : BatchedModel
{
    /// <summary>Rows of one pass.</summary>
    public const int MaxRows = 4096;

    /// <summary>Rows whose logits are made at once where all are wanted.</summary>
    private const int MaxLogitRows = 512;

    private readonly IReadOnlyList<ParameterSlot> _slots;
    private readonly DeviceView<float>[] _weights;
    private readonly CheckpointConfig? _original;
    private readonly string _image;
    private readonly List<DeviceBuffer> _owned = [];
    private readonly Stack<int> _freeSlots = [];
    private readonly float[] _start;
    private readonly DeviceView<float> _startOnDevice;
    private readonly float[] _read;
    private readonly int[] _sliceRows = new int[2 * MaxRows];
    private readonly long[] _stateOffsets = new long[MaxRows];
    private readonly DeviceView<int> _tokenIds, _sliceOf, _slicesOnDevice, _outputRowsOnDevice;
    private readonly DeviceView<long> _positions, _offsetsOnDevice;
    private DeviceView<float> _logits;
    private float[] _hostLogits = [];
    private int _slotCount;
    private long _workingBytes;

    /// <summary>Puts the weights into the device's memory.</summary>
    /// <param name="device">Where to; the model does not own it.</param>
    /// <param name="image">The model's name among kernels: namespace and name.</param>
    /// <param name="slots">The generated table of parameters.</param>
    /// <param name="starts">Where a state starts.</param>
    /// <param name="source">The weights.</param>
    /// <param name="original">The config.json that they came with.</param>
    protected DeviceModel(Device device, string image, IReadOnlyList<ParameterSlot> slots, IReadOnlyList<StateStart> starts, ParameterSource source, CheckpointConfig? original) : base(MaxRows)
    {
        ArgumentNullException.ThrowIfNull(device);
        ArgumentNullException.ThrowIfNull(slots);
        ArgumentNullException.ThrowIfNull(starts);
        ArgumentNullException.ThrowIfNull(source);
        (Device, _image, _slots, _original) = (device, image, slots, original);
        _weights = new DeviceView<float>[slots.Count];
        _start = new float[StateLength];
        _read = new float[StateLength];
        try
        {
            for (var s = 0; s < slots.Count; s++) Load(s, source, starts);
            _startOnDevice = Working<float>(StateLength, "the state that sequences start from");
            device.Upload<float>(_start, _startOnDevice);
            _tokenIds = Working<int>(MaxRows, "token ids");
            _positions = Working<long>(MaxRows, "positions");
            _sliceOf = Working<int>(MaxRows, "sequences of rows");
            _slicesOnDevice = Working<int>(2 * MaxRows, "parts of sequences");
            _offsetsOnDevice = Working<long>(MaxRows, "places of states");
            _outputRowsOnDevice = Working<int>(MaxRows, "rows whose logits are wanted");
            States = device.Allocate<float>(0, "states of sequences");
        }
        catch
        {
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
    protected DeviceView<int> TokenIds => _tokenIds;

    /// <summary>[rows]: place of each row in its sequence.</summary>
    protected DeviceView<long> Positions => _positions;

    /// <summary>[rows]: which slice a row belongs to.</summary>
    protected DeviceView<int> SliceOf => _sliceOf;

    /// <summary>[slices, 2]: first row and rows of each sequence's part.</summary>
    protected DeviceView<int> SliceRows => _slicesOnDevice;

    /// <summary>[slices]: elements before each sequence's state.</summary>
    protected DeviceView<long> StateOffsets => _offsetsOnDevice;

    /// <summary>[output rows]: rows whose logits are wanted.</summary>
    protected new DeviceView<int> OutputRows => _outputRowsOnDevice;

    /// <summary>[output rows, vocabulary]: where their logits go.</summary>
    protected DeviceView<float> LogitRows => _logits;

    /// <summary>The states of all sequences, one after another.</summary>
    protected DeviceView<float> States { get; private set; }

    /// <summary>Run-time numbers that config.json gives: keys and values in use.</summary>
    protected abstract IReadOnlyList<(string Key, double Value)> Settings { get; }

    /// <inheritdoc/>
    public override int Threads => 1;

    /// <inheritdoc/>
    public override WeightType Weights => WeightType.Float32;

    /// <inheritdoc/>
    public override long WeightBytes => _weights.Sum(static w => w.Bytes);

    /// <inheritdoc/>
    public override long StateBytes => StateLength * sizeof(float);

    /// <inheritdoc/>
    public override long WorkingBytes => _workingBytes;

    internal bool IsDisposed { get; private set; }

    /// <summary>Runs the head over <see cref="OutputRows"/>.</summary>
    protected abstract void Head();

    /// <summary>A kernel of the model.</summary>
    protected DeviceKernel Kernel(string name) => Device.Load(new KernelImage(GetType().Assembly, _image, name));

    /// <summary>A parameter of all layers.</summary>
    protected DeviceView<float> Weight(int slot) => _weights[slot];

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
    protected static double Setting(CheckpointConfig? config, string key, double absent) => config?.Double(key, absent) ?? absent;

    /// <summary>Launches a kernel.</summary>
    protected void Launch(DeviceKernel kernel, Grid grid, ReadOnlySpan<KernelArgument> arguments) => Device.Launch(kernel, grid, arguments);

    /// <summary>Tiles of so many rows.</summary>
    protected static int Tiles(int rows, int tile) => (rows + tile - 1) / tile;

    // ---- weights

    private void Load(int index, ParameterSource source, IReadOnlyList<StateStart> starts)
    {
        var slot = _slots[index];
        var view = Device.Allocate<float>(slot.Stride * slot.Layers, $"weights of {slot.Key}");
        _owned.Add(view.Buffer);
        _weights[index] = view;
        var isStart = starts.Any(s => s.Slot == index);
        // a tensor is read in parts: the host never holds a large one
        var part = new float[Math.Min(slot.Count, Math.Max(slot.Inner, (1 << 22) / slot.Inner * slot.Inner))];
        for (var layer = 0; layer < slot.Layers; layer++)
            for (long first = 0; first < slot.Count; first += part.Length)
            {
                var to = part.AsSpan(0, (int)Math.Min(part.Length, slot.Count - first));
                source(slot, layer, first, to);
                Device.Upload<float>(to, view.Slice(layer * slot.Stride + first, to.Length));
                if (isStart)
                    foreach (var start in starts.Where(s => s.Slot == index)) Start(start, layer, first, to);
            }
    }

    private void Start(StateStart start, int layer, long first, ReadOnlySpan<float> numbers)
    {
        for (var i = 0; i < numbers.Length; i++)
            for (var head = start.Shared ? 0 : (int)((first + i) / start.Count); head < start.Heads; head++)
            {
                _start[start.Offset + layer * start.LayerStride + head * start.HeadStride + (first + i) % start.Count] = numbers[i];
                if (!start.Shared) break;
            }
    }

    /// <inheritdoc/>
    public override void Save(string directory)
    {
        CheckAlive();
        var index = new Dictionary<string, (int Slot, int Layer)>();
        for (var s = 0; s < _slots.Count; s++)
            for (var layer = 0; layer < _slots[s].Layers; layer++) index[_slots[s].KeyOf(layer)] = (s, layer);
        ConfigEntry[] config = [.. Definition.Config, .. Settings.Select(s => new ConfigEntry(s.Key, s.Value.ToString("R", CultureInfo.InvariantCulture)))];
        CheckpointWriter.Write(directory, config, Definition.Parameters, (parameter, first, to) =>
        {
            var (slot, layer) = index[parameter.Key];
            Device.Download(_weights[slot].Slice(layer * _slots[slot].Stride + first, to.Length), to);
        }, DType.F32, _original);
    }

    // ---- states

    /// <inheritdoc/>
    public override SequenceState CreateState()
    {
        CheckAlive();
        var slot = TakeSlot();
        StartSlot(slot);
        return new DeviceState(this, slot);
    }

    private DeviceView<float> SlotView(int slot) => States.Slice(slot * StateLength, StateLength);

    private int TakeSlot()
    {
        if (_freeSlots.TryPop(out var slot)) return slot;
        if (_slotCount * StateLength == States.Length)
        {
            var more = Device.Allocate<float>(Math.Max(4, 2 * _slotCount) * StateLength, $"states of {Math.Max(4, 2 * _slotCount)} sequences");
            if (_slotCount > 0) Device.Copy(States, more.Slice(0, States.Length));
            States.Buffer.Dispose();
            States = more;
        }
        return _slotCount++;
    }

    internal void FreeSlot(int slot) => _freeSlots.Push(slot);

    internal void StartSlot(int slot) => Device.Copy(_startOnDevice.Slice(0, StateLength), SlotView(slot));

    internal int CopySlot(int slot)
    {
        var copy = TakeSlot();
        Device.Copy(SlotView(slot), SlotView(copy));
        return copy;
    }

    internal ReadOnlySpan<float> ReadSlot(int slot)
    {
        Device.Download(SlotView(slot), _read.AsSpan());
        return _read;
    }

    internal void WriteSlot(int slot, ReadOnlySpan<float> numbers) => Device.Upload(numbers, SlotView(slot));

    // ---- passes

    private protected override void CheckAlive() => ObjectDisposedException.ThrowIf(IsDisposed, this);

    private protected override bool Owns(ModelState state) => state is DeviceState own && own.Model == this;

    private protected override float* AddressOf(ModelState state) => null;

    private protected override void BeginPass()
    {
        for (var s = 0; s < SliceCount; s++)
        {
            (_sliceRows[2 * s], _sliceRows[2 * s + 1]) = (Pass.Slices[s].First, Pass.Slices[s].Count);
            _stateOffsets[s] = ((DeviceState)SliceStates[s]).Slot * StateLength;
        }
        Upload(new ReadOnlySpan<int>(Pass.TokenIds, Rows), _tokenIds);
        Upload(new ReadOnlySpan<long>(Pass.Positions, Rows), _positions);
        Upload(new ReadOnlySpan<int>(Pass.SliceOf, Rows), _sliceOf);
        Upload<int>(_sliceRows.AsSpan(0, 2 * SliceCount), _slicesOnDevice);
        Upload<long>(_stateOffsets.AsSpan(0, SliceCount), _offsetsOnDevice);
    }

    private void Upload<T>(ReadOnlySpan<T> from, DeviceView<T> to) where T : unmanaged => Device.Upload(from, to.Slice(0, from.Length));

    private void RunHead()
    {
        Upload(new ReadOnlySpan<int>(base.OutputRows, OutputCount), _outputRowsOnDevice);
        var count = (long)OutputCount * Vocabulary;
        Grow(ref _logits, count, $"logits of {OutputCount} rows");
        Head();
    }

    private Span<float> Download(int firstRow, int rows)
    {
        var count = rows * Vocabulary;
        if (_hostLogits.Length < count) _hostLogits = new float[count];
        var logits = _hostLogits.AsSpan(0, count);
        Device.Download(_logits.Slice((long)firstRow * Vocabulary, count), logits);
        return logits;
    }

    /// <summary>The head over as many of this pass's rows as logits are made of at once.</summary>
    private void RunHead(int firstRow)
    {
        OutputCount = Math.Min(MaxLogitRows, Rows - firstRow);
        for (var r = 0; r < OutputCount; r++) base.OutputRows[r] = firstRow + r;
        RunHead();
    }

    private protected override void CopyLast(Span<float> logits)
    {
        RunHead();
        var rows = Download(0, OutputCount);
        for (var r = 0; r < OutputCount; r++) rows.Slice(r * Vocabulary, Vocabulary).CopyTo(logits.Slice(OutputSequence(r) * Vocabulary, Vocabulary));
    }

    private protected override void ConsumeAll(int firstSequence, int firstDone, LogitsConsumer consumer)
    {
        for (var first = 0; first < Rows; first += MaxLogitRows)
        {
            RunHead(first);
            var logits = Download(0, OutputCount);
            for (var r = 0; r < OutputCount;)
            {
                var slice = Pass.SliceOf[first + r];
                var within = first + r - Pass.Slices[slice].First;
                var rows = Math.Min(OutputCount - r, Pass.Slices[slice].Count - within);
                consumer(firstSequence + slice, within + (slice == 0 ? firstDone : 0), logits.Slice(r * Vocabulary, rows * Vocabulary));
                r += rows;
            }
        }
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (IsDisposed) return;
        IsDisposed = true;
        foreach (var buffer in _owned) buffer.Dispose();
        States.Buffer.Dispose();
        GC.SuppressFinalize(this);
    }
}
