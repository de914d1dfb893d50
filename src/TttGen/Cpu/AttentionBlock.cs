using System.Numerics;
using System.Runtime.CompilerServices;

namespace TttGen.Cpu;

/// <summary>
/// Some queries of one key head against one tile of keys: the rows of a block are its tokens, and for each of them the query heads that share the key head.
/// </summary>
/// <param name="features">Elements of a head.</param>
/// <param name="group">Query heads that share the key head.</param>
/// <param name="window">Keys that a query sees, its own among them; 0: all up to its own.</param>
/// <param name="cap">What scores stay within; 0: they are not capped.</param>
internal readonly unsafe struct AttentionBlock<T, V>(int features, int group, int window, T cap)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : struct, ILanes<V, T>
{
    /// <summary>Tokens of a block.</summary>
    public int Tokens => AttentionRows.Tokens(group);

    /// <summary>Rows of the largest block.</summary>
    public int Rows => AttentionRows.Of(group);

    /// <summary>Elements from row to row of what a block keeps of features.</summary>
    public int Stride => KeyValueTile.ValueStride(features);

    /// <summary>The first tile that a query sees some of.</summary>
    public long FirstTile(long position) => window == 0 ? 0 : Math.Max(0, position - window + 1) / KeyValueTile.Tokens;

    /// <summary>Where a row of a block lies among rows that have the heads of a group side by side.</summary>
    /// <param name="row">Of the block.</param>
    /// <param name="stride">Elements from token to token.</param>
    /// <param name="width">Elements of a head.</param>
    public nint At(int row, nint stride, int width) => row / group * stride + row % group * width;

    /// <summary>Rows of all heads of a group, one behind another, times a number.</summary>
    public void Gather(int tokens, T* from, nint fromStride, T* to, T scale)
    {
        for (int row = 0; row < tokens * group; row++) Scale(from + At(row, fromStride, features), to + (nint)row * Stride, scale);
    }

    /// <summary>A row times a number; it may be its own target.</summary>
    public void Scale(T* from, T* to, T scale)
    {
        var factor = V.Broadcast(scale);
        int c = 0;
        for (; c + V.Count <= features; c += V.Count) V.Store(V.Load(from + c) * factor, to + c);
        if (c < features) V.StorePartial(V.LoadPartial(from + c, features - c) * factor, to + c, features - c);
    }

    /// <summary>Products of a block's queries and a tile's keys, soft-capped where there is a cap, −∞ where a query doesn't see a key.</summary>
    /// <param name="tokens">Of the block.</param>
    /// <param name="position">Place of its first token.</param>
    /// <param name="tile">Which tile.</param>
    /// <param name="keys">Its keys, [features, 64].</param>
    /// <param name="query">[rows, features], a stride apart.</param>
    /// <param name="scores">[rows, 64]: written up to the columns that are answered.</param>
    /// <returns>Columns: keys of the tile up to the block's last token, in whole registers.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public int Scores(int tokens, long position, long tile, T* keys, T* query, T* scores)
    {
        long first = tile * KeyValueTile.Tokens;
        int count = (int)Math.Min(KeyValueTile.Tokens, position + tokens - first);
        int columns = (count + V.Count - 1) / V.Count * V.Count;
        Tile.Multiply<T, V>(tokens * group, features, count, query, Stride, 1, keys, KeyValueTile.Tokens, scores, KeyValueTile.Tokens);
        if (cap != T.Zero) Cap(tokens * group, columns, scores);
        bool isWhole = count == columns && position >= first + count - 1 && (window == 0 || position + tokens - window <= first);
        if (isWhole) return columns;
        for (int token = 0; token < tokens; token++)
        {
            var (low, high) = Seen(position + token, first, count);
            for (int row = token * group; row < (token + 1) * group; row++)
            {
                new Span<T>(scores + row * KeyValueTile.Tokens, low).Fill(T.NegativeInfinity);
                new Span<T>(scores + row * KeyValueTile.Tokens + high, columns - high).Fill(T.NegativeInfinity);
            }
        }
        return columns;
    }

    /// <summary>Scores → cap · tanh(score / cap).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Cap(int rows, int columns, T* scores)
    {
        var (most, inverse) = (V.Broadcast(cap), V.Broadcast(T.One / cap));
        for (int row = 0; row < rows; row++, scores += KeyValueTile.Tokens)
            for (int c = 0; c < columns; c += V.Count) V.Store(most * V.Tanh(V.Load(scores + c) * inverse), scores + c);
    }

    /// <summary>The keys of a tile that a query sees: from the first to before the last; two equal numbers where it sees none.</summary>
    private (int Low, int High) Seen(long position, long first, int count)
    {
        int high = (int)Math.Clamp(position + 1 - first, 0, count);
        int low = window == 0 ? 0 : (int)Math.Clamp(position - window + 1 - first, 0, high);
        return (low, high);
    }
}
