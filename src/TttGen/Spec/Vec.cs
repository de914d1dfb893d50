namespace TttGen;

/// <summary>A vector of one token or of weights: [size], float64, differentiable.</summary>
/// <typeparam name="TSize">Its dimension.</typeparam>
public readonly struct Vec<TSize> where TSize : IDim
{
    private readonly Scalar[] _items;

    /// <summary>A vector of these numbers.</summary>
    /// <exception cref="ArgumentException">Not as many as the dimension has.</exception>
    public Vec(Scalar[] items)
    {
        Shape.Check("a vector", items.Length, TSize.Size);
        _items = items;
    }

    /// <summary>A vector of constants.</summary>
    /// <exception cref="ArgumentException">Not as many as the dimension has.</exception>
    public Vec(ReadOnlySpan<double> values) : this(Scalar.Constants(values)) { }

    /// <summary>The numbers.</summary>
    public ReadOnlySpan<Scalar> Items => _items;

    /// <summary>a + b.</summary>
    public static Vec<TSize> operator +(Vec<TSize> a, Vec<TSize> b) => Make(i => a._items[i] + b._items[i]);

    /// <summary>a − b.</summary>
    public static Vec<TSize> operator -(Vec<TSize> a, Vec<TSize> b) => Make(i => a._items[i] - b._items[i]);

    /// <summary>a ⊙ b.</summary>
    public static Vec<TSize> operator *(Vec<TSize> a, Vec<TSize> b) => Make(i => a._items[i] * b._items[i]);

    /// <summary>a x.</summary>
    public static Vec<TSize> operator *(Scalar a, Vec<TSize> x) => Make(i => a * x._items[i]);

    /// <summary>−x.</summary>
    public static Vec<TSize> operator -(Vec<TSize> x) => Make(i => -x._items[i]);

    /// <summary>Σᵢ aᵢ bᵢ.</summary>
    [Operation]
    public Scalar Dot(Vec<TSize> other) => Ops.Sum(this * other);

    /// <summary>(x − mean x) / √(var x + 1e-6) ⊙ scale + shift.</summary>
    [Operation]
    public Vec<TSize> LayerNorm(Vec<TSize> scale, Vec<TSize> shift)
    {
        var mean = Mean(this);
        var x = this;
        var centred = Make(i => x._items[i] - mean);
        return centred.RmsNorm(scale) + shift;
    }

    /// <summary>x / √(mean x² + 1e-6) ⊙ scale.</summary>
    [Operation]
    public Vec<TSize> RmsNorm(Vec<TSize> scale) => RmsNorm(scale, 1e-6);

    internal Vec<TSize> RmsNorm(Vec<TSize> scale, double epsilon)
    {
        var power = Mean(this * this) + epsilon;
        var (value, slope) = Curve.InverseRoot(power.Value);
        return power.Map(value, slope) * this * scale;
    }

    internal Vec<TSize> Each(Func<double, (double Value, double Slope)> curve)
    {
        var x = _items;
        return Make(i =>
        {
            var (value, slope) = curve(x[i].Value);
            return x[i].Map(value, slope);
        });
    }

    internal static Vec<TSize> Make(Func<int, Scalar> item)
    {
        var items = new Scalar[TSize.Size];
        for (var i = 0; i < items.Length; i++) items[i] = item(i);
        return new(items);
    }

    private static Scalar Mean(Vec<TSize> x) => 1.0 / TSize.Size * Ops.Sum(x);
}
