using System.Numerics;
using System.Runtime.CompilerServices;

namespace TttGen.Cpu;

/// <summary>
/// The gradient of <see cref="AttentionForward"/> for one key head of one sequence. With Pₜₛ = exp(scale qₜ · kₛ − statisticsₜ), recomputed tile by tile, and Dₜ = dyₜ · yₜ:
/// dvₛ = Σₜ Pₜₛ dyₜ, dSₜₛ = Pₜₛ (dyₜ · vₛ − Dₜ), dqₜ = scale Σₛ dSₜₛ kₛ, dkₛ = scale Σₜ dSₜₛ qₜ. Of capped scores c = cap · tanh(S / cap) dS is that of c times 1 − (c / cap)²;
/// a sink's gradient is −exp(sink − statisticsₜ) Dₜ.
/// </summary>
public static unsafe class AttentionBackward
{
    /// <summary>Elements of working memory.</summary>
    /// <param name="features">Elements of a head.</param>
    /// <param name="group">Query heads that share the key head.</param>
    public static long ScratchSize(int features, int group) =>
        AttentionRows.Of(group) * (3L * KeyValueTile.ValueStride(features) + 2 * KeyValueTile.Tokens) + AttentionRows.Room(group, 2) + KeyValueTile.Size(features);

    /// <summary>Overwrites the gradients of queries, keys and values of tokens that follow one another. Keys and values before them are read, and get no gradient.</summary>
    /// <param name="count">Tokens.</param>
    /// <param name="position">Place of the first one in its sequence.</param>
    /// <param name="features">Elements of a head.</param>
    /// <param name="group">Query heads that share the key head: side by side in a row.</param>
    /// <param name="scale">What products of queries and keys are multiplied by.</param>
    /// <param name="window">Keys that a query sees, its own among them; 0: all up to its own.</param>
    /// <param name="tiles">The page of token t is tiles[t / 64]; those before every window are not read.</param>
    /// <param name="place">Where the tile lies in a page.</param>
    /// <param name="query">[count, group · features].</param>
    /// <param name="queryStride">Elements from row to row.</param>
    /// <param name="answers">[count, group · features].</param>
    /// <param name="answersStride">Elements from row to row.</param>
    /// <param name="statistics">[count, group], as the forward pass left them.</param>
    /// <param name="statisticsStride">Elements from row to row.</param>
    /// <param name="dAnswers">[count, group · features].</param>
    /// <param name="dAnswersStride">Elements from row to row.</param>
    /// <param name="dQuery">[count, group · features].</param>
    /// <param name="dQueryStride">Elements from row to row.</param>
    /// <param name="dKey">[count, features].</param>
    /// <param name="dKeyStride">Elements from row to row.</param>
    /// <param name="dValue">[count, features].</param>
    /// <param name="dValueStride">Elements from row to row.</param>
    /// <param name="scratch">Working memory.</param>
    /// <param name="cap">What scores stay within; 0: they are not capped.</param>
    /// <param name="sinks">[count, group], as the forward pass had them; null: none.</param>
    /// <param name="sinksStride">Elements from row to row.</param>
    /// <param name="dSinks">[count, group].</param>
    /// <param name="dSinksStride">Elements from row to row.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<T, V>(
        int count, long position, int features, int group, double scale, int window, T** tiles, long place, T* query, nint queryStride, T* answers, nint answersStride,
        T* statistics, nint statisticsStride, T* dAnswers, nint dAnswersStride, T* dQuery, nint dQueryStride, T* dKey, nint dKeyStride, T* dValue, nint dValueStride, T* scratch,
        double cap = 0, T* sinks = null, nint sinksStride = 0, T* dSinks = null, nint dSinksStride = 0)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct, ILanes<V, T>
    {
        var block = new AttentionBlock<T, V>(features, group, window, T.CreateTruncating(cap));
        int stride = block.Stride, most = block.Rows;
        T* queries = scratch; // [rows, features], times the scale
        T* dRows = queries + most * stride; // [rows, features]: dy
        T* dQueries = dRows + most * stride; // [rows, features]
        T* scores = dQueries + most * stride; // [rows, 64]: P
        T* dScores = scores + most * KeyValueTile.Tokens; // [rows, 64]: dS
        T* logs = dScores + most * KeyValueTile.Tokens; // [rows]: the statistics
        T* means = logs + most; // [rows]: D
        T* turned = logs + AttentionRows.Room(group, 2); // [features, 64] values, then [64, features] keys

        for (int i = 0; i < count; i++)
        {
            new Span<T>(dKey + i * dKeyStride, features).Clear();
            new Span<T>(dValue + i * dValueStride, features).Clear();
        }
        for (int first = 0; first < count; first += block.Tokens)
        {
            int tokens = Math.Min(block.Tokens, count - first), rows = tokens * group;
            long at = position + first;
            block.Gather(tokens, query + first * queryStride, queryStride, queries, T.CreateTruncating(scale));
            block.Gather(tokens, dAnswers + first * dAnswersStride, dAnswersStride, dRows, T.One);
            new Span<T>(dQueries, rows * stride).Clear();
            for (int row = 0; row < rows; row++)
            {
                logs[row] = statistics[first * statisticsStride + block.At(row, statisticsStride, 1)];
                means[row] = Dot<T, V>(dRows + row * stride, answers + first * answersStride + block.At(row, answersStride, features), features);
                if (sinks != null)
                    dSinks[first * dSinksStride + block.At(row, dSinksStride, 1)] = -T.Exp(sinks[first * sinksStride + block.At(row, sinksStride, 1)] - logs[row]) * means[row];
            }
            for (long tile = block.FirstTile(at); tile <= (at + tokens - 1) / KeyValueTile.Tokens; tile++)
            {
                long begin = tile * KeyValueTile.Tokens;
                int seen = (int)Math.Min(KeyValueTile.Tokens, at + tokens - begin);
                T* keys = tiles[tile] + place, keyRows = turned + KeyValueTile.Values(features);
                Tile.Transpose<T, V>(seen, features, keys + KeyValueTile.Values(features), stride, turned, KeyValueTile.Tokens);
                Tile.Transpose<T, V>(features, seen, keys, KeyValueTile.Tokens, keyRows, stride);
                int columns = block.Scores(tokens, at, tile, keys, queries, scores);
                Tile.Multiply<T, V>(rows, features, seen, dRows, stride, 1, turned, KeyValueTile.Tokens, dScores, KeyValueTile.Tokens);
                if (cap != 0)
                    for (int row = 0; row < rows; row++) Uncap<T, V>(scores + row * KeyValueTile.Tokens, dScores + row * KeyValueTile.Tokens, columns, means[row], T.CreateTruncating(1 / cap));
                for (int row = 0; row < rows; row++) Differentiate<T, V>(scores + row * KeyValueTile.Tokens, dScores + row * KeyValueTile.Tokens, columns, logs[row], means[row]);
                Tile.MultiplyAdd<T, V>(rows, seen, features, dScores, KeyValueTile.Tokens, 1, keyRows, stride, dQueries, stride, T.One);

                // keys of this part only: those before it are fixed
                int own = (int)Math.Max(0, position - begin);
                if (own >= seen) continue;
                nint to = (nint)(begin + own - position);
                Tile.MultiplyAdd<T, V>(seen - own, rows, features, scores + own, 1, KeyValueTile.Tokens, dRows, stride, dValue + to * dValueStride, dValueStride, T.One);
                Tile.MultiplyAdd<T, V>(seen - own, rows, features, dScores + own, 1, KeyValueTile.Tokens, queries, stride, dKey + to * dKeyStride, dKeyStride, T.One);
            }
            for (int row = 0; row < rows; row++)
                block.Scale(dQueries + row * stride, dQuery + first * dQueryStride + block.At(row, dQueryStride, features), T.CreateTruncating(scale));
        }
    }

    /// <summary>Scores and dy · v of a row → P and dS.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Differentiate<T, V>(T* scores, T* dScores, int columns, T log, T mean)
        where T : unmanaged
        where V : struct, ILanes<V, T>
    {
        var (logs, means) = (V.Broadcast(log), V.Broadcast(mean));
        for (int c = 0; c < columns; c += V.Count)
        {
            var weights = V.Exp(V.Load(scores + c) - logs);
            V.Store(weights, scores + c);
            V.Store(weights * (V.Load(dScores + c) - means), dScores + c);
        }
    }

    /// <summary>
    /// dy · v of a row of capped scores, so that what <see cref="Differentiate"/> makes of it is the gradient of the scores before: D + (dy · v − D) (1 − (c / cap)²). Where a query
    /// sees no key c is −∞, and P is 0 whatever stands here.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Uncap<T, V>(T* scores, T* dScores, int columns, T mean, T inverse)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct, ILanes<V, T>
    {
        var (means, inverses, one, least) = (V.Broadcast(mean), V.Broadcast(inverse), V.Broadcast(T.One), V.Broadcast(-T.One));
        for (int c = 0; c < columns; c += V.Count)
        {
            var share = V.Max(V.Load(scores + c) * inverses, least);
            V.Store(V.MultiplyAdd(V.Load(dScores + c) - means, one - share * share, means), dScores + c);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static T Dot<T, V>(T* a, T* b, int count)
        where T : unmanaged
        where V : struct, ILanes<V, T>
    {
        var sum = V.Zero;
        int c = 0;
        for (; c + V.Count <= count; c += V.Count) sum = V.MultiplyAdd(V.Load(a + c), V.Load(b + c), sum);
        if (c < count) sum = V.MultiplyAdd(V.LoadPartial(a + c, count - c), V.LoadPartial(b + c, count - c), sum);
        return V.Sum(sum);
    }
}
