namespace TttGen;

/// <summary>The rows of one sequence, each split into heads: [tokens, heads, feature], float64.</summary>
/// <typeparam name="THeads">How many heads.</typeparam>
/// <typeparam name="TFeature">Elements of one head.</typeparam>
public readonly struct HeadSeq<THeads, TFeature> where THeads : IDim where TFeature : IDim
{
    private readonly double[] _items;

    /// <summary>Rows of these numbers: token by token, within it head by head.</summary>
    /// <exception cref="ArgumentException">No whole rows.</exception>
    public HeadSeq(double[] items)
    {
        Rows = Shape.Rows("a sequence of heads", items.Length, THeads.Size * TFeature.Size);
        _items = items;
    }

    /// <summary>Tokens.</summary>
    public int Rows { get; }

    /// <summary>The numbers: token by token, within it head by head.</summary>
    public ReadOnlySpan<double> Items => _items;

    /// <summary>One head of one token.</summary>
    public ReadOnlySpan<double> Row(int token, int head) => _items.AsSpan((token * THeads.Size + head) * TFeature.Size, TFeature.Size);

    /// <summary>a + b.</summary>
    public static HeadSeq<THeads, TFeature> operator +(HeadSeq<THeads, TFeature> a, HeadSeq<THeads, TFeature> b) =>
        new(Elements.Zip(a._items, b._items, (x, y) => x + y));

    /// <summary>a − b.</summary>
    public static HeadSeq<THeads, TFeature> operator -(HeadSeq<THeads, TFeature> a, HeadSeq<THeads, TFeature> b) =>
        new(Elements.Zip(a._items, b._items, (x, y) => x - y));

    /// <summary>a ⊙ b.</summary>
    public static HeadSeq<THeads, TFeature> operator *(HeadSeq<THeads, TFeature> a, HeadSeq<THeads, TFeature> b) =>
        new(Elements.Zip(a._items, b._items, (x, y) => x * y));

    /// <summary>The heads side by side again: [tokens, heads, feature] → [tokens, width].</summary>
    /// <exception cref="ArgumentException">The width is not heads × feature.</exception>
    [Operation]
    public Seq<TWidth> Join<TWidth>() where TWidth : IDim
    {
        Shape.Check("heads joined to a row", TWidth.Size, THeads.Size, TFeature.Size);
        return new(_items);
    }

    /// <summary>
    /// Rotary position embedding over neighbouring pairs (2i, 2i + 1), by the angle (t modulo period) · theta^(−2i / feature): the place
    /// within a mini-batch is what the memory sees.
    /// </summary>
    /// <exception cref="ArgumentException">The feature size is odd.</exception>
    [Operation]
    public HeadSeq<THeads, TFeature> RotatePairs<TPeriod>(double theta) where TPeriod : IDim
    {
        if (TFeature.Size % 2 != 0) throw new ArgumentException($"rotated pairs: expected an even feature size, found {TFeature.Size}");
        var rotated = new double[_items.Length];
        for (var at = 0; at < rotated.Length; at += 2)
        {
            var place = at / (THeads.Size * TFeature.Size) % TPeriod.Size;
            var (sine, cosine) = Math.SinCos(place * Math.Pow(theta, -(double)(at % TFeature.Size) / TFeature.Size));
            rotated[at] = _items[at] * cosine - _items[at + 1] * sine;
            rotated[at + 1] = _items[at] * sine + _items[at + 1] * cosine;
        }
        return new(rotated);
    }
}
