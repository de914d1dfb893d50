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

    /// <summary>
    /// A recurrence over time (<see cref="IRecurrence{TSelf}"/>): every column is a channel of as many places, each steps by itself, and a channel's answer is the sum of
    /// what is read of its places. Zeros before the start.
    /// </summary>
    /// <typeparam name="TRecurrence">What is carried, and how a token steps it.</typeparam>
    /// <typeparam name="TPlaces">Places of a channel.</typeparam>
    /// <param name="inputs">What <c>Step</c> takes after this sequence, then what <c>Read</c> takes.</param>
    /// <exception cref="TttException">The recurrence takes another number of inputs.</exception>
    /// <exception cref="ArgumentException">An input has rows for another number of tokens.</exception>
    [Operation]
    public Seq<TWidth> Scan<TRecurrence, TPlaces>(params StepInput<TWidth, TPlaces>[] inputs) where TRecurrence : IRecurrence<TRecurrence> where TPlaces : IDim =>
        Recur<TRecurrence>(TPlaces.Size, inputs.Length, k => inputs[k].Rows, (k, t, channel, place) => inputs[k].At(t, channel, place));

    /// <summary>A recurrence of one place a channel.</summary>
    /// <typeparam name="TRecurrence">What is carried, and how a token steps it.</typeparam>
    /// <param name="inputs">What <c>Step</c> takes after this sequence, then what <c>Read</c> takes.</param>
    /// <exception cref="TttException">The recurrence takes another number of inputs.</exception>
    /// <exception cref="ArgumentException">An input has rows for another number of tokens.</exception>
    [Operation]
    public Seq<TWidth> Scan<TRecurrence>(params StepInput<TWidth>[] inputs) where TRecurrence : IRecurrence<TRecurrence> =>
        Recur<TRecurrence>(1, inputs.Length, k => inputs[k].Rows, (k, t, channel, _) => inputs[k].At(t, channel));

    private Seq<TWidth> Recur<TRecurrence>(int places, int count, Func<int, int?> rows, Func<int, int, int, int, double> at) where TRecurrence : IRecurrence<TRecurrence>
    {
        if (count + 1 != TRecurrence.Inputs) throw new TttException($"Scan with {typeof(TRecurrence).Name}: expected {TRecurrence.Inputs - 1} inputs, found {count}");
        for (var k = 0; k < count; k++)
            if (rows(k) is { } found && found != Rows) throw new ArgumentException($"Scan with {typeof(TRecurrence).Name}: expected inputs of {Rows} tokens, found {found}");
        var answers = new double[_items.Length];
        var given = new double[count + 1];
        for (var channel = 0; channel < TWidth.Size; channel++)
            for (var place = 0; place < places; place++)
            {
                var element = TRecurrence.Start;
                for (var t = 0; t < Rows; t++)
                {
                    given[0] = Row(t)[channel];
                    for (var k = 0; k < count; k++) given[k + 1] = at(k, t, channel, place);
                    element = element.Step(given);
                    answers[t * TWidth.Size + channel] += element.Read(given).Value;
                }
            }
        return new(answers);
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
