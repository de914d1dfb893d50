using System.Runtime.CompilerServices;
using TttGen.Checkpoints;

namespace TttGen.Cpu;

/// <summary>
/// Keys and values of 64 tokens of one head, as attention reads them: keys [features, 64], so that the scores of 64 tokens are sums over whole registers, then values
/// [64, features], whose rows fill whole registers.
/// </summary>
public static unsafe class KeyValueTile
{
    /// <summary>Tokens of a tile.</summary>
    public const int Tokens = 64;

    /// <summary>Elements from one token's values to the next.</summary>
    public static int ValueStride(int features) => (features + 15) / 16 * 16;

    /// <summary>Where the values begin.</summary>
    public static int Values(int features) => Tokens * features;

    /// <summary>Elements of a tile.</summary>
    public static int Size(int features) => Values(features) + Tokens * ValueStride(features);

    /// <summary>Writes keys and values of tokens that follow one another.</summary>
    /// <param name="count">Tokens.</param>
    /// <param name="position">Place of the first one in its sequence.</param>
    /// <param name="features">Elements of a head.</param>
    /// <param name="tiles">The page of token t is tiles[t / 64].</param>
    /// <param name="place">Where the tile lies in a page.</param>
    /// <param name="key">[count, features].</param>
    /// <param name="keyStride">Elements from row to row.</param>
    /// <param name="value">[count, features].</param>
    /// <param name="valueStride">Elements from row to row.</param>
    /// <param name="cache">How they lie there; in bf16 <typeparamref name="T"/> is float, and <paramref name="place"/> counts elements of two bytes.</param>
    public static void Append<T, V>(
        int count, long position, int features, T** tiles, long place, T* key, nint keyStride, T* value, nint valueStride, CacheType cache = CacheType.Float32)
        where T : unmanaged
        where V : struct, ILanes<V, T>
    {
        if (cache == CacheType.BFloat16)
        {
            AppendRounded(count, position, features, (ushort**)tiles, place, (float*)key, keyStride, (float*)value, valueStride);
            return;
        }
        for (int done = 0; done < count;)
        {
            int at = (int)((position + done) % Tokens), some = Math.Min(Tokens - at, count - done);
            T* tile = tiles[(position + done) / Tokens] + place;
            Tile.Transpose<T, V>(some, features, key + done * keyStride, keyStride, tile + at, Tokens);
            T* to = tile + Values(features) + at * ValueStride(features);
            for (int i = 0; i < some; i++)
                new ReadOnlySpan<T>(value + (done + i) * valueStride, features).CopyTo(new Span<T>(to + i * ValueStride(features), features));
            done += some;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AppendRounded(int count, long position, int features, ushort** tiles, long place, float* key, nint keyStride, float* value, nint valueStride)
    {
        for (int i = 0; i < count; i++, key += keyStride, value += valueStride)
        {
            int at = (int)((position + i) % Tokens);
            ushort* tile = tiles[(position + i) / Tokens] + place, to = tile + Values(features) + at * ValueStride(features);
            for (int c = 0; c < features; c++)
            {
                tile[c * Tokens + at] = Quantisation.ToBFloat16(key[c]);
                to[c] = Quantisation.ToBFloat16(value[c]);
            }
        }
    }

    /// <summary>A tile in bf16 as one of floats.</summary>
    /// <param name="tile">[Size(features)].</param>
    /// <param name="features">Elements of a head.</param>
    /// <param name="to">[Size(features)].</param>
    internal static void Widen(ushort* tile, int features, float* to) =>
        TensorConversion.WidenBFloat16(new ReadOnlySpan<ushort>(tile, Size(features)), new Span<float>(to, Size(features)));
}
