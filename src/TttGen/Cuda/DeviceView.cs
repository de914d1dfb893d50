using System.Runtime.CompilerServices;

namespace TttGen.Cuda;

/// <summary>Elements of a buffer.</summary>
/// <typeparam name="T">float, int, long, ushort (bf16 by its bits) or byte.</typeparam>
/// <param name="Buffer">Where they lie.</param>
/// <param name="Offset">Elements before the first.</param>
/// <param name="Length">Elements.</param>
public readonly record struct DeviceView<T>(DeviceBuffer Buffer, long Offset, long Length) where T : unmanaged
{
    /// <summary>Bytes before the first element.</summary>
    public long OffsetBytes => Offset * Unsafe.SizeOf<T>();

    /// <summary>Bytes of all elements.</summary>
    public long Bytes => Length * Unsafe.SizeOf<T>();

    /// <summary>A part of the view.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The part reaches past the view.</exception>
    public DeviceView<T> Slice(long start, long length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length - start);
        return new DeviceView<T>(Buffer, Offset + start, length);
    }
}
