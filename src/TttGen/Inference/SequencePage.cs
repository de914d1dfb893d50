using TttGen.Cpu;

namespace TttGen.Inference;

/// <summary>64 tokens of keys and values, one native allocation. States that share it count themselves; they may live on different threads.</summary>
internal sealed class SequencePage(long elements)
{
    private readonly NativeBuffer _numbers = new(elements);
    private int _states = 1;

    /// <summary>States that hold it, at least one.</summary>
    internal int States => Math.Max(1, Volatile.Read(ref _states));

    /// <summary>Bytes held.</summary>
    internal long Bytes => _numbers.Length * sizeof(float);

    /// <summary>The first element; while a state holds the page.</summary>
    internal unsafe float* Pointer => _numbers.Pointer;

    /// <summary>One more state holds it.</summary>
    internal SequencePage Share()
    {
        Interlocked.Increment(ref _states);
        return this;
    }

    /// <summary>
    /// A state leaves it; the last one frees it, or may have it for something else. A state that nobody disposes of never leaves: its pages stay shared, and the
    /// collector frees them when nothing reaches them.
    /// </summary>
    /// <returns>Whether nobody holds it now.</returns>
    internal bool Leave() => Interlocked.Decrement(ref _states) == 0;

    /// <summary>A page that nobody holds gets a state.</summary>
    internal SequencePage TakeAgain()
    {
        Volatile.Write(ref _states, 1);
        return this;
    }

    /// <summary>Frees the memory; nobody holds it.</summary>
    internal void Free() => _numbers.Dispose();
}
