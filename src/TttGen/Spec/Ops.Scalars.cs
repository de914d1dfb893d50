namespace TttGen;

/// <content>The functions of one number: what optimisers and recurrences step by.</content>
public static partial class Ops
{
    /// <summary>x σ(x).</summary>
    [Operation]
    public static Scalar Silu(Scalar x) => Mapped(x, Curve.Silu);

    /// <summary>½ x (1 + tanh(√(2/π) (x + 0.044715 x³))).</summary>
    [Operation]
    public static Scalar Gelu(Scalar x) => Mapped(x, Curve.Gelu);

    /// <summary>tanh x.</summary>
    [Operation]
    public static Scalar Tanh(Scalar x) => Mapped(x, Curve.Tanh);

    /// <summary>1 / (1 + e⁻ˣ).</summary>
    [Operation]
    public static Scalar Sigmoid(Scalar x) => Mapped(x, Curve.Sigmoid);

    /// <summary>log(1 + eˣ).</summary>
    [Operation]
    public static Scalar Softplus(Scalar x) => Mapped(x, Curve.Softplus);

    /// <summary>eˣ.</summary>
    [Operation]
    public static Scalar Exp(Scalar x) => Mapped(x, Curve.Exp);

    /// <summary>max(x, 0); its slope at 0 is 0.</summary>
    [Operation]
    public static Scalar Relu(Scalar x) => Mapped(x, Curve.Relu);

    /// <summary>ln x, the natural logarithm: −∞ at 0, NaN below.</summary>
    [Operation]
    public static Scalar Log(Scalar x) => Mapped(x, Curve.Log);

    /// <summary>|x|; its slope at 0 is 0.</summary>
    [Operation]
    public static Scalar Abs(Scalar x) => Mapped(x, Curve.Abs);

    /// <summary>x².</summary>
    [Operation]
    public static Scalar Square(Scalar x) => Mapped(x, Curve.Square);

    /// <summary>√x: NaN below 0.</summary>
    [Operation]
    public static Scalar Sqrt(Scalar x) => Mapped(x, Curve.Sqrt);

    /// <summary>The greater of x and y; where they are equal, y: the slope by y is 1 there, that by x is 0.</summary>
    [Operation]
    public static Scalar Max(Scalar x, Scalar y) => Curve.Max(x, y);

    /// <summary>The lesser of x and y; where they are equal, y: the slope by y is 1 there, that by x is 0.</summary>
    [Operation]
    public static Scalar Min(Scalar x, Scalar y) => Curve.Min(x, y);

    /// <summary>x within bounds: min(max(x, low), high).</summary>
    [Operation]
    public static Scalar Clamp(Scalar x, double low, double high) => Min(Max(x, low), high);

    /// <summary>a where x &gt; 0, else b.</summary>
    [Operation]
    public static Scalar Select(Scalar x, Scalar a, Scalar b) => Curve.Select(x, a, b);

    private static Scalar Mapped(Scalar x, Func<double, (double Value, double Slope)> curve)
    {
        var (value, slope) = curve(x.Value);
        return x.Map(value, slope);
    }
}
