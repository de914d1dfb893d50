namespace TttGen;

/// <summary>The functions of the language (<c>using static TttGen.Ops;</c>). Those of several operands are methods of the operands' types.</summary>
public static partial class Ops
{
    /// <summary>x σ(x).</summary>
    [Operation]
    public static Vec<N> Silu<N>(Vec<N> x) where N : IDim => x.Each(Curve.Silu);

    /// <inheritdoc cref="Silu{N}(Vec{N})"/>
    [Operation]
    public static Mat<N, M> Silu<N, M>(Mat<N, M> x) where N : IDim where M : IDim => x.Each(Curve.Silu);

    /// <inheritdoc cref="Silu{N}(Vec{N})"/>
    [Operation]
    public static Seq<D> Silu<D>(Seq<D> x) where D : IDim => x.EachRow(Silu);

    /// <summary>½ x (1 + tanh(√(2/π) (x + 0.044715 x³))).</summary>
    [Operation]
    public static Vec<N> Gelu<N>(Vec<N> x) where N : IDim => x.Each(Curve.Gelu);

    /// <inheritdoc cref="Gelu{N}(Vec{N})"/>
    [Operation]
    public static Mat<N, M> Gelu<N, M>(Mat<N, M> x) where N : IDim where M : IDim => x.Each(Curve.Gelu);

    /// <inheritdoc cref="Gelu{N}(Vec{N})"/>
    [Operation]
    public static Seq<D> Gelu<D>(Seq<D> x) where D : IDim => x.EachRow(Gelu);

    /// <summary>tanh x.</summary>
    [Operation]
    public static Vec<N> Tanh<N>(Vec<N> x) where N : IDim => x.Each(Curve.Tanh);

    /// <inheritdoc cref="Tanh{N}(Vec{N})"/>
    [Operation]
    public static Mat<N, M> Tanh<N, M>(Mat<N, M> x) where N : IDim where M : IDim => x.Each(Curve.Tanh);

    /// <inheritdoc cref="Tanh{N}(Vec{N})"/>
    [Operation]
    public static Seq<D> Tanh<D>(Seq<D> x) where D : IDim => x.EachRow(Tanh);

    /// <summary>1 / (1 + e⁻ˣ).</summary>
    [Operation]
    public static Vec<N> Sigmoid<N>(Vec<N> x) where N : IDim => x.Each(Curve.Sigmoid);

    /// <inheritdoc cref="Sigmoid{N}(Vec{N})"/>
    [Operation]
    public static Mat<N, M> Sigmoid<N, M>(Mat<N, M> x) where N : IDim where M : IDim => x.Each(Curve.Sigmoid);

    /// <inheritdoc cref="Sigmoid{N}(Vec{N})"/>
    [Operation]
    public static Seq<D> Sigmoid<D>(Seq<D> x) where D : IDim => x.EachRow(Sigmoid);

    /// <summary>log(1 + eˣ).</summary>
    [Operation]
    public static Vec<N> Softplus<N>(Vec<N> x) where N : IDim => x.Each(Curve.Softplus);

    /// <inheritdoc cref="Softplus{N}(Vec{N})"/>
    [Operation]
    public static Mat<N, M> Softplus<N, M>(Mat<N, M> x) where N : IDim where M : IDim => x.Each(Curve.Softplus);

    /// <inheritdoc cref="Softplus{N}(Vec{N})"/>
    [Operation]
    public static Seq<D> Softplus<D>(Seq<D> x) where D : IDim => x.EachRow(Softplus);

    /// <summary>eˣ.</summary>
    [Operation]
    public static Vec<N> Exp<N>(Vec<N> x) where N : IDim => x.Each(Curve.Exp);

    /// <inheritdoc cref="Exp{N}(Vec{N})"/>
    [Operation]
    public static Mat<N, M> Exp<N, M>(Mat<N, M> x) where N : IDim where M : IDim => x.Each(Curve.Exp);

    /// <inheritdoc cref="Exp{N}(Vec{N})"/>
    [Operation]
    public static Seq<D> Exp<D>(Seq<D> x) where D : IDim => x.EachRow(Exp);

    /// <summary>max(x, 0); its slope at 0 is 0.</summary>
    [Operation]
    public static Vec<N> Relu<N>(Vec<N> x) where N : IDim => x.Each(Curve.Relu);

    /// <inheritdoc cref="Relu{N}(Vec{N})"/>
    [Operation]
    public static Mat<N, M> Relu<N, M>(Mat<N, M> x) where N : IDim where M : IDim => x.Each(Curve.Relu);

    /// <inheritdoc cref="Relu{N}(Vec{N})"/>
    [Operation]
    public static Seq<D> Relu<D>(Seq<D> x) where D : IDim => x.EachRow(Relu);

    /// <summary>ln x, the natural logarithm: −∞ at 0, NaN below.</summary>
    [Operation]
    public static Vec<N> Log<N>(Vec<N> x) where N : IDim => x.Each(Curve.Log);

    /// <inheritdoc cref="Log{N}(Vec{N})"/>
    [Operation]
    public static Mat<N, M> Log<N, M>(Mat<N, M> x) where N : IDim where M : IDim => x.Each(Curve.Log);

    /// <inheritdoc cref="Log{N}(Vec{N})"/>
    [Operation]
    public static Seq<D> Log<D>(Seq<D> x) where D : IDim => x.EachRow(Log);

    /// <summary>|x|; its slope at 0 is 0.</summary>
    [Operation]
    public static Vec<N> Abs<N>(Vec<N> x) where N : IDim => x.Each(Curve.Abs);

    /// <inheritdoc cref="Abs{N}(Vec{N})"/>
    [Operation]
    public static Mat<N, M> Abs<N, M>(Mat<N, M> x) where N : IDim where M : IDim => x.Each(Curve.Abs);

    /// <inheritdoc cref="Abs{N}(Vec{N})"/>
    [Operation]
    public static Seq<D> Abs<D>(Seq<D> x) where D : IDim => x.EachRow(Abs);

    /// <summary>x².</summary>
    [Operation]
    public static Vec<N> Square<N>(Vec<N> x) where N : IDim => x.Each(Curve.Square);

    /// <inheritdoc cref="Square{N}(Vec{N})"/>
    [Operation]
    public static Mat<N, M> Square<N, M>(Mat<N, M> x) where N : IDim where M : IDim => x.Each(Curve.Square);

    /// <inheritdoc cref="Square{N}(Vec{N})"/>
    [Operation]
    public static Seq<D> Square<D>(Seq<D> x) where D : IDim => x.EachRow(Square);

    /// <summary>The greater of x and y, element by element; where they are equal, y: the slope by y is 1 there, that by x is 0.</summary>
    [Operation]
    public static Vec<N> Max<N>(Vec<N> x, Vec<N> y) where N : IDim => Vec<N>.Make(i => Curve.Max(x.Items[i], y.Items[i]));

    /// <inheritdoc cref="Max{N}(Vec{N}, Vec{N})"/>
    [Operation]
    public static Mat<N, M> Max<N, M>(Mat<N, M> x, Mat<N, M> y) where N : IDim where M : IDim => Mat<N, M>.Make((i, j) => Curve.Max(x[i, j], y[i, j]));

    /// <inheritdoc cref="Max{N}(Vec{N}, Vec{N})"/>
    [Operation]
    public static Seq<D> Max<D>(Seq<D> x, Seq<D> y) where D : IDim => x.Each(y, Curve.Max);

    /// <summary>The greater of x and a number; its slope where they are equal is 0.</summary>
    [Operation]
    public static Vec<N> Max<N>(Vec<N> x, double y) where N : IDim => Vec<N>.Make(i => Curve.Max(x.Items[i], y));

    /// <inheritdoc cref="Max{N}(Vec{N}, double)"/>
    [Operation]
    public static Mat<N, M> Max<N, M>(Mat<N, M> x, double y) where N : IDim where M : IDim => Mat<N, M>.Make((i, j) => Curve.Max(x[i, j], y));

    /// <inheritdoc cref="Max{N}(Vec{N}, double)"/>
    [Operation]
    public static Seq<D> Max<D>(Seq<D> x, double y) where D : IDim => x.EachRow(row => Max(row, y));

    /// <summary>The lesser of x and y, element by element; where they are equal, y: the slope by y is 1 there, that by x is 0.</summary>
    [Operation]
    public static Vec<N> Min<N>(Vec<N> x, Vec<N> y) where N : IDim => Vec<N>.Make(i => Curve.Min(x.Items[i], y.Items[i]));

    /// <inheritdoc cref="Min{N}(Vec{N}, Vec{N})"/>
    [Operation]
    public static Mat<N, M> Min<N, M>(Mat<N, M> x, Mat<N, M> y) where N : IDim where M : IDim => Mat<N, M>.Make((i, j) => Curve.Min(x[i, j], y[i, j]));

    /// <inheritdoc cref="Min{N}(Vec{N}, Vec{N})"/>
    [Operation]
    public static Seq<D> Min<D>(Seq<D> x, Seq<D> y) where D : IDim => x.Each(y, Curve.Min);

    /// <summary>The lesser of x and a number; its slope where they are equal is 0.</summary>
    [Operation]
    public static Vec<N> Min<N>(Vec<N> x, double y) where N : IDim => Vec<N>.Make(i => Curve.Min(x.Items[i], y));

    /// <inheritdoc cref="Min{N}(Vec{N}, double)"/>
    [Operation]
    public static Mat<N, M> Min<N, M>(Mat<N, M> x, double y) where N : IDim where M : IDim => Mat<N, M>.Make((i, j) => Curve.Min(x[i, j], y));

    /// <inheritdoc cref="Min{N}(Vec{N}, double)"/>
    [Operation]
    public static Seq<D> Min<D>(Seq<D> x, double y) where D : IDim => x.EachRow(row => Min(row, y));

    /// <summary>x, but not below one number nor above another: min(max(x, low), high); its slope at and beyond them is 0.</summary>
    [Operation]
    public static Vec<N> Clamp<N>(Vec<N> x, double low, double high) where N : IDim => Min(Max(x, low), high);

    /// <inheritdoc cref="Clamp{N}(Vec{N}, double, double)"/>
    [Operation]
    public static Mat<N, M> Clamp<N, M>(Mat<N, M> x, double low, double high) where N : IDim where M : IDim => Min(Max(x, low), high);

    /// <inheritdoc cref="Clamp{N}(Vec{N}, double, double)"/>
    [Operation]
    public static Seq<D> Clamp<D>(Seq<D> x, double low, double high) where D : IDim => Min(Max(x, low), high);

    /// <summary>a where x &gt; 0, otherwise b, element by element; the slope by x is 0.</summary>
    [Operation]
    public static Vec<N> Select<N>(Vec<N> x, Vec<N> a, Vec<N> b) where N : IDim => Vec<N>.Make(i => Curve.Select(x.Items[i], a.Items[i], b.Items[i]));

    /// <inheritdoc cref="Select{N}(Vec{N}, Vec{N}, Vec{N})"/>
    [Operation]
    public static Mat<N, M> Select<N, M>(Mat<N, M> x, Mat<N, M> a, Mat<N, M> b) where N : IDim where M : IDim => Mat<N, M>.Make((i, j) => Curve.Select(x[i, j], a[i, j], b[i, j]));

    /// <inheritdoc cref="Select{N}(Vec{N}, Vec{N}, Vec{N})"/>
    [Operation]
    public static Seq<D> Select<D>(Seq<D> x, Seq<D> a, Seq<D> b) where D : IDim => x.Each(a, b, Curve.Select);

    /// <summary>x / √(Σᵢ xᵢ² + 1e-6): x at a length of one. The ε under the root is flash-linear-attention's (l2norm), which the delta rules use.</summary>
    [Operation]
    public static Vec<N> L2Norm<N>(Vec<N> x) where N : IDim
    {
        var square = SquaredNorm(x) + 1e-6;
        var (value, slope) = Curve.InverseRoot(square.Value);
        return square.Map(value, slope) * x;
    }

    /// <summary>The same for every row.</summary>
    [Operation]
    public static Seq<D> L2Norm<D>(Seq<D> x) where D : IDim => x.EachRow(L2Norm);

    /// <summary>Σᵢ xᵢ.</summary>
    [Operation]
    public static Scalar Sum<N>(Vec<N> x) where N : IDim
    {
        Scalar sum = 0;
        foreach (var item in x.Items) sum += item;
        return sum;
    }

    /// <summary>Σᵢ xᵢ².</summary>
    [Operation]
    public static Scalar SquaredNorm<N>(Vec<N> x) where N : IDim => x.Dot(x);

    /// <summary>The matrix whose rows are w's columns.</summary>
    [Operation]
    public static Mat<M, N> Transpose<N, M>(Mat<N, M> w) where N : IDim where M : IDim => w.Transpose();

    /// <summary>1, ½, ⅓ …: the mean of the gradients so far, as rates of the places in a mini-batch.</summary>
    [Operation]
    public static Vec<K> Harmonic<K>() where K : IDim => Vec<K>.Make(i => 1.0 / (i + 1));
}
