using System.Runtime.InteropServices;

namespace TttGen.Cpu;

/// <summary>
/// Floats outside the garbage collector's heap, zeroed. Aligned to a cache line; from 32 KiB on to a page; from 8 MiB on to 2 MiB,
/// where Linux is asked for huge pages: streaming through weights then misses no address translations.
/// </summary>
public sealed unsafe partial class NativeBuffer : IDisposable
{
    private const int CacheLine = 64;
    private const int Page = 4096;
    private const int HugePage = 2 << 20;
    private nint _allocation;
    private float* _pointer;

    /// <summary>Allocates <paramref name="elements"/> zeros.</summary>
    /// <param name="elements">0 or more.</param>
    /// <exception cref="OutOfMemoryException">The system has no such block.</exception>
    public NativeBuffer(long elements)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(elements);
        Length = elements;
        var bytes = checked((nuint)elements * sizeof(float));
        nuint alignment = bytes >= 4 * HugePage ? HugePage : bytes >= 8 * Page ? (nuint)Page : CacheLine;

        // Zeroed by the system: fresh pages cost nothing until they are touched.
        _allocation = (nint)NativeMemory.AllocZeroed(checked(bytes + alignment));
        _pointer = (float*)(((nuint)_allocation + alignment - 1) & ~(alignment - 1));
        GC.AddMemoryPressure((long)bytes + 1);
        if (alignment == HugePage && OperatingSystem.IsLinux())
            _ = Advise(Pointer, bytes, 14);
        if (PoisonFresh)
            new Span<float>(Pointer, checked((int)elements)).Fill(float.NaN);
    }

    /// <summary>Frees what <see cref="Dispose"/> has not.</summary>
    ~NativeBuffer() => Free();

    /// <summary>The first element. Whoever uses it keeps the buffer alive meanwhile.</summary>
    /// <exception cref="ObjectDisposedException">The memory has been freed.</exception>
    public float* Pointer
    {
        get
        {
            ObjectDisposedException.ThrowIf(_pointer is null, this);
            return _pointer;
        }
    }

    /// <summary>Elements.</summary>
    public long Length { get; }

    /// <summary>For tests: fresh buffers hold NaN in place of zeros, so that whatever is read before it was written shows.</summary>
    internal static bool PoisonFresh { get; set; }

    /// <summary>Frees the memory.</summary>
    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        // Of two threads that dispose of it at once, one frees.
        nint allocation = Interlocked.Exchange(ref _allocation, 0);
        if (allocation == 0)
            return;
        _pointer = null;
        NativeMemory.Free((void*)allocation);
        GC.RemoveMemoryPressure(Length * sizeof(float) + 1);
    }

    /// <summary>madvise(2); 14 is MADV_HUGEPAGE. Only advice: a refusal changes nothing.</summary>
    [LibraryImport("libc", EntryPoint = "madvise")]
    private static partial int Advise(void* address, nuint length, int advice);
}
