using System.Runtime.CompilerServices;
using ILGPU;

namespace TttGen.Kernels;

/// <summary>
/// Copies from global to shared memory that go on while a thread does something else, in kernels with <see cref="KernelAttribute.TensorCores"/>; where a GPU does not run them they are done at once.
/// </summary>
public static class AsyncCopy
{
    /// <summary>Begins to copy eight neighbours; of those, <paramref name="count"/> are there, and the others become zero.</summary>
    /// <param name="shared">Shared memory, on 16 bytes.</param>
    /// <param name="at">Where to, a multiple of 8.</param>
    /// <param name="global">Begins on 16 bytes.</param>
    /// <param name="from">Where from, a multiple of 8; past the end where nothing is there to be read.</param>
    /// <param name="count">0 to 8.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Eight(ArrayView<ushort> shared, int at, ArrayView<ushort> global, long from, int count)
    {
        if (Instructions.Here) Instructions.CopyAsync(ref shared[at], ref global[from], count);
        else
            for (int i = 0; i < 8; i++) shared[at + i] = i < count ? global[from + i] : (ushort)0;
    }

    /// <summary>Ends a group of copies, empty or not.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Commit()
    {
        if (Instructions.Here) Instructions.Commit();
    }

    /// <summary>Waits for this thread's copies of all groups but the newest; a barrier then makes everybody's seen.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void WaitAllButOne()
    {
        if (Instructions.Here) Instructions.WaitAllButOne();
    }

    /// <summary>Waits for all of this thread's copies.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void WaitAll()
    {
        if (Instructions.Here) Instructions.WaitAll();
    }
}
