namespace TttGen.Compiler.Ir;

/// <summary>What a sequence carries from call to call of one operation, in each layer: for each head its parts, one behind another.</summary>
/// <param name="Name">What it belongs to.</param>
/// <param name="Heads">How many heads there are; 1 for what has none.</param>
/// <param name="Parts">Of one head.</param>
public sealed record Carry(string Name, int Heads, IReadOnlyList<CarryPart> Parts)
{
    /// <summary>Tokens of a page: what a sequence has for each token lies in pages of so many.</summary>
    public const int PageTokens = 64;

    /// <summary>Elements of one head that a sequence has once.</summary>
    public long HeadSize { get; } = Parts.Where(p => !p.Extent.IsPaged).Sum(p => p.Room);

    /// <summary>The same of one layer.</summary>
    public long Size => Heads * HeadSize;

    /// <summary>Elements of one head in a page.</summary>
    public long PagedHeadSize { get; } = Parts.Where(p => p.Extent.IsPaged).Sum(p => p.Elements * PageTokens);

    /// <summary>The same of one layer.</summary>
    public long PagedSize => Heads * PagedHeadSize;

    /// <summary>The tokens of which the paged parts are kept: all parts of one carry are read alike.</summary>
    public CarryExtent Extent => Parts.Select(p => p.Extent).FirstOrDefault(e => e.IsPaged);

    /// <summary>The parts that lie in pages, each with the first of its elements in that of one head.</summary>
    public IEnumerable<(CarryPart Part, long Offset)> Paged
    {
        get
        {
            long offset = 0;
            foreach (var part in Parts.Where(p => p.Extent.IsPaged))
            {
                yield return (part, offset);
                offset += part.Elements * PageTokens;
            }
        }
    }

    /// <summary>The parts that a sequence has once, each with the first of its elements.</summary>
    public IEnumerable<(CarryPart Part, long Offset)> Placed
    {
        get
        {
            long offset = 0;
            foreach (var part in Parts.Where(p => !p.Extent.IsPaged))
            {
                yield return (part, offset);
                offset += part.Room;
            }
        }
    }
}

/// <summary>A tensor of a carry, in float32.</summary>
/// <param name="Name">As probes and errors call it.</param>
/// <param name="Elements">How many, of one head: in all, or for each token.</param>
/// <param name="Start">The parameter that it is at a sequence's start; null: zeros.</param>
public sealed record CarryPart(string Name, long Elements, string? Start = null)
{
    /// <summary>Elements that it takes where a sequence has it once: each part begins at a boundary of 16.</summary>
    public long Room { get; } = (Elements + 15) / 16 * 16;

    /// <summary>Whether a sequence has it once or for each token.</summary>
    public CarryExtent Extent { get; init; } = CarryExtent.Once;

    /// <summary>Whether a page has it as [elements, tokens]; otherwise as [tokens, elements].</summary>
    public bool TokensLast { get; init; }
}

/// <summary>How often a sequence has a part of a carry: once, for every token that it has read (it grows), or for the last tokens only (a ring).</summary>
public readonly record struct CarryExtent
{
    private CarryExtent(bool isPaged, int window) => (IsPaged, Window) = (isPaged, window);

    /// <summary>Once, whatever the sequence's length.</summary>
    public static CarryExtent Once => default;

    /// <summary>For every token.</summary>
    public static CarryExtent EveryToken { get; } = new(true, 0);

    /// <summary>For the last tokens.</summary>
    public static CarryExtent LastTokens(int window) => new(true, window);

    /// <summary>Whether it is there for each token, in pages.</summary>
    public bool IsPaged { get; }

    /// <summary>Tokens that are read; 0: all of them.</summary>
    public int Window { get; }
}
