using System.Runtime.CompilerServices;
using ILGPU;

namespace TttGen.Kernels;

/// <summary>
/// What a sampler needs of a row of logits. The row is dealt out to segments, eight neighbouring tokens at a time, so that each has its share of the likely ones. A group
/// of 256 threads a segment keeps its <see cref="Kept"/> greatest in order and Σ exp((logit − the segment's max) / temperature). The same bits from run to run.
/// </summary>
public static class RankedLogits
{
    /// <summary>Threads of a group.</summary>
    public const int Threads = 256;

    /// <summary>Tokens kept of a segment.</summary>
    public const int Kept = 64;

    /// <summary>Numbers a segment: the sum's bits, then the keys in falling order, <see cref="LogitKey.None"/> where there are fewer tokens.</summary>
    public const int Numbers = 1 + Kept;

    // Tokens dealt out together: 32 bytes, what memory gives at once.
    private const int Together = 8;

    /// <summary>Ranks segment Grid.IdxX of Grid.DimX, of row Grid.IdxY.</summary>
    /// <param name="logits">[rows, vocabulary].</param>
    /// <param name="inverseTemperatures">[rows].</param>
    /// <param name="ranked">[rows, segments, <see cref="Numbers"/>].</param>
    /// <param name="vocabulary">Logits a row.</param>
    /// <param name="length">Room for a segment's tokens: a power of two, from <see cref="Kept"/>.</param>
    /// <param name="keys">Shared memory, <paramref name="length"/> elements.</param>
    /// <param name="scratch">Shared memory, an element a thread.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Rank(
        ArrayView<float> logits, ArrayView<float> inverseTemperatures, ArrayView<long> ranked, int vocabulary, int length, ArrayView<long> keys, ArrayView<float> scratch)
    {
        int lane = Group.IdxX, segment = Grid.IdxX, segments = Grid.DimX, row = Grid.IdxY;
        long at = (long)row * vocabulary;
        for (int e = lane; e < length; e += Threads)
        {
            int id = Token(e, segment, segments);
            keys[e] = id < vocabulary ? LogitKey.Of(logits[at + id], id) : LogitKey.None;
        }

        Group.Barrier();
        SortRuns(keys, length, lane);
        MergeRuns(keys, length, lane);

        // Of a segment of nothing but −∞ the sum is 0; a NaN stays one.
        float max = LogitKey.Logit(keys[0]);
        max = max < -3.40282347e38f ? -3.40282347e38f : max;
        float inverseTemperature = inverseTemperatures[row], sum = 0f;
        for (int e = lane; e < length; e += Threads)
        {
            int id = Token(e, segment, segments);
            if (id < vocabulary) sum += Fn.Exp((logits[at + id] - max) * inverseTemperature);
        }

        sum = Rows.Sum(scratch, 0, lane, Threads, sum);
        long to = ((long)row * segments + segment) * Numbers;
        if (lane < Kept) ranked[to + 1 + lane] = keys[lane];
        if (lane == 0) ranked[to] = (long)Interop.FloatAsInt(sum);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Token(int element, int segment, int segments) => (element / Together * segments + segment) * Together + element % Together;

    /// <summary>Bitonic sort of runs of <see cref="Kept"/>, falling and rising by turns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void SortRuns(ArrayView<long> keys, int length, int lane)
    {
        for (int size = 2; size <= Kept; size *= 2)
        {
            for (int stride = size / 2; stride > 0; stride /= 2)
            {
                for (int pair = lane; pair < length / 2; pair += Threads)
                {
                    int first = First(pair, stride);
                    Order(keys, first, first + stride, (first & size) == 0);
                }

                Group.Barrier();
            }
        }
    }

    /// <summary>
    /// Two runs become one, until there is one: of a falling and a rising run, the greater elements place by place are the greatest of both and a bitonic sequence,
    /// which is sorted again. A run stays where the first of those that it came from was.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void MergeRuns(ArrayView<long> keys, int length, int lane)
    {
        for (int apart = Kept; apart < length; apart *= 2)
        {
            int elements = length / (2 * apart) * Kept;
            for (int e = lane; e < elements; e += Threads)
            {
                int to = e / Kept * 2 * apart + e % Kept;
                long other = keys[to + apart];
                if (keys[to] < other) keys[to] = other;
            }

            Group.Barrier();
            for (int stride = Kept / 2; stride > 0; stride /= 2)
            {
                for (int pair = lane; pair < elements / 2; pair += Threads)
                {
                    int run = pair / (Kept / 2), first = run * 2 * apart + First(pair % (Kept / 2), stride);
                    Order(keys, first, first + stride, (run & 1) == 0);
                }

                Group.Barrier();
            }
        }
    }

    /// <summary>The lower place of a pair of places a stride apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int First(int pair, int stride) => 2 * (pair & ~(stride - 1)) + (pair & (stride - 1));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Order(ArrayView<long> keys, int first, int second, bool falling)
    {
        long a = keys[first], b = keys[second];
        if (a < b == falling)
        {
            keys[first] = b;
            keys[second] = a;
        }
    }
}
