using TttGen.Cpu;

namespace TttGen.Inference;

/// <summary>Pages of growing carries that read the same tokens: 64 tokens of the keys and values of all their layers a page, in one block.</summary>
/// <param name="PageElements">Elements of a page.</param>
/// <param name="Window">Tokens that a token reads, itself among them; 0: all up to itself.</param>
public sealed record PageClass(long PageElements, int Window)
{
    /// <summary>Tokens of a page.</summary>
    public const int Tokens = KeyValueTile.Tokens;

    /// <summary>
    /// Where a page's tokens lie. With them, tokens that a sequence has not read are zeros in its file, whatever was there before; without, they are what the page
    /// has there: zeros in a fresh one, other tokens after a rewind.
    /// </summary>
    public IReadOnlyList<PageBlock> Blocks { get; init; } = [];

    /// <summary>How elements lie in a page.</summary>
    public CacheType Cache { get; init; }

    /// <summary>A page in numbers of four bytes: what is allocated, copied and written to files.</summary>
    internal long Numbers => Cache == CacheType.Float32 ? PageElements : PageElements / 2;

    /// <summary>The first page that a sequence still reads which has read so many tokens.</summary>
    internal long FirstPage(long position) => Window == 0 ? 0 : Math.Max(0, position - Window + 1) / Tokens;

    /// <summary>Pages that so many tokens reach into, from the sequence's start.</summary>
    internal static long PagesOf(long position) => position / Tokens + (position % Tokens == 0 ? 0 : 1);
}

/// <summary>One kind of rows in a page: the keys or the values of all heads and layers of one size.</summary>
/// <param name="First">The first one's first element within the page.</param>
/// <param name="Width">Elements of a token.</param>
/// <param name="TokensLast">Whether each is [width, 64]; otherwise [64, width].</param>
/// <param name="Count">How many there are.</param>
/// <param name="Stride">Elements from one to the next.</param>
public sealed record PageBlock(long First, int Width, bool TokensLast, int Count = 1, long Stride = 0);
