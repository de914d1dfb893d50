namespace TttGen;

/// <summary>The rows of one sequence from its start, one a token: [tokens, width], float64.</summary>
/// <typeparam name="TWidth">Elements of a row.</typeparam>
public readonly struct Seq<TWidth> where TWidth : IDim
{
    private readonly double[] _items;

    /// <summary>Rows of these numbers, one row after another.</summary>
    /// <exception cref="ArgumentException">No whole rows.</exception>
    public Seq(double[] items)
    {
        Rows = Shape.Rows("a sequence", items.Length, TWidth.Size);
        _items = items;
    }

    /// <summary>Tokens.</summary>
    public int Rows { get; }

    /// <summary>The numbers, row by row.</summary>
    public ReadOnlySpan<double> Items => _items;

    /// <summary>One token's numbers.</summary>
    public ReadOnlySpan<double> Row(int row) => _items.AsSpan(row * TWidth.Size, TWidth.Size);

    /// <summary>a + b.</summary>
    public static Seq<TWidth> operator +(Seq<TWidth> a, Seq<TWidth> b) => new(Elements.Zip(a._items, b._items, (x, y) => x + y));

    /// <summary>a − b.</summary>
    public static Seq<TWidth> operator -(Seq<TWidth> a, Seq<TWidth> b) => new(Elements.Zip(a._items, b._items, (x, y) => x - y));

    /// <summary>a ⊙ b.</summary>
    public static Seq<TWidth> operator *(Seq<TWidth> a, Seq<TWidth> b) => new(Elements.Zip(a._items, b._items, (x, y) => x * y));

    /// <summary>a x.</summary>
    public static Seq<TWidth> operator *(double a, Seq<TWidth> x) => new(Elements.Map(x._items, y => a * y));

    /// <summary>−x.</summary>
    public static Seq<TWidth> operator -(Seq<TWidth> x) => new(Elements.Map(x._items, y => -y));

    /// <summary>Every row + v.</summary>
    public static Seq<TWidth> operator +(Seq<TWidth> x, Vec<TWidth> v) => x.EachRow(row => row + v);

    /// <summary>Every row ⊙ v.</summary>
    public static Seq<TWidth> operator *(Seq<TWidth> x, Vec<TWidth> v) => x.EachRow(row => row * v);

    /// <summary>Every row: (x − mean x) / √(var x + 1e-6) ⊙ scale + shift.</summary>
    [Operation]
    public Seq<TWidth> LayerNorm(Vec<TWidth> scale, Vec<TWidth> shift) => EachRow(row => row.LayerNorm(scale, shift));

    /// <summary>Every row: x / √(mean x² + epsilon) ⊙ scale.</summary>
    [Operation]
    public Seq<TWidth> RmsNorm(Vec<TWidth> scale, double epsilon) => EachRow(row => row.RmsNorm(scale, epsilon));

    /// <summary>Rows delayed: y[t] = x[t − by], zeros before the start.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A negative delay: a row would see its future.</exception>
    [Operation]
    public Seq<TWidth> Shift(int by)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(by);
        var delayed = new double[_items.Length];
        var gap = Math.Min(by * TWidth.Size, delayed.Length);
        _items.AsSpan(0, delayed.Length - gap).CopyTo(delayed.AsSpan(gap));
        return new(delayed);
    }

    /// <summary>
    /// A convolution over time, each column by itself: y[t] = bias + Σⱼ weight[:, j] ⊙ x[t − (taps − 1 − j)], zeros before the start.
    /// </summary>
    [Operation]
    public Seq<TWidth> CausalConvolution<TTaps>(Mat<TWidth, TTaps> weight, Vec<TWidth> bias) where TTaps : IDim
    {
        var sum = new Seq<TWidth>(new double[_items.Length]) + bias;
        for (var tap = 0; tap < TTaps.Size; tap++)
        {
            var j = tap;
            sum += Shift(TTaps.Size - 1 - j) * Vec<TWidth>.Make(i => weight[i, j]);
        }
        return sum;
    }

    /// <summary>The same numbers as heads: [tokens, width] → [tokens, heads, feature].</summary>
    /// <exception cref="ArgumentException">The width is not heads × feature.</exception>
    [Operation]
    public HeadSeq<THeads, TFeature> Heads<THeads, TFeature>() where THeads : IDim where TFeature : IDim
    {
        Shape.Check("a row split into heads", TWidth.Size, THeads.Size, TFeature.Size);
        return new(_items);
    }

    internal Seq<TWidth> Each(Seq<TWidth> other, Func<Scalar, Scalar, Scalar> function) => new(Elements.Zip(_items, other._items, (x, y) => function(x, y).Value));

    internal Seq<TWidth> Each(Seq<TWidth> second, Seq<TWidth> third, Func<Scalar, Scalar, Scalar, Scalar> function) =>
        new(Elements.Zip(_items, second._items, third._items, (x, y, z) => function(x, y, z).Value));

    internal Seq<TWidth> EachRow(Func<Vec<TWidth>, Vec<TWidth>> function)
    {
        var result = new double[_items.Length];
        for (var t = 0; t < Rows; t++)
        {
            var row = function(new Vec<TWidth>(Row(t)));
            for (var i = 0; i < TWidth.Size; i++) result[t * TWidth.Size + i] = row.Items[i].Value;
        }
        return new(result);
    }
}
