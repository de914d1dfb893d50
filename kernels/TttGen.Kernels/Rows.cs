using System.Runtime.CompilerServices;
using ILGPU;

namespace TttGen.Kernels;

/// <summary>Sums over the columns of rows, several threads a row.</summary>
public static class Rows
{
    /// <summary>
    /// The sum of <paramref name="value"/> over the <paramref name="lanes"/> threads of a row, the same bits in each of them, in an order that depends on nothing else.
    /// Every thread of the group calls this, for there are barriers in it, with row = Group.IdxX / lanes, lane = Group.IdxX % lanes.
    /// </summary>
    /// <param name="scratch">Shared memory, a float for each thread of the group; free to be used again on return.</param>
    /// <param name="row">The row in this group.</param>
    /// <param name="lane">The thread in this row.</param>
    /// <param name="lanes">Threads a row: 1, 2, 4 … 1024.</param>
    /// <param name="value">This thread's part.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Sum(ArrayView<float> scratch, int row, int lane, int lanes, float value)
    {
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
}
