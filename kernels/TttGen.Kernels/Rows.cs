using System.Runtime.CompilerServices;
using ILGPU;

namespace TttGen.Kernels;

/// <summary>Sums over the columns of rows, several threads a row.</summary>
public static class Rows
{
    /// <summary>
    /// The sum of <paramref name="value"/> over the <paramref name="lanes"/> threads of a row, the same bits in each of them, in an order that depends on nothing else.
    /// Every thread of the group calls this, for there may be barriers in it, with row = Group.IdxX / lanes, lane = Group.IdxX % lanes.
    /// On a GPU the threads of a warp hand each other their sums directly: up to 32 threads a row, without a barrier.
    /// </summary>
    /// <param name="scratch">Shared memory, a float for each thread of the group; free to be used again on return.</param>
    /// <param name="row">The row in this group.</param>
    /// <param name="lane">The thread in this row.</param>
    /// <param name="lanes">Threads a row: 1, 2, 4 … 1024.</param>
    /// <param name="value">This thread's part.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(ArrayView<float> scratch, int row, int lane, int lanes, float value)
    {
        if (Instructions.Here) return SumOfWarps(scratch, row, lane, lanes, value);
        int first = row * lanes;
        scratch[first + lane] = value;
        Group.Barrier();
        if (lanes <= 16)
        {
            float all = 0f;
            for (int i = 0; i < lanes; i++) all += scratch[first + i];
            Group.Barrier();
            return all;
        }

        // Each thread adds up one of the row's `step` parts (several threads the same one), a stride apart, so that neighbours read neighbouring banks.
        int step = lanes <= 64 ? 8 : lanes <= 256 ? 16 : 32;
        int part = lane & (step - 1);
        float sum = 0f;
        for (int i = part; i < lanes; i += step) sum += scratch[first + i];
        Group.Barrier();
        if (lane < step) scratch[first + lane] = sum;
        Group.Barrier();
        float total = 0f;
        for (int i = 0; i < step; i++) total += scratch[first + i];
        Group.Barrier();
        return total;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float SumOfWarps(ArrayView<float> scratch, int row, int lane, int lanes, float value)
    {
        // a + b is b + a: both threads of a pair have the same bits.
        if (lanes >= 32) value += Instructions.ShuffleXor(value, 16);
        if (lanes >= 16) value += Instructions.ShuffleXor(value, 8);
        if (lanes >= 8) value += Instructions.ShuffleXor(value, 4);
        if (lanes >= 4) value += Instructions.ShuffleXor(value, 2);
        if (lanes >= 2) value += Instructions.ShuffleXor(value, 1);

        // Stored by every thread: ILGPU may move an instruction of ours towards its use, and where that is in a branch the warp would not be whole; it moves none past a store that needs it.
        int first = row * lanes;
        if (lanes <= 32)
        {
            scratch[first + lane] = value;
            return value;
        }

        scratch[first + (lane >> 5)] = value;
        Group.Barrier();
        float total = 0f;
        for (int i = 0; i < lanes >> 5; i++) total += scratch[first + i];
        Group.Barrier();
        return total;
    }
}
