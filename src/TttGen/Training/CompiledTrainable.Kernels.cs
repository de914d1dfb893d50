using System.Diagnostics;
using System.Runtime.InteropServices;
using TttGen.Cpu;
using TttGen.Inference;

namespace TttGen.Training;

/// <content>What generated kernels, and the constructors that make room for them, call.</content>
public abstract unsafe partial class CompiledTrainable
{
    /// <summary>Mini-batches from one checkpoint of the inner state to the next.</summary>
    protected int CheckpointEvery { get; }

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
    protected float* OutputGradient { get; private set; }

    /// <summary>Where the gradient of the rows that it got goes.</summary>
    protected float* InputGradient { get; private set; }

    /// <summary>What went out of one segment comes into the one before.</summary>
    protected void SwapGradients()
    {
        var incoming = OutputGradient;
        OutputGradient = InputGradient;
        InputGradient = incoming;
    }

    /// <summary>Width of the rows that segments hand on, and of the head's.</summary>
    protected abstract int Width { get; }

    /// <summary>Elements of one sequence's state.</summary>
    protected abstract long StateLength { get; }

    /// <summary>Classes of pages that a sequence's keys and values lie in; none: what it carries does not grow.</summary>
    protected virtual IReadOnlyList<PageClass> PageClasses => [];

    /// <summary>The parameter slot of the head's table.</summary>
    protected abstract int HeadSlot { get; }

    /// <summary>[rows, width]: what the head multiplies.</summary>
    protected abstract float* Hidden { get; }

    /// <summary>Puts the learnt starting weights into a state of zeros.</summary>
    protected abstract void StartState(float* state);

    /// <summary>What is made for the rows of a call before its kernels run: rotations by their places.</summary>
    protected virtual void Prepare()
    {
    }

    /// <summary>Runs everything up to the head.</summary>
    protected abstract void Forward();

    /// <summary>Runs back, from <see cref="OutputGradient"/>.</summary>
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
    protected float* Checkpoints(int worker) => _kept[worker]!.Pointer;

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
}
