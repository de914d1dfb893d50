using System.Runtime.CompilerServices;

namespace TttGen.Cuda;

/// <summary>Memory of the host that a device reads and writes by itself, while the processor goes on.</summary>
public abstract unsafe class PinnedBuffer : IDisposable
{
    /// <summary>Bytes asked for.</summary>
    public abstract long Bytes { get; }

    /// <summary>The first byte.</summary>
    protected abstract byte* Pointer { get; }

    /// <summary>Elements of the memory. Whoever writes there must know that no copy still under way reads it: <see cref="Device.Synchronize"/>.</summary>
    /// <param name="offset">Bytes before the first.</param>
    /// <param name="length">Elements.</param>
    /// <exception cref="ArgumentOutOfRangeException">The elements reach past the memory.</exception>
    public Span<T> Span<T>(long offset, int length) where T : unmanaged
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)length * Unsafe.SizeOf<T>(), Bytes - offset);
        return new Span<T>(Pointer + offset, length);
    }

    /// <summary>Gives the memory back.</summary>
    public abstract void Dispose();
}
