using System.Numerics;
using System.Runtime.CompilerServices;

namespace TttGen.Cpu;

/// <summary>
/// Causal attention over the tiles of one key head: yₜ = Σₛ softmaxₛ(scale qₜ · kₛ) vₛ over s ≤ t, tile by tile. A row's largest score so far is kept, and what was added up is
/// scaled down when a larger one is met (online softmax), so no more than a tile of scores is ever held.
/// </summary>
public static unsafe class AttentionForward
{
    /// <summary>Elements of working memory.</summary>
    /// <param name="features">Elements of a head.</param>
    /// <param name="group">Query heads that share the key head.</param>
    public static long ScratchSize(int features, int group) =>
        AttentionRows.Of(group) * (2L * KeyValueTile.ValueStride(features) + KeyValueTile.Tokens) + AttentionRows.Room(group, 2) + KeyValueTile.Size(features);

    /// <summary>Answers queries of tokens that follow one another; the tiles have the keys and values of all tokens up to the last.</summary>
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
    /// <param name="statistics">[count, group]: the logarithm of what each head's softmax divides by, ln Σₛ exp(score), which the gradient needs; null: not wanted.</param>
    /// <param name="statisticsStride">Elements from row to row.</param>
    /// <param name="scratch">Working memory.</param>
    /// <param name="cap">What scores stay within, as cap · tanh(score / cap); 0: they are not capped.</param>
    /// <param name="sinks">[count, group]: of each head one more score that the softmax divides by, which has no value; null: none.</param>
    /// <param name="sinksStride">Elements from row to row.</param>
    /// <param name="cache">How keys and values lie in the tiles; in bf16 <typeparamref name="T"/> is float, and <paramref name="place"/> counts elements of two bytes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<T, V>(
        int count, long position, int features, int group, double scale, int window, T** tiles, long place, T* query, nint queryStride, T* answers, nint answersStride,
        T* statistics, nint statisticsStride, T* scratch, double cap = 0, T* sinks = null, nint sinksStride = 0, CacheType cache = CacheType.Float32)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct, ILanes<V, T>
    {
        var block = new AttentionBlock<T, V>(features, group, window, T.CreateTruncating(cap));
        int stride = block.Stride, most = block.Rows;
        T* queries = scratch; // [rows, features]
        T* sums = queries + most * stride; // [rows, features]: Σ exp(score − largest) v
        T* scores = sums + most * stride; // [rows, 64]
        T* largest = scores + most * KeyValueTile.Tokens; // [rows]
        T* weights = largest + most; // [rows]: Σ exp(score − largest)
        T* widened = largest + AttentionRows.Room(group, 2); // a tile that is kept in bf16

        for (int first = 0; first < count; first += block.Tokens)
        {
            int tokens = Math.Min(block.Tokens, count - first), rows = tokens * group;
            long at = position + first;
            block.Gather(tokens, query + first * queryStride, queryStride, queries, T.CreateTruncating(scale));
            new Span<T>(sums, rows * stride).Clear();
            new Span<T>(largest, rows).Fill(T.NegativeInfinity);
            new Span<T>(weights, rows).Clear();
            if (sinks != null)
                for (int row = 0; row < rows; row++) (largest[row], weights[row]) = (sinks[first * sinksStride + block.At(row, sinksStride, 1)], T.One);
            for (long tile = block.FirstTile(at); tile <= (at + tokens - 1) / KeyValueTile.Tokens; tile++)
            {
                T* keys = cache == CacheType.Float32 ? tiles[tile] + place : widened;
                if (cache == CacheType.BFloat16) KeyValueTile.Widen((ushort*)tiles[tile] + place, features, (float*)widened);
                int columns = block.Scores(tokens, at, tile, keys, queries, scores);
                for (int row = 0; row < rows; row++) Soften(block, scores + row * KeyValueTile.Tokens, columns, largest + row, weights + row, sums + row * stride);
                int seen = (int)Math.Min(KeyValueTile.Tokens, at + tokens - tile * KeyValueTile.Tokens);
                Tile.MultiplyAdd<T, V>(rows, seen, features, scores, KeyValueTile.Tokens, 1, keys + KeyValueTile.Values(features), stride, sums, stride, T.One);
            }
            for (int row = 0; row < rows; row++)
            {
                block.Scale(sums + row * stride, answers + first * answersStride + block.At(row, answersStride, features), T.One / weights[row]);
                if (statistics != null) statistics[first * statisticsStride + block.At(row, statisticsStride, 1)] = largest[row] + T.Log(weights[row]);
            }
        }
    }

    /// <summary>Scores of a row → exp(score − the largest so far); what was added up before is scaled to that.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Soften<T, V>(AttentionBlock<T, V> block, T* scores, int columns, T* largest, T* weight, T* sums)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : struct, ILanes<V, T>
    {
        var most = V.Load(scores);
        for (int c = V.Count; c < columns; c += V.Count) most = V.Max(most, V.Load(scores + c));
        T before = *largest, now = T.Max(before, V.MaxAcross(most));
        if (now == T.NegativeInfinity)
        {
            // a row that sees nothing of this tile, nor of those before
            new Span<T>(scores, columns).Clear();
            return;
        }
        if (now > before)
        {
            T shrunk = T.Exp(before - now);
            *largest = now;
            *weight *= shrunk;
            block.Scale(sums, sums, shrunk);
        }
        var (from, sum) = (V.Broadcast(now), V.Zero);
        for (int c = 0; c < columns; c += V.Count)
        {
            var weights = V.Exp(V.Load(scores + c) - from);
            V.Store(weights, scores + c);
            sum += weights;
        }
        *weight += V.Sum(sum);
    }
}
