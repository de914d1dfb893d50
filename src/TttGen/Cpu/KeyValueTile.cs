using System.Runtime.CompilerServices;

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
    public static void Append<T, V>(int count, long position, int features, T** tiles, long place, T* key, nint keyStride, T* value, nint valueStride)
        where T : unmanaged
        where V : struct, ILanes<V, T>
    {
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
}
