namespace TttGen;

/// <summary>A matrix of weights, [rows, columns], float64, differentiable. It acts from the right: y = x W.</summary>
/// <typeparam name="TRows">The dimension of what it is applied to.</typeparam>
/// <typeparam name="TColumns">The dimension of what comes out.</typeparam>
public readonly struct Mat<TRows, TColumns> where TRows : IDim where TColumns : IDim
{
    private readonly Scalar[] _items;

    /// <summary>A matrix of these numbers, row by row.</summary>
    /// <exception cref="ArgumentException">Not as many as the dimensions have.</exception>
    public Mat(Scalar[] items)
    {
        Shape.Check("a matrix", items.Length, TRows.Size, TColumns.Size);
        _items = items;
    }

    /// <summary>A matrix of constants, row by row.</summary>
    /// <exception cref="ArgumentException">Not as many as the dimensions have.</exception>
    public Mat(ReadOnlySpan<double> values) : this(Scalar.Constants(values)) { }

    /// <summary>The numbers, row by row.</summary>
    public ReadOnlySpan<Scalar> Items => _items;

    /// <summary>One number.</summary>
    public Scalar this[int row, int column] => _items[row * TColumns.Size + column];

    /// <summary>yⱼ = Σᵢ xᵢ wᵢⱼ.</summary>
    public static Vec<TColumns> operator *(Vec<TRows> x, Mat<TRows, TColumns> w)
    {
        var y = new Scalar[TColumns.Size];
        for (var i = 0; i < TRows.Size; i++)
            for (var j = 0; j < y.Length; j++)
                y[j] += x.Items[i] * w[i, j];
        return new(y);
    }

    /// <summary>a + b.</summary>
    public static Mat<TRows, TColumns> operator +(Mat<TRows, TColumns> a, Mat<TRows, TColumns> b) => Make((i, j) => a[i, j] + b[i, j]);

    /// <summary>a − b.</summary>
    public static Mat<TRows, TColumns> operator -(Mat<TRows, TColumns> a, Mat<TRows, TColumns> b) => Make((i, j) => a[i, j] - b[i, j]);

    /// <summary>a w.</summary>
    public static Mat<TRows, TColumns> operator *(Scalar a, Mat<TRows, TColumns> w) => Make((i, j) => a * w[i, j]);

    /// <summary>The matrix whose rows are this one's columns.</summary>
    [Operation]
    public Mat<TColumns, TRows> Transpose()
    {
        var w = this;
        return Mat<TColumns, TRows>.Make((i, j) => w[j, i]);
    }

    internal Mat<TRows, TColumns> Each(Func<double, (double Value, double Slope)> curve)
    {
        var w = this;
        return Make((i, j) =>
        {
            var (value, slope) = curve(w[i, j].Value);
            return w[i, j].Map(value, slope);
        });
    }

    internal static Mat<TRows, TColumns> Make(Func<int, int, Scalar> item)
    {
        var items = new Scalar[TRows.Size * TColumns.Size];
        for (var i = 0; i < TRows.Size; i++)
            for (var j = 0; j < TColumns.Size; j++)
                items[i * TColumns.Size + j] = item(i, j);
        return new(items);
    }
}
