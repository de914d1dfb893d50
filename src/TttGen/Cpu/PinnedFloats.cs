using System.Runtime.InteropServices;

namespace TttGen.Cpu;

/// <summary>Floats of the collector's own that don't move, zeroed and aligned to a cache line: a span over them keeps them alive, whatever becomes of their owner.</summary>
internal sealed unsafe class PinnedFloats
{
    private const int CacheLine = 16;

    private readonly float[] _numbers;
    private readonly int _first, _length;

    internal PinnedFloats(int length)
    {
        _length = length;
        _numbers = GC.AllocateArray<float>(checked(length + CacheLine - 1), pinned: true);
        _first = (int)(-Address / sizeof(float) & (CacheLine - 1));
        if (NativeBuffer.PoisonFresh)
            Span.Fill(float.NaN);
    }

    /// <summary>All of them.</summary>
    internal Span<float> Span => _numbers.AsSpan(_first, _length);

    /// <summary>The first; while this lives.</summary>
    internal float* Pointer => (float*)Address + _first;

    private nint Address => Marshal.UnsafeAddrOfPinnedArrayElement(_numbers, 0);
}
