using System.Runtime.InteropServices;

namespace TttGen.Runtime.Tests.Cpu;

/// <summary>
/// Elements that end exactly at an inaccessible page (Linux) with NaN before them: a read or write beyond the end is a fault, one before the start shows.
/// Elsewhere NaN on both sides.
/// </summary>
internal sealed unsafe partial class GuardedMemory<T> : IDisposable
    where T : unmanaged
{
    private const int Page = 16384;
    private readonly byte* _memory;
    private readonly nuint _bytes;

    public GuardedMemory(int elements, int leading = 64)
    {
        nuint used = (nuint)(elements + leading) * (nuint)sizeof(T);
        nuint pages = (used + Page - 1) / Page * Page;
        _bytes = pages + Page;
        _memory = (byte*)NativeMemory.AlignedAlloc(_bytes, Page);
        Length = elements;
        Leading = leading;
        Pointer = (T*)(_memory + pages) - elements;
        new Span<byte>(_memory, (int)_bytes).Fill(0xFF);
        if (OperatingSystem.IsLinux())
            Assert.Equal(0, GuardedPages.Protect(_memory + pages, Page, 0));
    }

    public T* Pointer { get; }

    public int Length { get; }

    private int Leading { get; }

    public void AssertUntouchedBefore() => Assert.True(new Span<byte>(Pointer - Leading, Leading * sizeof(T)).IndexOfAnyExcept((byte)0xFF) < 0);

    public void Dispose()
    {
        if (OperatingSystem.IsLinux())
            _ = GuardedPages.Protect(_memory + _bytes - Page, Page, 3);
        NativeMemory.AlignedFree(_memory);
    }
}

internal static unsafe partial class GuardedPages
{
    [LibraryImport("libc", EntryPoint = "mprotect")]
    public static partial int Protect(void* address, nuint length, int protection);
}
