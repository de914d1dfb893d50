using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.CPU;

namespace TttGen.Kernels.Tests.Devices;

/// <summary>
/// Runs a group's threads one after another, each up to the next barrier: from the first to the last, or the other way round. Kernels whose
/// threads meet only at barriers give the same bits either way; one that reads, or writes over, what another thread writes between two barriers does not.
/// </summary>
/// <param name="descending">The last thread goes first.</param>
public sealed class ThreadOrder(bool descending)
{
    private Turn[] _turns = [];
    private bool[] _finished = [], _ends = [];
    private int _arrived;

    /// <summary>Whether in every group all threads came to the same barriers.</summary>
    public bool BarriersAreCommon { get; private set; } = true;

    /// <summary>Before a launch's first thread.</summary>
    public void Begin(CPUAcceleratorTask task)
    {
        int size = task.GroupDim.Size;
        _turns = [.. Enumerable.Range(0, size).Select(_ => new Turn())];
        (_finished, _ends, _arrived) = (new bool[size], new bool[size], 0);
        _turns[descending ? size - 1 : 0].Release();
    }

    /// <summary>A thread is about to work on a group.</summary>
    public void BeginGroup() => _turns[Group.IdxX].Wait();

    /// <summary>A thread is done with a group.</summary>
    public void EndGroup() => Pass(end: true);

    /// <summary>A thread is done with all groups.</summary>
    public void Finish() => Volatile.Write(ref _finished[Group.IdxX], true);

    /// <summary>A thread waits for those of its group.</summary>
    /// <returns>Their number.</returns>
    public int Barrier()
    {
        Pass(end: false);
        _turns[Group.IdxX].Wait();
        return _turns.Length;
    }

    private void Pass(bool end)
    {
        int thread = Group.IdxX, size = _turns.Length;
        _ends[thread] = end;
        if (++_arrived % size == 0 && _ends.Contains(!end)) BarriersAreCommon = false;
        int next = thread;
        do next = (next + (descending ? size - 1 : 1)) % size;
        while (next != thread && Volatile.Read(ref _finished[next]));
        _turns[next].Release();
    }

    /// <summary>A semaphore that does not spin: hundreds of threads wait, and one runs.</summary>
    private sealed class Turn
    {
        private readonly object _gate = new();
        private bool _come;

        public void Release()
        {
            lock (_gate)
            {
                _come = true;
                Monitor.Pulse(_gate);
            }
        }

        public void Wait()
        {
            lock (_gate)
            {
                while (!_come) Monitor.Wait(_gate);
                _come = false;
            }
        }
    }
}
