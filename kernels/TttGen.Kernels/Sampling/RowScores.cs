using System.Runtime.CompilerServices;
using ILGPU;

namespace TttGen.Kernels;

/// <summary>
/// What a row of logits says of one token: Σ exp(logit − max), max, the token's logit, and the token of the greatest. A group of 256 threads a row, the same bits from run to run.
/// A row with a NaN or +∞, or of nothing but −∞, has NaN for its sum.
/// </summary>
public static class RowScores
{
    /// <summary>Threads of a group, and elements of its two pieces of shared memory.</summary>
    public const int Threads = 256;

    /// <summary>Numbers a row: the bits of the three floats, and the id.</summary>
    public const int Numbers = 4;

    /// <summary>Scores row Grid.IdxX.</summary>
    /// <param name="logits">[rows, vocabulary]; begins on 16 bytes.</param>
    /// <param name="targets">[rows]: tokens, each below the vocabulary.</param>
    /// <param name="scores">[rows, <see cref="Numbers"/>].</param>
    /// <param name="vocabulary">Logits a row.</param>
    /// <param name="keys">Shared memory.</param>
    /// <param name="scratch">Shared memory.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Score(ArrayView<float> logits, ArrayView<int> targets, ArrayView<int> scores, int vocabulary, ArrayView<long> keys, ArrayView<float> scratch)
    {
        int lane = Group.IdxX, row = Grid.IdxX;
        long at = (long)row * vocabulary;
        long key = Greatest(keys, lane, GreatestOfThread(logits, at, vocabulary, lane));
        float max = LogitKey.Logit(key);
        float sum = Rows.Sum(scratch, 0, lane, Threads, SumOfThread(logits, at, vocabulary, lane, max));
        if (lane == 0)
        {
            int to = row * Numbers;
            scores[to] = (int)Interop.FloatAsInt(sum);
            scores[to + 1] = (int)Interop.FloatAsInt(max);
            scores[to + 2] = (int)Interop.FloatAsInt(logits[at + targets[row]]);
            scores[to + 3] = LogitKey.Id(key);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long GreatestOfThread(ArrayView<float> logits, long at, int vocabulary, int lane)
    {
        float max = -1f / 0f;
        int id = 0;
        if ((vocabulary & 3) == 0)
        {
            for (int j = 4 * lane; j < vocabulary; j += 4 * Threads)
            {
                var four = Float4.Load(logits, at + j);
                Take(four.X, j, ref max, ref id);
                Take(four.Y, j + 1, ref max, ref id);
                Take(four.Z, j + 2, ref max, ref id);
                Take(four.W, j + 3, ref max, ref id);
            }
        }
        else
        {
            for (int j = lane; j < vocabulary; j += Threads) Take(logits[at + j], j, ref max, ref id);
        }

        return LogitKey.Of(max, id);
    }

    // Ids come rising, so that of equal logits the lower stays.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Take(float logit, int at, ref float max, ref int id)
    {
        id = logit > max ? at : id;
        max = logit > max ? logit : max;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float SumOfThread(ArrayView<float> logits, long at, int vocabulary, int lane, float max)
    {
        float sum0 = 0f, sum1 = 0f, sum2 = 0f, sum3 = 0f;
        if ((vocabulary & 3) == 0)
        {
            for (int j = 4 * lane; j < vocabulary; j += 4 * Threads)
            {
                var four = Float4.Load(logits, at + j);
                sum0 += Fn.Exp(four.X - max);
                sum1 += Fn.Exp(four.Y - max);
                sum2 += Fn.Exp(four.Z - max);
                sum3 += Fn.Exp(four.W - max);
            }
        }
        else
        {
            for (int j = lane; j < vocabulary; j += Threads) sum0 += Fn.Exp(logits[at + j] - max);
        }

        return (sum0 + sum1) + (sum2 + sum3);
    }

    /// <summary>The greatest of the threads' keys, in each of them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Greatest(ArrayView<long> keys, int lane, long key)
    {
        const int Parts = 16;
        keys[lane] = key;
        Group.Barrier();
        long part = LogitKey.None;
        for (int i = lane & (Parts - 1); i < Threads; i += Parts) part = keys[i] > part ? keys[i] : part;
        Group.Barrier();
        if (lane < Parts) keys[lane] = part;
        Group.Barrier();
        long greatest = LogitKey.None;
        for (int i = 0; i < Parts; i++) greatest = keys[i] > greatest ? keys[i] : greatest;
        Group.Barrier();
        return greatest;
    }
}
